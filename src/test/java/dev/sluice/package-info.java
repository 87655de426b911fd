/** What holds for the whole. */
@NullMarked
package dev.sluice;

import org.jspecify.annotations.NullMarked;
