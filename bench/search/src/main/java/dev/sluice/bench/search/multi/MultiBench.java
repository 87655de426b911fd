package dev.sluice.bench.search.multi;

import dev.sluice.search.catalog.Samplers;
import dev.sluice.search.pareto.Hypervolume;
import dev.sluice.search.pruner.NopPruner;
import dev.sluice.search.sampler.RandomSampler;
import dev.sluice.search.study.AlgorithmChoice;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.StudySpec;
import dev.sluice.search.trial.Outcome;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Runs one of our searchers on the problems with several objectives, or prints what the figures are measured against.
 *
 * <pre>
 * MultiBench run SEARCHER TRIALS SEEDS HALF FILE   results as CSV
 * MultiBench check                                 values at fixed points, to compare with multi.py check
 * MultiBench scale                                 reference points, and the median hypervolume of 100 random trials
 * </pre>
 */
public final class MultiBench {
    static final String HEADER = "searcher,version,problem,seed,trial,f0,f1,f2,g,seconds";

    private MultiBench() {}

    public static void main(String[] arguments) throws IOException {
        switch (arguments[0]) {
            case "run" ->
                run(
                        arguments[1],
                        Integer.parseInt(arguments[2]),
                        Integer.parseInt(arguments[3]),
                        arguments[4],
                        arguments[5]);
            case "check" -> check();
            case "scale" -> scale();
            default -> throw new IllegalArgumentException("run, check or scale is meant, was " + arguments[0]);
        }
    }

    private static void run(String searcher, int trials, int seeds, String half, String file) throws IOException {
        try (var out = new PrintStream(file, StandardCharsets.UTF_8)) {
            out.println(HEADER);
            for (MultiProblem problem : MultiProblem.all()) {
                if (half.equals("all") || half.equals(problem.half()) || half.equals(problem.name())) {
                    for (int seed = 0; seed < seeds; seed++) {
                        run(searcher, problem, trials, seed, out);
                    }
                }
            }
        }
    }

    private static void run(String searcher, MultiProblem problem, int trials, int seed, PrintStream out) {
        var spec = new StudySpec(
                        problem.space(),
                        problem.goals(),
                        AlgorithmChoice.of(searcher),
                        AlgorithmChoice.of("none"),
                        seed,
                        OptionalInt.empty(),
                        1)
                .withTrials(trials);
        var study = new Study(spec, Samplers.of(searcher, Map.of(), spec.context()), new NopPruner(), event -> {});
        for (int trial = 0; trial < trials; trial++) {
            long began = System.nanoTime();
            var suggestion = study.ask().orElseThrow();
            study.start(suggestion.id(), 1, -1);
            long asked = System.nanoTime();
            double[] values = problem.at(suggestion.values());
            var told = new HashMap<String, Double>();
            for (int o = 0; o < problem.objectives(); o++) {
                told.put("f" + o, values[o]);
            }
            if (problem.constrained()) {
                told.put("g", values[problem.objectives()]);
            }
            long evaluated = System.nanoTime();
            study.tell(suggestion.id(), new Outcome.Completed(told));
            double seconds = (System.nanoTime() - evaluated + asked - began) / 1e9;
            out.println(line(searcher, problem, seed, trial, values, seconds));
        }
    }

    private static String line(
            String searcher, MultiProblem problem, int seed, int trial, double[] values, double seconds) {
        return "%s,0.1.0,%s,%d,%d,%s,%s,%s,%s,%s"
                .formatted(
                        searcher,
                        problem.name(),
                        seed,
                        trial,
                        digits(values[0]),
                        digits(values[1]),
                        problem.objectives() > 2 ? digits(values[2]) : "",
                        problem.constrained() ? digits(values[problem.objectives()]) : "",
                        digits4(seconds));
    }

    private static String digits(double value) {
        return String.format(Locale.ROOT, "%.8g", value);
    }

    private static String digits4(double value) {
        return String.format(Locale.ROOT, "%.4g", value);
    }

    /** Twenty random points of each problem. */
    private static void check() {
        for (MultiProblem problem : MultiProblem.all()) {
            var sampler = RandomSampler.of(problem.space());
            var random = new SplittableRandom(1);
            for (int i = 0; i < 20; i++) {
                var values = sampler.draw(random);
                System.out.printf(
                        "%s\t%s\t%s%n", problem.name(), json(values.toPlain()), Arrays.toString(problem.at(values)));
            }
        }
    }

    private static String json(Map<String, Object> plain) {
        var text = new StringBuilder("{");
        plain.forEach((name, value) -> text.append(text.length() > 1 ? ", " : "")
                .append('"')
                .append(name)
                .append("\": ")
                .append(value instanceof String ? "\"" + value + "\"" : value));
        return text.append('}').toString();
    }

    private static void scale() {
        for (MultiProblem problem : MultiProblem.all()) {
            double[] reference = reference(problem);
            var volumes = new double[200];
            for (int seed = 0; seed < volumes.length; seed++) {
                volumes[seed] = Hypervolume.of(random(problem, seed, 100), reference);
            }
            Arrays.sort(volumes);
            System.out.printf(
                    Locale.ROOT,
                    "%s %s random100 %.5g all %.5g%n",
                    problem.name(),
                    Arrays.toString(reference),
                    (volumes[99] + volumes[100]) / 2,
                    Hypervolume.of(random(problem, 1000, 5_000), reference));
        }
    }

    /** Of each objective what nine of ten random points are better than. */
    static double[] reference(MultiProblem problem) {
        var rows = random(problem, 12345, 10_000);
        var reference = new double[problem.objectives()];
        for (int o = 0; o < reference.length; o++) {
            int column = o;
            var sorted =
                    Arrays.stream(rows).mapToDouble(row -> row[column]).sorted().toArray();
            reference[o] = sorted[sorted.length * 9 / 10];
        }
        return reference;
    }

    /** Costs of so many random points, those that keep to the constraint. */
    static double[][] random(MultiProblem problem, long seed, int points) {
        var sampler = RandomSampler.of(problem.space());
        var random = new SplittableRandom(seed);
        return Stream.generate(() -> problem.at(sampler.draw(random)))
                .limit(points)
                .filter(values -> !problem.constrained() || values[problem.objectives()] <= 0)
                .map(values -> Arrays.copyOf(values, problem.objectives()))
                .toArray(double[][]::new);
    }
}
