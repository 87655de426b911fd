package dev.sluice.console.service;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Map;

/** A service without MLflow in a data folder of its own. */
public final class AloneProfile implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
        try {
            return Map.of(
                    "sluice.data", Files.createTempDirectory("sluice-service").toString(),
                    "sluice.mlflow.enabled", "false",
                    "sluice.devices.cpus", "2",
                    "sluice.devices.gpus", "none");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
