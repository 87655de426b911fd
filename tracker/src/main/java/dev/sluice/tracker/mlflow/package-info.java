/** MLflow as tracker and model registry: the only room that knows MLflow's Java client. */
@NullMarked
package dev.sluice.tracker.mlflow;

import org.jspecify.annotations.NullMarked;
