package dev.sluice.console.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import dev.sluice.console.launch.DrainedDevices;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.config.EncoderConfig;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many short trials on eight GPUs that there are not, as real processes of a real service: each notes when it began and ended, and on
 * which device. With {@code SLUICE_LONG=1} there are a thousand. How long a device stood idle while trials waited is printed.
 */
@QuarkusTest
@TestProfile(BusyDevicesTest.EightGpus.class)
class BusyDevicesTest {
    private static final boolean LONG = "1".equals(System.getenv("SLUICE_LONG"));
    private static final int TRIALS = LONG ? 500 : 24;
    private static final String SECONDS = LONG ? "0.5" : "0.2";

    @ConfigProperty(name = "sluice.data")
    Path data = Path.of(""); // given by the service

    /** A service that takes eight GPUs for there, and enough of everything else. */
    public static class EightGpus implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            try {
                return Map.of(
                        "sluice.data", Files.createTempDirectory("sluice-busy").toString(),
                        "sluice.mlflow.enabled", "false",
                        "sluice.devices.cpus", "64",
                        "sluice.devices.memory", "8GiB",
                        "sluice.devices.gpus", "GPU-0,GPU-1,GPU-2,GPU-3,GPU-4,GPU-5,GPU-6,GPU-7");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** From when to when a trial had which devices, in nanoseconds. */
    private record Use(List<String> gpus, long began, long ended) {}

    @Test
    void aDeviceIsGivenOnAsSoonAsItComesFree() throws IOException {
        var sweeps = List.of(submit("one", TRIALS), submit("other", TRIALS));
        await().atMost(Duration.ofMinutes(10))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> sweeps.stream().allMatch(this::isDone));

        var uses = uses();
        assertThat(uses).hasSize(2 * TRIALS);
        long lastBegan = uses.stream().mapToLong(Use::began).max().orElseThrow();
        var gaps = new ArrayList<Long>();
        byDevice(uses).values().forEach(on -> {
            for (int i = 1; i < on.size(); i++) {
                assertThat(on.get(i).began()).isGreaterThan(on.get(i - 1).ended());
                gaps.add(on.get(i).began() - on.get(i - 1).ended());
            }
        });
        var sorted = gaps.stream().mapToLong(gap -> gap / 1_000_000).sorted().toArray();
        System.out.printf(
                "idle between two trials of a device, ms: median %d, 99%% %d, most %d (%d gaps, %.1f s)%n",
                sorted[sorted.length / 2],
                sorted[sorted.length * 99 / 100],
                sorted[sorted.length - 1],
                sorted.length,
                (lastBegan - uses.stream().mapToLong(Use::began).min().orElseThrow()) / 1e9);
    }

    @Test
    void aDrainedDeviceIsToldAndRemembered() throws IOException {
        given().post("/api/v1/nodes/local/devices/7/drain")
                .then()
                .statusCode(200)
                .body("devices.gpus[7].drained", equalTo(true));
        assertThat(DrainedDevices.in(data.resolve("drained.json")).read()).containsExactly("GPU-7");
        given().get("/api/v1/nodes").then().body("items[0].devices.gpus.drained", hasItem(true));

        given().post("/api/v1/nodes/local/devices/7/undrain")
                .then()
                .statusCode(200)
                .body("devices.gpus[7].drained", equalTo(false));
        assertThat(DrainedDevices.in(data.resolve("drained.json")).read()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"local/devices/8", "local/devices/-1", "local/devices/99999", "other/devices/0"})
    void aDeviceThatThereIsNotCannotBeDrained(String device) {
        given().post("/api/v1/nodes/" + device + "/drain")
                .then()
                .statusCode(404)
                .contentType("application/problem+json");
    }

    @Test
    void aSweepThatNeedsMoreMemoryThanThereIsIsRefused() {
        yaml("""
                name: large
                objective: {metric: score, goal: maximize}
                parameters: {x: {min: 0.0, max: 1.0}}
                budget: {trials: 1}
                resources: {gpus: 0.5, memory: 9GiB}
                trial: {command: ["true"]}
                """)
                .post("/api/v1/sweeps")
                .then()
                .statusCode(422)
                .body("errors[0].pointer", equalTo("/resources"))
                .body("errors[0].detail", containsString("9 GiB of memory of 8 GiB"));
    }

    private static RequestSpecification yaml(String file) {
        return given().config(RestAssured.config()
                        .encoderConfig(EncoderConfig.encoderConfig()
                                .encodeContentTypeAs("application/yaml", ContentType.TEXT)))
                .contentType("application/yaml")
                .body(file);
    }

    private String submit(String name, int trials) {
        return yaml("""
                        name: %s
                        objective: {metric: score, goal: maximize}
                        parameters: {x: {min: 0.0, max: 1.0}}
                        search: {algorithm: random, seed: 1}
                        budget: {trials: %d, parallel: 8}
                        resources: {gpus: 1}
                        trial:
                          command: [/bin/sh, -c, 'echo "$CUDA_VISIBLE_DEVICES $(date +%%s%%N)" > began; sleep %s;
                            echo "{\\"step\\": 1, \\"score\\": 1}"; date +%%s%%N > ended']
                        """.formatted(name, trials, SECONDS))
                .post("/api/v1/sweeps")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private boolean isDone(String sweep) {
        return given().get("/api/v1/sweeps/" + sweep)
                .then()
                .statusCode(200)
                .extract()
                .path("state")
                .equals("COMPLETED");
    }

    private List<Use> uses() throws IOException {
        try (Stream<Path> trials = Files.list(data.resolve("trials"))) {
            return trials.map(BusyDevicesTest::use).toList();
        }
    }

    private static Use use(Path trial) {
        try {
            var began = Files.readString(trial.resolve("began")).strip().split(" ", 2);
            return new Use(
                    Arrays.asList(began[0].split(",", -1)),
                    Long.parseLong(began[1]),
                    Long.parseLong(Files.readString(trial.resolve("ended")).strip()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, List<Use>> byDevice(List<Use> uses) {
        var devices = new TreeMap<String, List<Use>>();
        IntStream.range(0, 8).forEach(i -> devices.put("GPU-" + i, new ArrayList<>()));
        uses.stream()
                .sorted(Comparator.comparingLong(Use::began))
                .forEach(use -> use.gpus()
                        .forEach(gpu -> devices.computeIfAbsent(gpu, g -> new ArrayList<>())
                                .add(use)));
        return devices;
    }
}
