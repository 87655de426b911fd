package dev.sluice.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.endtoend.harness.Build;
import dev.sluice.endtoend.harness.Script;
import dev.sluice.endtoend.harness.Service;
import dev.sluice.endtoend.harness.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;

/** GPUs as a fake {@code nvidia-smi} shows them: each trial says by itself how much of its GPU it uses. */
class DevicesTest {
    /** Uses 450 MiB of the GPU for a while; the one that may not be third finds none. Notes how many were there. */
    private static final Script TRAINING = Script.of("training-on-a-gpu", """
            import json, os, sys, time
            apps = sys.argv[1]
            most = int(sys.argv[2])
            mine = os.path.join(apps, str(os.getpid()))
            with open(mine, "w") as app:
                app.write("%d, %s, 450\\n" % (os.getpid(), os.environ["CUDA_VISIBLE_DEVICES"]))
            try:
                together = 0
                for _ in range(15):
                    together = max(together, len(os.listdir(apps)))
                    if together > most:
                        sys.exit("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 450.00 MiB")
                    time.sleep(0.1)
                print(json.dumps({"step": 1, "together": together}))
            finally:
                os.remove(mine)
            """);

    private static final Path PROGRAMS = Build.folder("fake-gpus");

    @Test
    void trialsOfHalfTheMemoryShareAGpuAndADrainOutlivesTheService() throws IOException {
        var apps = nvidiaSmi();
        try (var service = service("shared-gpu")) {
            var sweep = service.submit(sweep("shared", apps, 9));

            sweep.awaitEnd();

            assertThat(sweep.state()).isEqualTo("COMPLETED");
            assertThat(sweep.trial(0).path("values").path("together").asInt()).isEqualTo(1);
            assertThat(sweep.trials())
                    .extracting(trial -> trial.path("values").path("together").asInt())
                    .contains(2)
                    .doesNotContain(3);

            service.rest().post("/api/v1/nodes/local/devices/0/drain").expect(200);
            service.kill();
            service.restart();

            assertThat(gpu(service).path("drained").asBoolean()).isTrue();
            assertThat(gpu(service).path("gpu").path("memoryMebibytes").asInt()).isEqualTo(1000);
            var waiting = service.submit(sweep("waiting", apps, 9));
            var queue = Waiting.until(
                    "the sweep to wait", Waiting.LONG, () -> devices(service).path("queue"), one -> one.size() == 1);
            assertThat(queue.get(0).path("sweep").asText()).isEqualTo(waiting.id());
            assertThat(queue.get(0).path("reason").asText()).contains("drained");
            service.rest().post("/api/v1/nodes/local/devices/0/undrain").expect(200);
            waiting.awaitEnd();
        }
    }

    @Test
    void whoFindsNoMemoryBesideOthersRunsAgainAndDoesNotFail() throws IOException {
        var apps = nvidiaSmi();
        try (var service = service("full-gpu")) {
            var sweep = service.submit(sweep("full", apps, 1));

            sweep.awaitEnd();

            assertThat(sweep.state()).isEqualTo("COMPLETED");
            assertThat(sweep.trials())
                    .extracting(trial -> trial.path("state").asText())
                    .containsOnly("COMPLETE");
            assertThat(sweep.wholeTrials().stream()
                            .flatMap(trial -> trial.path("attempts").valueStream())
                            .filter(attempt -> attempt.path("state").asText().equals("LOST")))
                    .isNotEmpty()
                    .allMatch(attempt -> attempt.path("reason").asText().contains("no GPU memory beside other trials"));
        }
    }

    private static String sweep(String name, Path apps, int most) {
        return """
                name: %s
                objective: {metric: together, goal: maximize}
                parameters: {x: {min: 0.0, max: 1.0}}
                search: {algorithm: random}
                budget: {trials: 5, parallel: 4}
                resources: {gpus: 1, share: memory}
                failurePolicies: [{log: "CUDA out of memory", as: INFEASIBLE}]
                trial: {command: %s}
                """.formatted(name, TRAINING.command(apps.toString(), Integer.toString(most)));
    }

    private static Service service(String name) {
        return Service.named(name)
                .withoutMlflow()
                .programsIn(PROGRAMS)
                .with("sluice.devices.gpu-interval", "100ms")
                .start();
    }

    private static JsonNode devices(Service service) {
        return service.rest()
                .get("/api/v1/nodes")
                .expect(200)
                .json()
                .path("items")
                .get(0)
                .path("devices");
    }

    private static JsonNode gpu(Service service) {
        return devices(service).path("gpus").get(0);
    }

    /** The program, and the folder in which trials say what they use. */
    private static Path nvidiaSmi() throws IOException {
        var apps = Build.folder("fake-gpu-users");
        var program = Files.writeString(PROGRAMS.resolve("nvidia-smi"), """
                #!/bin/sh
                case "$1" in
                    --query-gpu=index,uuid,name,memory.total) echo "0, GPU-a, A fake, 1000" ;;
                    --query-gpu=index,uuid,memory.used) echo "0, GPU-a, 0" ;;
                    --query-compute-apps=pid,gpu_uuid,used_memory) cat '%s'/* 2>/dev/null; exit 0 ;;
                    *) exit 9 ;;
                esac
                """.formatted(apps));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return apps;
    }
}
