package dev.sluice.bench.search;

import dev.sluice.search.pruner.Verdict;
import dev.sluice.search.simulate.VirtualClock;
import dev.sluice.search.study.AlgorithmChoice;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.StudySpec;
import dev.sluice.search.study.Suggestion;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.Trial;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One of our searchers on one problem with one seed, in virtual time: a trial lasts from half to one and a half units, drawn for each,
 * its epochs evenly spread over them, and a worker that is free asks at once.
 *
 * <p>It ends after so many trials, or, where {@code trainings} is above 0, once so many full trainings' worth of epochs are spent.
 * The searcher's own time is the processor time of the one thread that asks, reports and tells. Not thread-safe.
 */
final class Run {
    private static final String METRIC = "value";
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Searcher searcher;
    private final Problem problem;
    private final int seed;
    private final int trials;
    private final int trainings;
    private final int workers;
    private final Study study;
    private final SplittableRandom durations;
    private final VirtualClock clock = new VirtualClock();
    private final List<Row> rows = new ArrayList<>();
    private int asked;
    private long epochsSpent;

    /**
     * What is run.
     *
     * @param name under which it is reported
     */
    record Searcher(String name, String version, AlgorithmChoice search, AlgorithmChoice pruning) {}

    private Run(Searcher searcher, Problem problem, int seed, int trials, int trainings, int workers) {
        this.searcher = searcher;
        this.problem = problem;
        this.seed = seed;
        this.trials = trials;
        this.trainings = trainings;
        this.workers = workers;
        var objective = problem.maximize() ? Objective.maximize(METRIC) : Objective.minimize(METRIC);
        var spec = new StudySpec(problem.space(), List.of(objective), searcher.search(), searcher.pruning(), seed)
                .withParallel(workers);
        this.study = new Study(trainings > 0 ? spec : spec.withTrials(trials), event -> {});
        this.durations = new SplittableRandom(7919L * seed + 1);
    }

    /**
     * The trials in the order in which they ended.
     *
     * @param trials at most; with {@code trainings} nobody is told of it
     * @param trainings 0 for no limit
     */
    static List<Row> of(Searcher searcher, Problem problem, int seed, int trials, int trainings, int workers) {
        var run = new Run(searcher, problem, seed, trials, trainings, workers);
        for (int worker = 0; worker < workers; worker++) {
            run.begin();
        }
        while (!run.isOver() && run.clock.step()) {
            // step does it
        }
        return run.rows;
    }

    private boolean isOver() {
        return trainings > 0 && epochsSpent >= (long) trainings * problem.epochs();
    }

    /** A trial under way. */
    private final class Attempt {
        private final Suggestion suggestion;
        private final double[] truths;
        private final double[] reports;
        private final Duration epochTime;
        private long nanos;
        private int epoch;

        Attempt(Suggestion suggestion, long nanos) {
            this.suggestion = suggestion;
            this.nanos = nanos;
            this.truths = problem.truth().curve(suggestion.values());
            this.reports =
                    problem.reported(truths, 1_000_000L * seed + suggestion.id().number());
            this.epochTime = Duration.ofNanos((long) (1e12 * (0.5 + durations.nextDouble()) / truths.length));
        }

        void step() {
            epoch++;
            epochsSpent++;
            long began = THREADS.getCurrentThreadCpuTime();
            var verdict = study.report(suggestion.id(), Measurement.of(epoch, METRIC, reports[epoch - 1]));
            boolean ends = true;
            switch (verdict) {
                case Verdict.Prune(String reason) -> study.tell(suggestion.id(), new Outcome.Pruned(reason));
                case Verdict.Proceed proceed -> {
                    ends = epoch == reports.length;
                    if (ends) {
                        study.tell(suggestion.id(), Outcome.Completed.asReported());
                    }
                }
            }
            nanos += THREADS.getCurrentThreadCpuTime() - began;
            if (ends) {
                end();
            } else {
                clock.after(epochTime, this::step);
            }
        }

        private void end() {
            int best = 0;
            for (int i = 1; i < epoch; i++) {
                if (problem.isBetter(reports[i], reports[best])) {
                    best = i;
                }
            }
            rows.add(new Row(
                    searcher.name(),
                    searcher.version(),
                    problem.name(),
                    seed,
                    workers,
                    rows.size(),
                    epoch,
                    reports[best],
                    truths[best],
                    nanos * 1e-9));
            begin();
        }
    }

    private void begin() {
        if (asked == trials) {
            return;
        }
        long began = THREADS.getCurrentThreadCpuTime();
        study.ask().ifPresent(suggestion -> {
            study.start(suggestion.id(), 1, Trial.NO_STEP);
            asked++;
            var attempt = new Attempt(suggestion, THREADS.getCurrentThreadCpuTime() - began);
            clock.after(attempt.epochTime, attempt::step);
        });
    }
}
