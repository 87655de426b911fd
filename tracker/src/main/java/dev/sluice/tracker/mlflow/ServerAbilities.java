package dev.sluice.tracker.mlflow;

/**
 * What an MLflow server can do, as far as it matters to us.
 *
 * @param version such as {@code 3.17.0}; empty where the server does not say
 * @param loggedModels whether models are things of their own (MLflow 3), not only folders of runs
 * @param multipartUploads whether it takes large artifacts in parts
 */
record ServerAbilities(String version, boolean loggedModels, boolean multipartUploads) {}
