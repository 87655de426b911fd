/** What trials that were given up early would have come to. */
@NullMarked
package dev.sluice.search.curve;

import org.jspecify.annotations.NullMarked;
