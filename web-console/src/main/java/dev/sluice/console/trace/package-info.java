/** What became of trials, as OpenTelemetry traces. */
@NullMarked
package dev.sluice.console.trace;

import org.jspecify.annotations.NullMarked;
