/** Tracking for Java programs: runs that are recorded on disk and shipped to MLflow in the background. */
@NullMarked
package dev.sluice.tracker.client;

import org.jspecify.annotations.NullMarked;
