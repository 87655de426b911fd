package dev.sluice.console.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The help page of a command that the start script runs itself, since it needs Quarkus and not this class path. */
@Command(
        name = "serve",
        description = {
            "Runs the service in the foreground: REST, the console and, where MLFLOW_TRACKING_URI is not set, an MLflow of its"
                    + " own. Ctrl-C or SIGTERM: running trials go on and are taken up again at the next start."
        },
        footer = {
            "",
            "SLUICE_JAVA_OPTS   further options for the service's JVM, such as -Xmx2g",
            "SLUICE_DB_URL      jdbc:postgresql://HOST:PORT/DATABASE; left out, sweeps are kept in the data folder. With it",
            "                   SLUICE_DB_USER, and SLUICE_DB_PASSWORD or SLUICE_DB_PASSWORD_FILE",
            "SLUICE_TOOLS       where MLflow is installed (default: ~/.cache/sluice)",
            "MLFLOW_TRACKING_URI, MLFLOW_TRACKING_USERNAME, MLFLOW_TRACKING_PASSWORD, MLFLOW_TRACKING_TOKEN",
            "                   another MLflow server than the local one"
        })
final class ServeCommand implements Runnable {
    @Option(
            names = "--host",
            defaultValue = "127.0.0.1",
            description = "The address to listen on (default: ${DEFAULT-VALUE}).")
    private String host = "";

    @Option(names = "--port", defaultValue = "8420", description = "The port to listen on (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = ".sluice",
            description = "Where sweeps, trials and the local MLflow are kept (default: .sluice beside ./sluice).")
    private String data = "";

    @Override
    public void run() {
        throw CommandFailure.wrongUsage(
                "the start script runs the service (host %s, port %d, data %s): call ./sluice serve"
                        .formatted(host, port, data));
    }
}
