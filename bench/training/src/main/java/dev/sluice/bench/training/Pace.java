package dev.sluice.bench.training;

import dev.sluice.trainer.callback.Callback;
import dev.sluice.trainer.callback.EvaluationResult;
import dev.sluice.trainer.callback.TrainingControl;
import dev.sluice.trainer.callback.TrainingProgress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;

/**
 * Lets a training go on by as many steps as a line of the standard input says, and answers with the nanoseconds they took.
 * Time in evaluations is left out; all else between two steps, such as the shuffling of an epoch, is in.
 */
final class Pace implements Callback {
    private final BufferedReader orders;
    private long left;
    private long begun;
    private long evaluating;

    Pace(BufferedReader orders) {
        this.orders = orders;
    }

    @Override
    public String name() {
        return "pace";
    }

    @Override
    public Duration deadline() {
        return Duration.ofDays(1); // it waits for the others' turns
    }

    @Override
    public void stepBegin(TrainingProgress progress, TrainingControl control) {
        if (left == 0) {
            if (progress.globalStep() > 0) {
                System.out.println(System.nanoTime() - begun);
            }
            try {
                String order = orders.readLine();
                if (order == null) {
                    Runtime.getRuntime().halt(0);
                }
                left = Long.parseLong(order);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            begun = System.nanoTime();
        }
        left--;
    }

    @Override
    public void evaluateBegin(TrainingProgress progress, TrainingControl control) {
        evaluating = System.nanoTime();
    }

    @Override
    public void evaluateEnd(EvaluationResult result, TrainingProgress progress, TrainingControl control) {
        begun += System.nanoTime() - evaluating;
    }
}
