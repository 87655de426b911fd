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
 * drawn once a trial from its seed, so that trials overtake one another. With more than one step the values form a learning curve that ends
 * at the function's value; its {@link Curve shape} is one of several.
 *
 * <p>All is a function of the study and the arguments. Not thread-safe.
 */
public final class StudySimulator {
    private final Study study;
    private final BenchmarkFunction function;
    private final int workers;
    private final int steps;
    private final double span;
    private final Curve curve;
    private final VirtualClock clock = new VirtualClock();
    private final List<Double> bestSoFar = new ArrayList<>();
    private int left;
    private long stepsRun;

    /**
     * How values come to the function's value, with {@code t} the share of the steps that were run and {@code speed} drawn a trial in
     * [0.5, 1.5).
     */
    public enum Curve {
        /** {@code value + span * speed * (4^(1 - t) - 1) / 3}: the first steps rank the trials only roughly. */
        FALLING {
            @Override
            double at(double value, double span, double speed, double t) {
                return value + fall(span * speed, t);
            }
        },
        /** As falling, but up to the middle {@code span * (1 + speed)} takes the place of the value: the first steps say nothing. */
        BLIND {
            @Override
            double at(double value, double span, double speed, double t) {
                return (t < 0.5 ? span * (1 + speed) : value) + fall(span, t);
            }
        },
        /** As falling, but up to the middle {@code 5 * span} less the value takes its place: the first steps say the contrary. */
        CONTRARY {
            @Override
            double at(double value, double span, double speed, double t) {
                return (t < 0.5 ? 5 * span - value : value) + fall(span, t);
            }
        };

        abstract double at(double value, double span, double speed, double t);

        private static double fall(double height, double t) {
            return height * (Math.pow(4, 1 - t) - 1) / 3;
        }
    }

    private StudySimulator(Study study, BenchmarkFunction function, int workers, int steps, double span, Curve curve) {
        this.study = Objects.requireNonNull(study, "study");
        this.function = Objects.requireNonNull(function, "function");
        if (workers < 1 || steps < 1) {
            throw new IllegalArgumentException(
                    "workers and steps must be >= 1, were %d and %d".formatted(workers, steps));
        }
        this.workers = workers;
        this.steps = steps;
        this.span = span;
        this.curve = Objects.requireNonNull(curve, "curve");
    }

    /** One worker, trials of a single step. */
    public static StudySimulator of(Study study, BenchmarkFunction function) {
        return new StudySimulator(study, function, 1, 1, 0, Curve.FALLING);
    }

    /** So many at a time. */
    public StudySimulator withWorkers(int number) {
        return new StudySimulator(study, function, number, steps, span, curve);
    }

    /**
     * Trials with learning curves.
     *
     * @param number of steps of a trial that is not given up
     * @param height about how far the curves begin above where they end
     */
    public StudySimulator withCurves(int number, double height) {
        return withCurves(number, height, Curve.FALLING);
    }

    /** The same with curves of another shape. */
    public StudySimulator withCurves(int number, double height, Curve shape) {
        return new StudySimulator(study, function, workers, number, height, shape);
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
        double value = curve.at(function.at(suggestion.values()), span, speed, (double) step / steps);
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
