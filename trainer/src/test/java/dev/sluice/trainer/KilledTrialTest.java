package dev.sluice.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.trainer.checkpoint.Checkpoint;
import dev.sluice.trainer.checkpoint.CheckpointStore;
import dev.sluice.trainer.protocol.TrialCommandLine;
import dev.sluice.trainer.protocol.TrialReport;
import dev.sluice.trainer.protocol.TrialSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Trials as real processes that get SIGKILL five times ({@code SLUICE_LONG=1}: 30 times) at random moments, each time
 * going on in a new process from the newest checkpoint that has its name, as the service starts it; {@code
 * SLUICE_KILL_SEED} plays other moments.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KilledTrialTest {
    private static final int KILLS = "1".equals(System.getenv("SLUICE_LONG")) ? 30 : 5;
    private static final int MOST_REPORTS = 8; // of an attempt, before it is killed
    private static final int MOST_MILLIS = 60;
    private static final long SEED = Long.parseLong(System.getenv().getOrDefault("SLUICE_KILL_SEED", "6"));
    private static final Map<String, Object> PARAMS =
            Map.of("epochs", 20 * KILLS, "hidden", 48, "dropout", 0.2, "learning_rate", 0.01);
    private static final List<Map<String, Object>> CALLBACKS = List.of(
            Map.of("type", "divergence-guard", "action", "roll-back", "explosion", 5.0, "maxRollBacks", 1000),
            Map.of("type", "gradient-clipping", "maxNorm", 0.7),
            Map.of("type", "gradient-norm"),
            Map.of("type", "weight-average", "decay", 0.95),
            Map.of("type", "reduce-on-plateau", "monitor", "val_loss", "patience", 4, "factor", 0.95),
            Map.of(
                    "type",
                    "early-stopping",
                    "patience",
                    5,
                    "action",
                    "roll-back",
                    "maxRollBacks",
                    1000,
                    "rateFactor",
                    0.9),
            Map.of("type", "throughput"),
            Map.of("type", "json-lines", "everySteps", 5));
    private static final Map<String, Object> CHECKPOINTS =
            Map.of("every", 1, "everySteps", 7, "keepLast", 2, "keepBest", 1);

    @TempDir
    Path root;

    private Optional<Outcome> undisturbed = Optional.empty();

    /** What a trial came to: its last checkpoint, and what it reported, by step. */
    private record Outcome(Checkpoint last, Map<Long, Map<String, Double>> reported, Object tested) {}

    private Outcome undisturbed() throws Exception {
        if (undisturbed.isEmpty()) {
            try (TrialService service = new TrialService(root.resolve("undisturbed"))) {
                assertThat(service.run(spec(service, 1))).as(service.log()).isEqualTo(TrialCommandLine.EXIT_DONE);
                undisturbed = Optional.of(outcome(service));
            }
        }
        return undisturbed.get();
    }

    private static TrialSpec spec(TrialService service, int attempt) throws IOException {
        List<Path> there = service.checkpoints();
        return service.spec(
                attempt,
                PARAMS,
                there.isEmpty() ? Optional.empty() : Optional.of(there.getLast()),
                CALLBACKS,
                CHECKPOINTS);
    }

    private static Outcome outcome(TrialService service) throws IOException {
        Map<Long, Map<String, Double>> reported = new TreeMap<>();
        for (TrialReport report : service.reports) {
            TrialReport.Point point = report.points().get(0);
            Map<String, Double> values = TrialService.timeless(point);
            Map<String, Double> before = reported.put(point.step(), values);
            // an attempt trains again what its predecessor reported after its last checkpoint
            assertThat(before == null ? values : before)
                    .as("step " + point.step())
                    .isEqualTo(values);
        }
        return new Outcome(
                CheckpointStore.read(service.checkpoints().getLast()),
                reported,
                service.json("result.json").getOrDefault("values", Map.of()));
    }

    private static void sameBits(Outcome one, Outcome two) {
        assertThat(two.reported()).isEqualTo(one.reported());
        assertThat(two.last().step()).isEqualTo(one.last().step());
        assertThat(two.last().snapshot().weights())
                .isEqualTo(one.last().snapshot().weights());
        assertThat(two.last().snapshot().optimizer())
                .isEqualTo(one.last().snapshot().optimizer());
        assertThat(two.last().snapshot().state()) // the files' digests too
                .isEqualTo(one.last().snapshot().state());
        assertThat(two.tested()).isEqualTo(one.tested());
    }

    /** Starts an attempt, and kills it a random while after a random number of reports. */
    private static void kill(TrialService service, int attempt, SplittableRandom random) throws Exception {
        int reports = service.reports.size() + random.nextInt(MOST_REPORTS);
        Process process = service.launch(spec(service, attempt));
        try {
            Awaitility.await()
                    .atMost(1, TimeUnit.MINUTES)
                    .pollDelay(0, TimeUnit.MILLISECONDS)
                    .pollInterval(1, TimeUnit.MILLISECONDS)
                    .until(() -> service.reports.size() >= reports || !process.isAlive());
            Thread.sleep(random.nextInt(MOST_MILLIS)); // the moment is what is at random here
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.waitFor()).as(service.log()).isEqualTo(128 + 9);
    }

    @Test
    void comesToTheSameBitsHoweverOftenItIsKilled() throws Exception {
        Outcome expected = undisturbed();
        SplittableRandom random = new SplittableRandom(SEED);
        try (TrialService service = new TrialService(root.resolve("killed"))) {
            for (int attempt = 1; attempt <= KILLS; attempt++) {
                kill(service, attempt, random);
            }
            int code = service.run(spec(service, KILLS + 1));

            assertThat(code).as("seed " + SEED + "\n" + service.log()).isEqualTo(TrialCommandLine.EXIT_DONE);
            assertThat(service.checkpoints().getLast()).as("seed " + SEED).hasFileName("checkpoint-" + 20 * KILLS);
            sameBits(expected, outcome(service));
        }
    }

    @Test
    void usesTheCheckpointBeforeWhereTheNewestIsTornAtAnyByte() throws Exception {
        Outcome expected = undisturbed();
        SplittableRandom random = new SplittableRandom(SEED + 1);
        try (TrialService service = new TrialService(root.resolve("torn"))) {
            List<String> torn = new ArrayList<>();
            for (int attempt = 1; attempt <= KILLS; attempt++) {
                kill(service, attempt, random);
                List<Path> there = service.checkpoints();
                if (!there.isEmpty()) {
                    torn.add(tear(there.getLast(), random));
                }
            }
            int code = service.run(spec(service, KILLS + 1));

            String how = "seed " + (SEED + 1) + " " + torn + "\n" + service.log();
            assertThat(code).as(how).isEqualTo(TrialCommandLine.EXIT_DONE);
            assertThat(service.log()).contains("damaged=");
            assertThat(torn).as(how).hasSizeGreaterThan(KILLS / 2);
            sameBits(expected, outcome(service));
        }
    }

    /** Cuts a random file of a checkpoint short at a random byte, or flips a bit of it; says which. */
    private static String tear(Path checkpoint, SplittableRandom random) throws IOException {
        List<Path> files;
        try (Stream<Path> entries = Files.list(checkpoint)) {
            files = entries.sorted().toList();
        }
        Path file = files.get(random.nextInt(files.size()));
        byte[] content = Files.readAllBytes(file);
        int at = random.nextInt(content.length);
        boolean flip = random.nextBoolean();
        if (flip) {
            content[at] ^= (byte) (1 << random.nextInt(8));
        }
        Files.write(file, flip ? content : Arrays.copyOf(content, at));
        return checkpoint.getFileName() + "/" + file.getFileName() + (flip ? " flipped at " : " cut at ") + at;
    }
}
