/** Pruners: what to give up early. */
@NullMarked
package dev.sluice.search.pruner;

import org.jspecify.annotations.NullMarked;
