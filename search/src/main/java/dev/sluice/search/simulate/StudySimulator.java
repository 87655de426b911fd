package dev.sluice.search.simulate;

import dev.sluice.search.pruner.Verdict;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.Suggestion;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.Trial;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * Runs a study on a {@link BenchmarkFunction} with any number of workers in virtual time.
 *
 * <p>Each worker asks, starts, reports step by step and tells, as a real one does. A step takes from half to one and a half minutes,
 * drawn once a trial from its seed, so that trials overtake one another. With more than one step the values form a learning curve that
 * falls to the function's value: at step {@code s} of {@code n}, {@code value + span * (4^(1 - s/n) - 1) / 3 * speed}, where speed, in
 * [0.5, 1.5), is drawn a trial too, so that the first steps rank the trials only roughly.
 *
 * <p>All is a function of the study and the arguments. Not thread-safe.
 */
public final class StudySimulator {
    private final Study study;
    private final BenchmarkFunction function;
    private final int workers;
    private final int steps;
    private final double span;
    private final VirtualClock clock = new VirtualClock();
    private final List<Double> bestSoFar = new ArrayList<>();
    private int left;
    private long stepsRun;

    private StudySimulator(Study study, BenchmarkFunction function, int workers, int steps, double span) {
        this.study = Objects.requireNonNull(study, "study");
        this.function = Objects.requireNonNull(function, "function");
        if (workers < 1 || steps < 1) {
            throw new IllegalArgumentException(
                    "workers and steps must be >= 1, were %d and %d".formatted(workers, steps));
        }
        this.workers = workers;
        this.steps = steps;
        this.span = span;
    }

    /** One worker, trials of a single step. */
    public static StudySimulator of(Study study, BenchmarkFunction function) {
        return new StudySimulator(study, function, 1, 1, 0);
    }

    /** So many at a time. */
    public StudySimulator withWorkers(int number) {
        return new StudySimulator(study, function, number, steps, span);
    }

    /**
     * Trials with learning curves.
     *
     * @param number of steps of a trial that is not given up
     * @param height about how far the curves begin above where they end
     */
    public StudySimulator withCurves(int number, double height) {
        return new StudySimulator(study, function, workers, number, height);
    }

    /**
     * What came of it.
     *
     * @param bestSoFar the best value known after each trial that ended, in that order; NaN before there is one
     * @param elapsed in virtual time
     * @param steps that were run by all trials together
     */
    public record Simulation(List<Double> bestSoFar, Duration elapsed, long steps) {
        public Simulation {
            bestSoFar = List.copyOf(bestSoFar);
        }

        /** The best value at the end. */
        public double best() {
            return bestSoFar.isEmpty() ? Double.NaN : bestSoFar.getLast();
        }
    }

    /** Runs so many trials, or fewer if there is nothing more to try. Those that wait in the study count. */
    public Simulation run(int trials) {
        left = trials;
        bestSoFar.clear();
        stepsRun = 0;
        var began = clock.now();
        for (int worker = 0; worker < workers; worker++) {
            begin();
        }
        clock.run();
        return new Simulation(bestSoFar, clock.now().minus(began), stepsRun);
    }

    private void begin() {
        if (left == 0) {
            return;
        }
        study.ask().ifPresent(suggestion -> {
            left--;
            study.start(suggestion.id(), study.trial(suggestion.id()).attempt() + 1, Trial.NO_STEP);
            var random = new SplittableRandom(suggestion.seed());
            var stepTime = Duration.ofMillis(30_000 + random.nextInt(60_000));
            double speed = 0.5 + random.nextDouble();
            clock.after(stepTime, () -> step(suggestion, 1, stepTime, speed));
        });
    }

    private void step(Suggestion suggestion, int step, Duration stepTime, double speed) {
        stepsRun++;
        double curve = span * (Math.pow(4, 1 - (double) step / steps) - 1) / 3 * speed;
        double value = function.at(suggestion.values()) + curve;
        switch (study.report(suggestion.id(), Measurement.of(step, BenchmarkFunction.METRIC, value))) {
            case Verdict.Prune(String reason) -> end(suggestion, new Outcome.Pruned(reason));
            case Verdict.Proceed proceed -> {
                if (step == steps) {
                    end(suggestion, Outcome.Completed.asReported());
                } else {
                    clock.after(stepTime, () -> step(suggestion, step + 1, stepTime, speed));
                }
            }
        }
    }

    private void end(Suggestion suggestion, Outcome outcome) {
        study.tell(suggestion.id(), outcome);
        bestSoFar.add(study.best()
                .map(best -> best.objectiveValue(0).orElse(Double.NaN))
                .orElse(Double.NaN));
        begin();
    }
}
