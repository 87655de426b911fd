package dev.sluice.bench.search;

import dev.sluice.search.pruner.Verdict;
import dev.sluice.search.space.CategoricalDistribution;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.IntDistribution;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.study.AlgorithmChoice;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.StudySpec;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialId;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How long our samplers and pruners take, in the lines that overhead.py writes for the peers:
 * {@code who,what,state,trials,wall,cpu}, seconds since the run began; what the objective takes is next to nothing, and the same for all.
 *
 * <p>{@code cold} is the first run of a JVM, {@code warm} one after others of the same kind. Processor time is that of the whole process,
 * with compiler and garbage collector.
 */
final class Overhead {
    private static final String METRIC = "value";
    private static final List<Integer> MARKS = List.of(100, 800, 1_000, 9_000, 10_000, 100_000);

    private Overhead() {}

    /**
     * {@code ask SAMPLER TRIALS}, {@code judge PRUNER TRIALS STEPS}, {@code many SAMPLER TRIALS}, or {@code table FILE}: see run.sh.
     */
    public static void main(String[] arguments) throws IOException {
        var what = arguments[0];
        switch (what) {
            case "ask" -> ask(arguments[1], Integer.parseInt(arguments[2]));
            case "judge" -> judge(arguments[1], Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
            case "many" -> many(arguments[1], Integer.parseInt(arguments[2]));
            case "table" -> table(Path.of(arguments[1]));
            default -> throw new IllegalArgumentException("%s is none of ask, judge, many, table".formatted(what));
        }
    }

    /** Ten parameters: four floats, two of them on a log scale, three ints, one of them on a log scale, and three lists. */
    private static SearchSpace mixed() {
        return SearchSpace.builder()
                .add("f0", FloatDistribution.of(-5, 5))
                .add("f1", FloatDistribution.of(0, 1))
                .add("l0", FloatDistribution.log(1e-5, 1))
                .add("l1", FloatDistribution.log(1e-3, 1e3))
                .add("i0", IntDistribution.of(0, 20))
                .add("i1", IntDistribution.of(1, 100))
                .add("i2", IntDistribution.log(8, 512))
                .add("c0", CategoricalDistribution.of("a", "b", "c", "d"))
                .add("c1", CategoricalDistribution.of("x", "y", "z"))
                .add("c2", CategoricalDistribution.of(true, false))
                .build();
    }

    private static double cost(ParameterValues values) {
        double f0 = values.get("f0").asDouble() - 1;
        double f1 = values.get("f1").asDouble() - 0.3;
        double l0 = Math.log10(values.get("l0").asDouble()) + 3;
        double l1 = Math.log10(values.get("l1").asDouble()) - 1;
        double i0 = (values.get("i0").asDouble() - 13) / 5;
        double i1 = (values.get("i1").asDouble() - 40) / 20;
        double i2 = Math.log(values.get("i2").asDouble() / 64);
        double wrong = (values.get("c0").plain().equals("c") ? 0 : 1)
                + (values.get("c1").plain().equals("y") ? 0 : 1)
                + (values.get("c2").plain().equals(true) ? 0 : 1);
        return f0 * f0 + f1 * f1 + l0 * l0 + l1 * l1 + i0 * i0 + i1 * i1 + i2 * i2 + wrong;
    }

    private static Study study(String sampler, String pruner, Map<String, Object> options, long seed) {
        return new Study(
                new StudySpec(
                        mixed(),
                        List.of(Objective.minimize(METRIC)),
                        AlgorithmChoice.of(sampler),
                        new AlgorithmChoice(pruner, options),
                        seed),
                event -> {});
    }

    private static void ask(String sampler, int trials) {
        long began = System.nanoTime();
        run(sampler, trials, "cold", 1);
        // As often as takes a few thousand trials, so that the compiler has seen what there is; what is slow has shown
        // it the first time.
        for (int i = 0; i < Math.min(3, 3_000 / trials) && System.nanoTime() - began < 10_000_000_000L; i++) {
            run(sampler, trials, "", 2 + i);
        }
        run(sampler, trials, "warm", 9);
    }

    private static void run(String sampler, int trials, String state, long seed) {
        var study = study(sampler, "none", Map.of(), seed);
        var watch = new Stopwatch("sluice-" + sampler, "ask", state);
        for (int n = 1; n <= trials; n++) {
            var suggestion = study.ask().orElseThrow();
            study.start(suggestion.id(), 1, Trial.NO_STEP);
            study.report(suggestion.id(), Measurement.of(1, METRIC, cost(suggestion.values())));
            study.tell(suggestion.id(), Outcome.Completed.asReported());
            watch.mark(n, n == trials);
        }
    }

    private static void judge(String pruner, int trials, int steps) {
        judge(pruner, Math.min(trials, 1_000), steps, "cold", 1);
        judge(pruner, trials, steps, "warm", 2);
    }

    /** The clock runs while reports are judged, not while trials are asked for. */
    private static void judge(String pruner, int trials, int steps, String state, long seed) {
        var study = study("random", pruner, Map.of(), seed);
        var random = new SplittableRandom(seed);
        var watch = new Stopwatch("sluice-" + pruner, "judge", state);
        for (int n = 1; n <= trials; n++) {
            watch.stop();
            var id = study.ask().orElseThrow().id();
            study.start(id, 1, Trial.NO_STEP);
            double end = random.nextDouble();
            watch.go();
            study.tell(id, report(study, id, end, steps));
            watch.mark(n, n == trials);
        }
    }

    private static Outcome report(Study study, TrialId id, double end, int steps) {
        Outcome outcome = Outcome.Completed.asReported();
        for (int step = 1; step <= steps; step++) {
            // All steps are reported, whatever is said, so that every trial costs alike.
            if (study.report(id, Measurement.of(step, METRIC, end + 1.0 / step))
                    instanceof Verdict.Prune(String reason)) {
                outcome = new Outcome.Pruned(reason);
            }
        }
        return outcome;
    }

    private static void many(String sampler, int trials) {
        var study = study(sampler, "none", Map.of(), 1);
        var watch = new Stopwatch("sluice-" + sampler, "many", "cold");
        for (int n = 1; n <= trials; n++) {
            var suggestion = study.ask().orElseThrow();
            study.start(suggestion.id(), 1, Trial.NO_STEP);
            study.report(suggestion.id(), Measurement.of(1, METRIC, cost(suggestion.values())));
            study.tell(suggestion.id(), Outcome.Completed.asReported());
            watch.mark(n, n == trials);
        }
        System.gc();
        var heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        System.err.printf(
                Locale.ROOT,
                "%s: %d trials in a heap of %d MiB at most, %d MiB of them in use%n",
                sampler,
                study.history().size(),
                heap.getMax() >> 20,
                heap.getUsed() >> 20);
    }

    /** Prints a line at each mark; nothing where the state is empty. */
    private static final class Stopwatch {
        private static final com.sun.management.OperatingSystemMXBean SYSTEM =
                (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

        private final String who;
        private final String what;
        private final String state;
        private long wall;
        private long cpu;
        private long wallAt = System.nanoTime();
        private long cpuAt = SYSTEM.getProcessCpuTime();

        Stopwatch(String who, String what, String state) {
            this.who = who;
            this.what = what;
            this.state = state;
        }

        void go() {
            wallAt = System.nanoTime();
            cpuAt = SYSTEM.getProcessCpuTime();
        }

        void stop() {
            wall += System.nanoTime() - wallAt;
            cpu += SYSTEM.getProcessCpuTime() - cpuAt;
        }

        void mark(int trials, boolean last) {
            if (!state.isEmpty() && (last || MARKS.contains(trials))) {
                stop();
                System.out.printf(
                        Locale.ROOT, "%s,%s,%s,%d,%.4f,%.4f%n", who, what, state, trials, wall * 1e-9, cpu * 1e-9);
                go();
            }
        }
    }

    /** The lines of ours and the peers' side by side: seconds of processor time, and how many times ours theirs are. */
    private static void table(Path file) throws IOException {
        var seconds = new LinkedHashMap<String, Map<Integer, Double>>();
        for (String line : Files.readAllLines(file)) {
            var cells = List.of(line.split(",", -1));
            seconds.computeIfAbsent(String.join(" | ", cells.subList(0, 3)), key -> new TreeMap<>())
                    .put(Integer.valueOf(cells.get(3)), Double.valueOf(cells.get(5)));
        }
        var shown = List.of(100, 1_000, 10_000, 100_000);
        System.out.println(
                "| who | what | state | 100 | 1,000 | 10,000 | 100,000 trials | ms a trial, 801 to 1,000 | 9,001 to 10,000 |");
        System.out.println("|---|---|---|---|---|---|---|---|---|");
        seconds.forEach((key, marks) -> System.out.printf(
                Locale.ROOT,
                "| %s | %s | %s | %s |%n",
                key,
                shown.stream()
                        .map(n -> marks.containsKey(n) ? String.format(Locale.ROOT, "%.3f", marks.get(n)) : "–")
                        .collect(Collectors.joining(" | ")),
                between(marks, 800, 1_000),
                between(marks, 9_000, 10_000)));
    }

    private static String between(Map<Integer, Double> marks, int from, int to) {
        var begun = marks.get(from);
        var ended = marks.get(to);
        return begun == null || ended == null
                ? "–"
                : String.format(Locale.ROOT, "%.3f", 1_000 * (ended - begun) / (to - from));
    }
}
