package dev.sluice.bench.search;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * Reads all results and writes what they say in Markdown.
 *
 * <p>Regret is that of the trial with the best reported value, by its truth: 0 is the best value there is, 1 what random search reaches in
 * 100 trials in half of its runs. A mean is over the seeds of a problem first, then over problems.
 */
final class Report {
    private static final List<Integer> TRIALS = List.of(25, 50, 100, 200);
    private static final List<Integer> TRAININGS = List.of(5, 10, 20, 40);

    private final List<Problem> problems;
    private final List<Results> results;
    private final String main;
    private final StringBuilder text = new StringBuilder();

    private Report(List<Problem> problems, List<Results> results, String main) {
        this.problems = problems;
        this.results = results;
        this.main = main;
    }

    /** See run.sh. */
    public static void main(String[] arguments) throws IOException {
        var known = new LinkedHashMap<String, String>();
        known.put("tables", "tables");
        known.put("results", "results");
        known.put("out", "");
        known.put("main", "sluice-auto");
        known.put("problems", "reporting");
        var given = Arguments.read(arguments, known);
        var all = Problems.read(Path.of(given.text("tables")));
        var problems = Arguments.choose(all, given.text("problems"));
        var report = new Report(problems, Results.read(Path.of(given.text("results")), all), given.text("main"));
        var text = report.write();
        if (given.text("out").isEmpty()) {
            System.out.print(text);
        } else {
            Files.writeString(Path.of(given.text("out")), text);
        }
    }

    private String write() {
        var halves = problems.stream().map(problem -> problem.half().label()).collect(Collectors.toSet());
        line("# Search benchmark: the %s half", String.join(" and ", halves));
        line("");
        if (halves.contains(Problem.Half.TUNING.label())) {
            line(
                    "**These problems were used to choose constants of our samplers: they say nothing about how good they are elsewhere.**");
            line("");
        }
        line(
                "%d problems: %s.",
                problems.size(), problems.stream().map(Problem::name).collect(Collectors.joining(", ")));
        line("");
        var sequential =
                results.stream().filter(r -> r.workers() == 1 && !r.partial()).toList();
        overall(sequential);
        differences(sequential);
        best(sequential);
        for (int trials : TRIALS) {
            perProblem(sequential, trials);
        }
        workers();
        fidelity();
        return text.toString();
    }

    // ---- one at a time

    private void overall(List<Results> searchers) {
        line("## Mean normalised regret after so many trials, one at a time");
        line("");
        line(
                "With the 95 %% interval of resampled problems and seeds. Rank: of the mean regrets, averaged over the problems, among those that have all runs.");
        line("");
        line("| searcher | version | runs | 25 | 50 | 100 | 200 | rank 25 | rank 50 | rank 100 | s / 100 trials |");
        line("|---|---|---|---|---|---|---|---|---|---|---|");
        var complete = searchers.stream().filter(this::isComplete).toList();
        var ranks = TRIALS.stream().collect(Collectors.toMap(Function.identity(), n -> ranks(complete, n)));
        searchers.stream()
                .filter(searcher -> !runs(searcher, 25).isEmpty())
                .sorted(Comparator.comparingDouble(searcher -> Sample.mean(runs(searcher, 50))))
                .forEach(searcher -> {
                    var row = new StringBuilder(
                            "| " + searcher.searcher() + " | " + searcher.version() + " | " + count(searcher) + " |");
                    for (int trials : TRIALS) {
                        row.append(' ')
                                .append(sample(runs(searcher, trials), Sample::mean))
                                .append(" |");
                    }
                    for (int trials : List.of(25, 50, 100)) {
                        row.append(Optional.ofNullable(
                                        ranks.getOrDefault(trials, Map.of()).get(searcher.searcher()))
                                .map(rank -> String.format(Locale.ROOT, " %.2f |", rank))
                                .orElse(" – |"));
                    }
                    line("%s %s |", row, figure(seconds(searcher)));
                });
        line("");
    }

    private void differences(List<Results> searchers) {
        line("## Ours less theirs: difference of the mean regrets");
        line("");
        line(
                "Below 0: ours is better. Over the problems that both have. Worse / better: on how many problems ours is so significantly (rank test over the seeds, Holm's correction over the problems, 5 %%).");
        line("");
        line("| ours | theirs | problems | 25 | 50 | 100 | worse / better at 25, 50, 100 |");
        line("|---|---|---|---|---|---|---|");
        for (Results ours : searchers) {
            for (Results theirs : searchers) {
                if (ours.isOurs() && !theirs.isOurs() && isCompared(ours, theirs)) {
                    var row = new StringBuilder();
                    var verdicts = new ArrayList<String>();
                    for (int trials : List.of(25, 50, 100)) {
                        row.append(' ')
                                .append(sample(paired(ours, theirs, trials), Sample::difference))
                                .append(" |");
                        verdicts.add(verdict(paired(ours, theirs, trials)));
                    }
                    line(
                            "| %s | %s | %d |%s %s |",
                            ours.searcher(),
                            theirs.searcher(),
                            paired(ours, theirs, 25).size(),
                            row,
                            String.join(", ", verdicts));
                }
            }
        }
        line("");
    }

