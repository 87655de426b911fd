/** Terminators: when to stop asking. */
@NullMarked
package dev.sluice.search.terminator;

import org.jspecify.annotations.NullMarked;
