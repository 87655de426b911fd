package dev.sluice.trainer.task;

import dev.sluice.trainer.data.DataOrigin;
import dev.sluice.trainer.data.Fold;
import dev.sluice.trainer.data.ModelForm;
import dev.sluice.trainer.data.RawInputs;
import dev.sluice.trainer.data.Target;
import dev.sluice.trainer.network.LossSpec;
import dev.sluice.trainer.network.NetSpec;
import dev.sluice.trainer.network.Network;
import dev.sluice.trainer.optimizer.LearningRateSchedule;
import dev.sluice.trainer.optimizer.OptimizerSpec;
import java.util.Optional;

/**
 * All that is to be trained in one trial.
 *
 * @param learner what learns
 * @param train what weights are fitted to
 * @param validation what epochs are judged by
 * @param test what is looked at once, at the end
 * @param loss what is made small while training; epochs are judged by it too, but by cross-entropy without smoothing
 * @param optimizer what moves the weights
 * @param weightDecayOn what the optimizer's weight decay applies to
 * @param learningRate > 0, the highest
 * @param schedule what the learning rate is multiplied with at each step
 * @param batchSize rows in a batch, >= 1; the last batch of an epoch may be smaller
 * @param accumulation batches whose gradients make one step, >= 1; the last step of an epoch may have fewer
 * @param epochs >= 1
 * @param form how what a user has becomes rows, and what the network's outputs mean: part of the exported model
 * @param rawTest the test rows as a user has them, in their order
 * @param origin where the rows come from; empty: they are the task's own
 */
public record TrainingPlan(
        Network learner,
        LabelledRows train,
        LabelledRows validation,
        LabelledRows test,
        LossSpec loss,
        OptimizerSpec optimizer,
        DecayScope weightDecayOn,
        double learningRate,
        LearningRateSchedule schedule,
        int batchSize,
        int accumulation,
        int epochs,
        ModelForm form,
        RawInputs rawTest,
        Optional<DataOrigin> origin) {
    /** Checks that the parts fit together. */
    public TrainingPlan {
        if (rawTest.rows() != test.rows() || form.input().numbers() != learner.inputs()) {
            throw new IllegalArgumentException("the form must be that of " + test.rows() + " test rows of "
                    + learner.inputs() + " numbers, was of " + rawTest.rows() + " rows of "
                    + form.input().numbers());
        }
        if (form.output() instanceof Target.Classes classes && classes.names().size() != learner.outputs()) {
            throw new IllegalArgumentException("a network for "
                    + classes.names().size() + " classes has as many outputs, had " + learner.outputs());
        }
    }

    /** Which arrays weight decay applies to. */
    public enum DecayScope {
        /** The weights of dense layers and convolutions: not biases, nor scales and shifts of normalisations. */
        WEIGHTS,
        /** All that gradients move. */
        ALL
    }

    /**
     * The same with the rows that are not for testing shared out by a fold, and the schedule in as many epochs. The rows stay
     * as they were prepared.
     */
    public TrainingPlan fold(Fold fold) {
        LabelledRows pool = train.and(validation);
        boolean[] held = fold.holds(pool.isRegression() ? new int[pool.rows()] : pool.labels(), 0);
        LabelledRows others = pool.rows(Fold.places(held, false));
        TrainingPlan parted = with(others, pool.rows(Fold.places(held, true)), schedule);
        double ratio = (double) parted.stepsPerEpoch() / stepsPerEpoch();
        return parted.with(others, parted.validation, schedule.stretched(ratio));
    }

    private TrainingPlan with(LabelledRows train, LabelledRows validation, LearningRateSchedule schedule) {
        return new TrainingPlan(
                learner,
                train,
                validation,
                test,
                loss,
                optimizer,
                weightDecayOn,
                learningRate,
                schedule,
                batchSize,
                accumulation,
                epochs,
                form,
                rawTest,
                origin);
    }

    /**
     * What learns, where it is a network of our own.
     *
     * @throws IllegalStateException if it is somebody else's module
     */
    public NetSpec network() {
        if (learner instanceof NetSpec own) {
            return own;
        }
        throw new IllegalStateException("what learns is no network of the trainer's own");
    }

    /** Rows that one step learns from, but for the last step of an epoch. */
    public int rowsPerStep() {
        return (int) Math.min((long) batchSize * accumulation, train.rows());
    }

    /** Steps in an epoch. */
    public int stepsPerEpoch() {
        return Math.ceilDiv(train.rows(), rowsPerStep());
    }

    /**
     * The learning rate of a step.
     *
     * @param step counted over all epochs, from 1
     */
    public double learningRate(long step) {
        return learningRate * schedule.factor(step);
    }
}
