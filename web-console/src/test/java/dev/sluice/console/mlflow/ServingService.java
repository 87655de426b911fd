package dev.sluice.console.mlflow;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A service in a process of its own that starts its MLflow and waits to be killed. */
final class ServingService {
    private ServingService() {}

    public static void main(String[] arguments) throws Exception {
        LocalMlflowServer.of(LocalMlflowSettings.of(Path.of(arguments[0]), System.getenv()))
                .start();
        new CountDownLatch(1).await();
    }
}
