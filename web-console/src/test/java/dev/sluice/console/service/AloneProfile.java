package dev.sluice.console.service;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Map;

/** A service without MLflow in a data folder of its own, in which one that was killed has left something. */
public class AloneProfile implements QuarkusTestProfile {
    static final String LEFT = "promotions/.upload-1234.part";

    @Override
    public Map<String, String> getConfigOverrides() {
        try {
            var data = Files.createTempDirectory("sluice-service");
            Files.createDirectory(data.resolve("promotions"));
            Files.createFile(data.resolve(LEFT));
            return Map.of(
                    "sluice.data", data.toString(),
                    "sluice.mlflow.enabled", "false",
                    "sluice.mlflow.worker-journal-limit", "16MiB",
                    "sluice.devices.cpus", "2",
                    "sluice.devices.gpus", "none");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
