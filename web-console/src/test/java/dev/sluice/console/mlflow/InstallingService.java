package dev.sluice.console.mlflow;

import java.nio.file.Path;

/** A service in a process of its own that installs MLflow and ends. */
final class InstallingService {
    private InstallingService() {}

    public static void main(String[] arguments) throws Exception {
        new MlflowInstallation(Path.of(arguments[0]), Path.of(arguments[1]), System.getenv()).python(progress -> {});
    }
}
