package dev.sluice.bench.search.multi;

import dev.sluice.search.pareto.Hypervolume;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/**
 * Reads results as {@link MultiBench} and {@code multi.py} write them and prints how much hypervolume is still missing, as a share of what
 * 100 random trials miss: 0 is the whole front, 1 the median of random search. Means over seeds with 95 % intervals, by the bootstrap over seeds
 * (2,000 resamples; over all problems at once for the mean of a half).
 *
 * <pre>
 * MultiReport HALF BUDGET,BUDGET,... FILE...
 * </pre>
 */
public final class MultiReport {
    private static final int RESAMPLES = 2000;

    private MultiReport() {}

    public static void main(String[] arguments) throws IOException {
        String half = arguments[0];
        int[] budgets = Arrays.stream(arguments[1].split(","))
                .mapToInt(Integer::parseInt)
                .toArray();
        // by searcher, problem and seed the rows in order
        Map<String, Map<String, Map<Integer, List<double[]>>>> rows = new LinkedHashMap<>();
        Map<String, Double> seconds = new LinkedHashMap<>();
        Map<String, Integer> trials = new LinkedHashMap<>();
        var problems = MultiProblem.all().stream()
                .filter(problem -> half.equals("all") || problem.half().equals(half))
                .toList();
        for (String file : Arrays.asList(arguments).subList(2, arguments.length)) {
            read(Path.of(file), problems, rows, seconds, trials);
        }
        for (int budget : budgets) {
            System.out.printf("%nafter %d trials: hypervolume still missing (random search at 100: 1)%n", budget);
            System.out.printf("%-22s", "searcher");
            problems.forEach(problem -> System.out.printf("%-20s", problem.name()));
            System.out.printf("%-20s seconds a trial%n", "mean");
            rows.forEach((searcher, byProblem) -> {
                List<double[]> regrets = new ArrayList<>();
                System.out.printf("%-22s", searcher);
                for (MultiProblem problem : problems) {
                    double[] regret = byProblem.getOrDefault(problem.name(), Map.of()).values().stream()
                            .filter(run -> run.size() >= budget)
                            .mapToDouble(run -> regret(problem, run.subList(0, budget)))
                            .toArray();
                    System.out.printf("%-20s", regret.length == 0 ? "-" : interval(List.of(regret)));
                    if (regret.length > 0) {
                        regrets.add(regret);
                    }
                }
                System.out.printf(
                        Locale.ROOT,
                        "%-20s %.4f%n",
                        regrets.size() < problems.size() ? "-" : interval(regrets),
                        seconds.getOrDefault(searcher, 0.0) / trials.getOrDefault(searcher, 1));
            });
        }
    }

    private static void read(
            Path file,
            List<MultiProblem> problems,
            Map<String, Map<String, Map<Integer, List<double[]>>>> rows,
            Map<String, Double> seconds,
            Map<String, Integer> trials)
            throws IOException {
        for (String line : lines(file)) {
            String[] columns = line.split(",", -1);
            var problem =
                    problems.stream().filter(p -> p.name().equals(columns[2])).findFirst();
            if (columns.length == 10 && problem.isPresent()) {
                var row = new double[problem.get().objectives() + 1];
                for (int o = 0; o < problem.get().objectives(); o++) {
                    row[o] = Double.parseDouble(columns[5 + o]);
                }
                row[row.length - 1] = columns[8].isEmpty() ? 0 : Double.parseDouble(columns[8]);
                rows.computeIfAbsent(columns[0], s -> new LinkedHashMap<>())
                        .computeIfAbsent(columns[2], p -> new TreeMap<>())
                        .computeIfAbsent(Integer.parseInt(columns[3]), s -> new ArrayList<>())
                        .add(row);
                seconds.merge(columns[0], Double.parseDouble(columns[9]), Double::sum);
                trials.merge(columns[0], 1, Integer::sum);
            }
        }
    }

    private static List<String> lines(Path file) throws IOException {
        if (!file.toString().endsWith(".gz")) {
            return Files.readAllLines(file);
        }
        try (var in = new GZIPInputStream(Files.newInputStream(file))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private static double regret(MultiProblem problem, List<double[]> run) {
        var feasible = run.stream()
                .filter(row -> row[row.length - 1] <= 0)
                .map(row -> Arrays.copyOf(row, row.length - 1))
                .toArray(double[][]::new);
        double volume = Hypervolume.of(feasible, problem.reference());
        return (problem.bestVolume() - volume) / (problem.bestVolume() - problem.randomVolume());
    }

    private static String interval(List<double[]> byProblem) {
        var random = new SplittableRandom(1);
        var means = new double[RESAMPLES];
        for (int resample = 0; resample < RESAMPLES; resample++) {
            for (double[] seeds : byProblem) {
                double sum = 0;
                for (int i = 0; i < seeds.length; i++) {
                    sum += seeds[random.nextInt(seeds.length)];
                }
                means[resample] += sum / seeds.length / byProblem.size();
            }
        }
        Arrays.sort(means);
        double mean = byProblem.stream()
                .mapToDouble(seeds -> Arrays.stream(seeds).average().orElseThrow())
                .average()
                .orElseThrow();
        return String.format(
                Locale.ROOT,
                "%.3f [%.3f %.3f]",
                mean,
                means[(int) (0.025 * RESAMPLES)],
                means[(int) (0.975 * RESAMPLES)]);
    }
}
