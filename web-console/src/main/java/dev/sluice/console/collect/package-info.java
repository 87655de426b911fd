/** Metrics of command trials, read from what they print. */
@NullMarked
package dev.sluice.console.collect;

import org.jspecify.annotations.NullMarked;
