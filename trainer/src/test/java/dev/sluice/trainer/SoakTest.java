package dev.sluice.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.trainer.protocol.TrialCommandLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a trial leaves behind, in memory while it trains and on the machine when it is over. */
class SoakTest {
    private static final boolean LONG = "1".equals(System.getenv("SLUICE_LONG"));
    private static final int STEPS_PER_EPOCH = 18;
    private static final int STEPS = LONG ? 50_000 : 5_000;
    private static final int TRIALS = LONG ? 200 : 8;

    /*
     * What grows without a leak: Java's heap up to its steady size, compiled code, the allocators' pools. Seen: 241 MiB
     * after the first epochs, 312 at the end of the first 2,500 steps, and 325 from step 2,800 on for good. So the short
     * form allows a tenth, 30 MiB: the arrays of one batch, not closed, take 16 KiB a step, which comes to 40. In the long
     * form all has settled in the first half, and 3 % are 400 bytes a step: any array that is kept.
     */
    private static final double TOLERANCE = LONG ? 1.03 : 1.10;

    private static final List<Map<String, Object>> CALLBACKS = List.of(
            Map.of("type", "divergence-guard", "action", "roll-back", "explosion", 50.0),
            Map.of("type", "gradient-clipping", "maxNorm", 1.0),
            Map.of("type", "gradient-norm"),
            Map.of("type", "weight-average", "decay", 0.99),
            Map.of("type", "loss-alarm"),
            Map.of("type", "learning-rate", "everySteps", 7),
            Map.of("type", "reduce-on-plateau", "monitor", "val_loss", "patience", 500),
            Map.of("type", "early-stopping", "patience", 100_000),
            Map.of("type", "early-stopping", "patience", 100_000, "at", "evaluate", "monitor", "val_loss"),
            Map.of("type", "evaluation", "everySteps", 50),
            Map.of("type", "throughput"),
            Map.of("type", "json-lines", "everySteps", 10),
            Map.of("type", "tensorboard", "everySteps", 10));

    @TempDir
    Path folder;

    @Test
    void takesNoMoreMemoryInTheSecondHalfOfManySteps() throws Exception {
        int epochs = Math.ceilDiv(STEPS, STEPS_PER_EPOCH);
        try (TrialService service = new TrialService(folder)) {
            int code = service.run(service.spec(
                    1,
                    Map.of("epochs", epochs, "hidden", 16, "dropout", 0.1, "learning_rate", 0.001),
                    Optional.empty(),
                    CALLBACKS,
                    Map.of("keepLast", 2)));

            assertThat(code).as(service.log()).isEqualTo(TrialCommandLine.EXIT_DONE);
            List<Double> resident = service.reports.stream()
                    .map(report -> report.points().get(0).values().getOrDefault("memory_mb", Double.NaN))
                    .toList();
            double first = largest(resident.subList(0, epochs / 2));
            double second = largest(resident.subList(epochs / 2, epochs));
            System.out.printf("soak: %d epochs, MiB resident at most: %.1f, then %.1f%n", epochs, first, second);
            assertThat(second).as(resident.toString()).isLessThan(TOLERANCE * first);
        }
    }

    private static double largest(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }

    @Test
    void leavesNothingBehindHoweverManyTrialsRunInARow() throws Exception {
        try (TrialService service = new TrialService(folder)) {
            run(service, 0); // what this process opens once and keeps
            long children = ProcessHandle.current().descendants().count();
            int files = openFiles();
            List<String> there = entries();

            for (int trial = 1; trial <= TRIALS; trial++) {
                run(service, trial);
            }

            assertThat(ProcessHandle.current().descendants().count()).isEqualTo(children);
            // connections that trials kept alive are closed by the server when it likes
            assertThat(openFiles()).isLessThanOrEqualTo(files + 2);
            assertThat(entries()).isEqualTo(there);
        }
    }

    private void run(TrialService service, int trial) throws IOException, InterruptedException {
        int code = service.run(service.spec(
                1, Map.of("epochs", 2, "hidden", 16, "learning_rate", 0.01), Optional.empty(), CALLBACKS, Map.of()));
        assertThat(code).as("trial " + trial + "\n" + service.log()).isEqualTo(TrialCommandLine.EXIT_DONE);
    }

    private static int openFiles() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return (int) open.count();
        }
    }

    /** All in the trial's folder, which is its folder for temporary files too; TensorBoard's files are named by the time. */
    private List<String> entries() throws IOException {
        try (Stream<Path> tree = Files.walk(folder)) {
            return tree.map(path -> folder.relativize(path).toString())
                    .filter(name -> !name.startsWith("tensorboard/"))
                    .sorted()
                    .toList();
        }
    }
}
