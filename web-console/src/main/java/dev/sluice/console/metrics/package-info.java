/** What the service counts and times, for Prometheus. */
@NullMarked
package dev.sluice.console.metrics;

import org.jspecify.annotations.NullMarked;
