/** Files of runs and models: stored, listed and fetched, as streams. */
@NullMarked
package dev.sluice.tracker.artifact;

import org.jspecify.annotations.NullMarked;
