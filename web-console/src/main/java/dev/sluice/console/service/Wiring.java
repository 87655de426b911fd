package dev.sluice.console.service;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.type.LogicalType;
import dev.sluice.console.folder.DataFolder;
import dev.sluice.console.launch.DevicePool;
import dev.sluice.console.launch.DrainedDevices;
import dev.sluice.console.launch.GpuDetection;
import dev.sluice.console.launch.GpuWatch;
import dev.sluice.console.launch.Launcher;
import dev.sluice.console.launch.LocalLauncher;
import dev.sluice.console.launch.Machine;
import dev.sluice.console.machine.GpuMeter;
import dev.sluice.console.machine.HostMemory;
import dev.sluice.console.mlflow.ExternalTrackingServer;
import dev.sluice.console.mlflow.LocalMlflowServer;
import dev.sluice.console.mlflow.LocalMlflowSettings;
import dev.sluice.console.mlflow.TrackingServer;
import dev.sluice.console.process.ControlGroup;
import dev.sluice.console.specification.SizeText;
import dev.sluice.console.specification.SpecificationReader;
import dev.sluice.console.specification.TrainerCatalog;
import dev.sluice.console.sweep.TrainerHome;
import dev.sluice.console.tracking.SystemMetrics;
import io.quarkus.jackson.ObjectMapperCustomizer;
import io.quarkus.logging.Log;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;

/** Makes beans of the parts that know nothing of CDI. */
@ApplicationScoped
public class Wiring {
    @Produces
    @Singleton
    Launcher launcher(ServiceSettings settings) {
        var launcher = LocalLauncher.of(System.getenv());
        var groups = settings.devices().controlGroups() ? ControlGroup.home() : Optional.<Path>empty();
        Log.infof("event=launcher groups=%s", groups.map(Path::toString).orElse("none"));
        return groups.map(launcher::withGroupsIn).orElse(launcher);
    }

    @Produces
    @Singleton
    DevicePool devices(ServiceSettings settings, DrainedDevices drained) throws IOException {
        int cpus = settings.devices().cpus().orElse(Runtime.getRuntime().availableProcessors());
        var gpus = GpuDetection.detect(settings.devices().gpus(), System.getenv());
        long memory = settings.devices()
                .memory()
                .map(Wiring::sizeBytes)
                .orElseGet(() -> HostMemory.totalBytes().orElse(Long.MAX_VALUE));
        Log.infof("event=devices cpus=%d memory=%d gpus=%d", cpus, memory, gpus.size());
        var pool = DevicePool.of(
                new Machine(cpus, memory, gpus), settings.devices().memorySettles());
        drained.read().forEach(id -> pool.drain(id, true));
        return pool;
    }

    @Produces
    @Singleton
    DrainedDevices drained(DataFolder data) {
        return DrainedDevices.in(data.root().resolve("drained.json"));
    }

    @Produces
    @Singleton
    GpuWatch gpuWatch(DevicePool pool, ServiceSettings settings) {
        return GpuWatch.of(pool, System.getenv(), settings.devices().gpuInterval());
    }

    private static long sizeBytes(String text) {
        return SizeText.parse(text)
                .orElseThrow(() -> new IllegalArgumentException(
                        "sluice.devices.memory must be an amount of memory such as 64GiB, was \"" + text + "\""));
    }

    @Produces
    @Singleton
    TrackingServer trackingServer(ServiceSettings settings, DataFolder data) {
        if (!settings.mlflow().enabled()) {
            return TrackingServer.disabled();
        }
        return TrackingAddress.of(settings.mlflow(), System.getenv())
                .<TrackingServer>map(ExternalTrackingServer::of)
                .orElseGet(() -> local(data));
    }

    @Produces
    @Singleton
    SystemMetrics systemMetrics(ServiceSettings settings, TrackingServer server, DataFolder data) {
        var interval = server.address().isPresent() ? settings.mlflow().systemMetricsInterval() : Duration.ZERO;
        return SystemMetrics.every(interval, data.root(), GpuMeter.of(System.getenv()));
    }

    private static TrackingServer local(DataFolder data) {
        try {
            return LocalMlflowServer.of(LocalMlflowSettings.of(data.root(), System.getenv()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep a local MLflow in " + data.root(), e);
        }
    }

    @Produces
    @Singleton
    TrainerCatalog catalog(TrainerHome trainer) throws IOException {
        var file = trainer.catalog();
        return file.isPresent() ? TrainerCatalog.read(file.get()) : TrainerCatalog.absent();
    }

    @Produces
    @Singleton
    SpecificationReader reader(TrainerCatalog catalog) {
        return new SpecificationReader(catalog, new SecureRandom());
    }

    /** Bare NaN and infinities are taken, as the contract says; they are given as texts. */
    @Singleton
    static final class Numbers implements ObjectMapperCustomizer {
        @Override
        @SuppressWarnings("deprecation") // the mapper exists already: its factory's builder is out of reach
        public void customize(com.fasterxml.jackson.databind.ObjectMapper mapper) {
            mapper.getFactory().enable(JsonParser.Feature.ALLOW_NON_NUMERIC_NUMBERS);
            // 6.5 is no step 6, and "7" no number: what was meant is not guessed.
            mapper.coercionConfigFor(LogicalType.Integer)
                    .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.String, CoercionAction.Fail);
            mapper.coercionConfigFor(LogicalType.Float).setCoercion(CoercionInputShape.String, CoercionAction.Fail);
            mapper.coercionConfigFor(LogicalType.Textual)
                    .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
        }
    }
}
