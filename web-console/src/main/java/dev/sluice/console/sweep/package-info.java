/** Sweeps over REST, and the loop that keeps their trials running. */
@NullMarked
package dev.sluice.console.sweep;

import org.jspecify.annotations.NullMarked;
