package dev.sluice.trainer.callback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.sluice.trainer.json.JsonText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What every callback keeps to: its state survives a restart, and odd values do not upset it. */
abstract class CallbackContract {
    /** A fresh callback; all that a test makes share what lies outside of callbacks, e.g. files. */
    abstract Callback create();

    private static EpochResult result(int epoch) {
        SplittableRandom random = new SplittableRandom(epoch);
        return new EpochResult(
                epoch, Map.of("val_loss", random.nextDouble(), "val_accuracy", random.nextDouble()), Instant.EPOCH);
    }

    static TrainingProgress after(int epoch) {
        return new TrainingProgress(epoch, 0, epoch * 10L, 100, 10);
    }

    /** A step with a loss and gradients that are odd now and then. */
    record Step(long number, double loss, double gradientNorm, double learningRate, int samples) implements StepView {
        static Step of(long number) {
            SplittableRandom random = new SplittableRandom(number);
            double loss = number % 13 == 0 ? Double.NaN : 1 + random.nextDouble();
            double norm = number % 17 == 0 ? 1000 : random.nextDouble();
            return new Step(number, loss, norm, 0.1 / number, 8);
        }
    }

    /** What a callback asks for at each epoch of {@code (from, to]}, in words. */
    private static List<String> decisions(Callback callback, int from, int to) {
        List<String> decisions = new ArrayList<>();
        for (int epoch = from + 1; epoch <= to; epoch++) {
            TrainingControl control = new TrainingControl();
            callback.epochBegin(after(epoch - 1), control);
            for (int batch = 1; batch <= 10; batch++) {
                decisions.add(step(callback, epoch, batch, control));
            }
            EpochResult result = result(epoch);
            callback.evaluateBegin(after(epoch), control);
            callback.evaluateEnd(new EvaluationResult(result.metrics(), true, Instant.EPOCH), after(epoch), control);
            callback.epochEnd(result, after(epoch), control);
            decisions.add(epoch + " save=" + control.takeSave() + " stop="
                    + control.stopReason().map(StopReason::reason).orElse("no") + " epoch=" + control.takeForEpoch()
                    + wishes(control));
        }
        return decisions;
    }

    private static String step(Callback callback, int epoch, int batch, TrainingControl control) {
        long number = (epoch - 1) * 10L + batch;
        TrainingProgress progress = new TrainingProgress(epoch - 1, batch, number, 100, 10);
        Step step = Step.of(number);
        callback.stepBegin(progress, control);
        callback.backwardEnd(step, progress, control);
        boolean skipped = control.takeSkipStep();
        if (!skipped) {
            callback.preOptimizerStep(step, progress, control);
            callback.optimizerStep(step, progress, control);
        }
        callback.stepEnd(progress, control);
        callback.log(
                new LogEntry(number, number / 10.0, Map.of("loss", step.loss()), batch == 10, Instant.EPOCH),
                progress,
                control);
        return number + " skip=" + skipped + " log=" + control.takeLog() + " evaluate=" + control.takeEvaluate()
                + " gradients=" + control.takeGradientFactor() + " average=" + control.takeAverageDecay()
                + wishes(control);
    }

    private static String wishes(TrainingControl control) {
        String wishes = " rate=" + control.takeLearningRateFactor() + " back=" + control.rollBackReason() + " alerts="
                + control.takeAlerts();
        control.endRollBack();
        return wishes;
    }

    @Test
    void hasAName() {
        assertThat(create().name()).matches("[a-z][a-z0-9-]*");
    }

    @Test
    void decidesAfterARestartAsIfThereHadBeenNone() {
        Callback undisturbed = create();
        undisturbed.trainBegin(after(0), new TrainingControl());
        decisions(undisturbed, 0, 7);
        Callback first = create();
        first.trainBegin(after(0), new TrainingControl());
        decisions(first, 0, 7);

        Callback second = create();
        second.restoreState(JsonText.readObject(JsonText.write(first.saveState())));

        assertThat(decisions(second, 7, 30)).isEqualTo(decisions(undisturbed, 7, 30));
    }

    @Test
    void savesTheSameStateThatItRestored() {
        Callback first = create();
        decisions(first, 0, 5);
        String saved = JsonText.write(first.saveState());
        Callback second = create();
        second.restoreState(JsonText.readObject(saved));

        assertThat(JsonText.write(second.saveState())).isEqualTo(saved);
    }

    @Test
    void takesNaNInfinitiesAndMissingMetrics() {
        Callback callback = create();
        TrainingControl control = new TrainingControl();

        assertThatCode(() -> {
                    callback.epochEnd(
                            new EpochResult(1, Map.of("val_loss", Double.NaN), Instant.EPOCH), after(1), control);
                    callback.epochEnd(
                            new EpochResult(2, Map.of("val_loss", Double.NEGATIVE_INFINITY), Instant.EPOCH),
                            after(2),
                            control);
                    callback.epochEnd(new EpochResult(3, Map.of(), Instant.EPOCH), after(3), control);
                    callback.restoreState(JsonText.readObject(JsonText.write(callback.saveState())));
                })
                .doesNotThrowAnyException();
    }
}
