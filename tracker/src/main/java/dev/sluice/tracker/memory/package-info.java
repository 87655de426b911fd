/** A tracker without a server. */
@NullMarked
package dev.sluice.tracker.memory;

import org.jspecify.annotations.NullMarked;