    /** The searcher of ours that the report is about beside all; the others beside those of their own kind. */
    private boolean isCompared(Results ours, Results theirs) {
        if (ours.searcher().equals(main)) {
            return true;
        }
        var kind = ours.searcher().substring("sluice-".length());
        return kind.startsWith("genetic")
                ? theirs.searcher().startsWith("optuna-nsga2")
                        || theirs.searcher().endsWith("-random")
                : theirs.searcher().contains("-" + kind);
    }

    private static String verdict(List<double[][]> paired) {
        var corrected = RankTest.holm(paired.stream()
                .mapToDouble(groups -> RankTest.p(groups[0], groups[1]))
                .toArray());
        int worse = 0;
        int better = 0;
        for (int i = 0; i < corrected.length; i++) {
            if (corrected[i] < 0.05) {
                if (Sample.mean(paired.get(i)[0]) > Sample.mean(paired.get(i)[1])) {
                    worse++;
                } else {
                    better++;
                }
            }
        }
        return worse + " / " + better;
    }

    private void best(List<Results> searchers) {
        var ours = searchers.stream().filter(s -> s.searcher().equals(main)).findFirst();
        if (ours.isEmpty()) {
            return;
        }
        line("## %s beside Optuna's best on each problem", main);
        line("");
        line(
                "Of Optuna's samplers the one with the smallest mean regret on that very problem at that number of trials; p by the rank test over the seeds, corrected after Holm over the problems.");
        line("");
        line("| problem | trials | %s | Optuna's best | | p |", main);
        line("|---|---|---|---|---|---|");
        for (int trials : List.of(25, 50, 100)) {
            var rows = new ArrayList<String>();
            var pairs = new ArrayList<double[][]>();
            for (Problem problem : problems) {
                var own = regrets(ours.get(), problem, trials);
                searchers.stream()
                        .filter(s -> s.searcher().startsWith("optuna-") && regrets(s, problem, trials).length > 0)
                        .min(Comparator.comparingDouble(s -> Sample.mean(regrets(s, problem, trials))))
                        .filter(s -> own.length > 0)
                        .ifPresent(s -> {
                            var theirs = regrets(s, problem, trials);
                            pairs.add(new double[][] {own, theirs});
                            rows.add("| %s | %d | %s | %s | %s |"
                                    .formatted(
                                            problem,
                                            trials,
                                            figure(Sample.mean(own)),
                                            figure(Sample.mean(theirs)),
                                            s.searcher()));
                        });
            }
            var p = RankTest.holm(pairs.stream()
                    .mapToDouble(groups -> RankTest.p(groups[0], groups[1]))
                    .toArray());
            for (int i = 0; i < rows.size(); i++) {
                boolean worse = Sample.mean(pairs.get(i)[0]) > Sample.mean(pairs.get(i)[1]);
                line("%s %s%s |", rows.get(i), figure(p[i]), p[i] >= 0.05 ? "" : worse ? " worse" : " better");
            }
        }
        line("");
    }

    private void perProblem(List<Results> searchers, int trials) {
        var shown = searchers.stream().filter(s -> !runs(s, trials).isEmpty()).toList();
        line("## Mean regret on each problem after %d trials", trials);
        line("");
        line("| problem | %s |", shown.stream().map(Results::searcher).collect(Collectors.joining(" | ")));
        line("|---|%s", "---|".repeat(shown.size()));
        for (Problem problem : problems) {
            var means = shown.stream()
                    .map(s -> Sample.mean(regrets(s, problem, trials)))
                    .toList();
            double least = means.stream()
                    .filter(m -> !m.isNaN())
                    .min(Comparator.naturalOrder())
                    .orElse(Double.NaN);
            line(
                    "| %s | %s |",
                    problem,
                    means.stream()
                            .map(mean -> mean.equals(least) ? "**" + figure(mean) + "**" : figure(mean))
                            .collect(Collectors.joining(" | ")));
        }
        line("");
    }

    // ---- workers

    private void workers() {
        var rows = new ArrayList<String>();
        for (Results many : results) {
            for (Results one : results) {
                if (many.workers() > 1 && one.workers() == 1 && one.searcher().equals(many.searcher())) {
                    var pairs = problems.stream()
                            .filter(problem -> !many.of(problem).isEmpty()
                                    && !one.of(problem).isEmpty())
                            .map(problem -> new EvaluationRatio.Pair(
                                    List.copyOf(one.of(problem).values()),
                                    List.copyOf(many.of(problem).values())))
                            .toList();
                    for (int trials : pairs.isEmpty() ? List.<Integer>of() : List.of(25, 50, 100)) {
                        var ratio = EvaluationRatio.of(pairs, trials);
                        rows.add("| %s | %d | %d | %d | %s | %d |"
                                .formatted(
                                        many.searcher(),
                                        many.workers(),
                                        trials,
                                        pairs.size(),
                                        ratio.ratio(),
                                        ratio.never()));
                    }
                }
            }
        }
        if (!rows.isEmpty()) {
            line("## Evaluations to the same regret, many at a time beside one at a time");
            line("");
            line(
                    "The aim is the median regret of the sequential runs after so many trials; the ratio, of the numbers of trials after which the medians of the runs are there. The median over the problems; never: on how many the aim was not reached.");
            line("");
            line("| searcher | workers | aim after | problems | ratio | never |");
            line("|---|---|---|---|---|---|");
            rows.forEach(row -> line("%s", row));
            line("");
        }
    }

