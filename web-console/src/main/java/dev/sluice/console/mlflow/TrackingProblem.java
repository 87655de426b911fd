package dev.sluice.console.mlflow;

/** Why the local server cannot be had now, as a sentence for a person. */
final class TrackingProblem extends Exception {
    TrackingProblem(String message) {
        super(message);
    }
}
