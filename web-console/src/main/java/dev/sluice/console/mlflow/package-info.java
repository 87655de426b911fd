/** The MLflow server that the service ships to: one of its own that it installs, starts, watches and ends, or one kept by others. */
@NullMarked
package dev.sluice.console.mlflow;

import org.jspecify.annotations.NullMarked;