    // ---- several fidelities

    private void fidelity() {
        var curved = problems.stream().filter(problem -> problem.epochs() > 1).toList();
        var shown = results.stream()
                .filter(r -> r.workers() == 1 && !epochRuns(r, curved, 5).isEmpty())
                .sorted(Comparator.comparingDouble(r -> Sample.mean(epochRuns(r, curved, 10))))
                .toList();
        if (shown.stream().noneMatch(Results::partial)) {
            return;
        }
        line("## Mean normalised regret after so many full trainings' worth of epochs");
        line("");
        line("On %s.", curved.stream().map(Problem::name).collect(Collectors.joining(", ")));
        line("");
        line("| searcher | problems | 5 | 10 | 20 | 40 |");
        line("|---|---|---|---|---|---|");
        for (Results searcher : shown) {
            var row = new StringBuilder();
            for (int trainings : TRAININGS) {
                row.append(' ')
                        .append(sample(epochRuns(searcher, curved, trainings), Sample::mean))
                        .append(" |");
            }
            line(
                    "| %s | %d |%s",
                    searcher.searcher(), epochRuns(searcher, curved, 5).size(), row);
        }
        line("");
    }

    private static List<double[][]> epochRuns(Results searcher, List<Problem> problems, int trainings) {
        return groups(
                problems,
                problem -> regrets(searcher, problem, run -> run.afterEpochs((long) trainings * problem.epochs())));
    }

    // ---- figures

    private List<double[][]> runs(Results searcher, int trials) {
        return groups(problems, problem -> regrets(searcher, problem, trials));
    }

    private static List<double[][]> groups(List<Problem> problems, Function<Problem, double[]> regrets) {
        return problems.stream()
                .map(regrets)
                .filter(seeds -> seeds.length > 0)
                .map(seeds -> new double[][] {seeds})
                .toList();
    }

    private List<double[][]> paired(Results ours, Results theirs, int trials) {
        return problems.stream()
                .map(problem -> new double[][] {regrets(ours, problem, trials), regrets(theirs, problem, trials)})
                .filter(groups -> groups[0].length > 0 && groups[1].length > 0)
                .toList();
    }

    private static double[] regrets(Results searcher, Problem problem, int trials) {
        return regrets(searcher, problem, run -> run.afterTrials(trials));
    }

    private static double[] regrets(Results searcher, Problem problem, Function<Trajectory, OptionalDouble> regret) {
        return searcher.of(problem).values().stream()
                .map(regret)
                .filter(OptionalDouble::isPresent)
                .mapToDouble(OptionalDouble::getAsDouble)
                .toArray();
    }

    private boolean isComplete(Results searcher) {
        return problems.stream().allMatch(problem -> regrets(searcher, problem, 100).length >= 10);
    }

    private String count(Results searcher) {
        var counts = problems.stream()
                .mapToInt(problem -> regrets(searcher, problem, 25).length)
                .filter(n -> n > 0)
                .toArray();
        int least = Arrays.stream(counts).min().orElse(0);
        int most = Arrays.stream(counts).max().orElse(0);
        return counts.length + " x " + (least == most ? "" + least : least + "–" + most);
    }

    private double seconds(Results searcher) {
        return problems.stream()
                .flatMap(problem -> searcher.of(problem).values().stream())
                .mapToDouble(run -> 100 * run.seconds() / run.trials())
                .average()
                .orElse(Double.NaN);
    }

    /** The mean rank over the problems of each, by name; empty if there is no run of so many trials. */
    private Map<String, Double> ranks(List<Results> searchers, int trials) {
        var sums = new LinkedHashMap<String, Double>();
        for (Problem problem : problems) {
            var means = searchers.stream()
                    .mapToDouble(s -> Sample.mean(regrets(s, problem, trials)))
                    .toArray();
            for (int i = 0; i < means.length; i++) {
                double mean = means[i];
                long below = Arrays.stream(means).filter(m -> m < mean).count();
                long equal = Arrays.stream(means).filter(m -> m == mean).count();
                sums.merge(searchers.get(i).searcher(), (below + (equal + 1) / 2.0) / problems.size(), Double::sum);
            }
        }
        return sums;
    }

    private static String sample(List<double[][]> problems, ToDoubleFunction<List<double[][]>> statistic) {
        return problems.isEmpty() ? "–" : Sample.of(problems, statistic).toString();
    }

    private static String figure(double number) {
        return Double.isNaN(number) ? "–" : String.format(Locale.ROOT, number < 0.01 ? "%.2g" : "%.3f", number);
    }

    @SuppressWarnings("AnnotateFormatMethod") // which would be a dependency for one private method
    private void line(String format, Object... arguments) {
        text.append(format.formatted(arguments)).append('\n');
    }
}
