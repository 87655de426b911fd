package dev.sluice.trainer.task;

import dev.sluice.trainer.network.NetSpec;
import dev.sluice.trainer.optimizer.OptimizerSpec;

/**
 * All that is to be trained in one trial.
 *
 * @param network what learns
 * @param train what weights are fitted to
 * @param validation what epochs are judged by
 * @param test what is looked at once, at the end
 * @param optimizer what moves the weights
 * @param learningRate > 0, constant
 * @param batchSize rows in a batch, >= 1; the last batch of an epoch may be smaller
 * @param epochs >= 1
 */
public record TrainingPlan(
        NetSpec network,
        LabelledRows train,
        LabelledRows validation,
        LabelledRows test,
        OptimizerSpec optimizer,
        double learningRate,
        int batchSize,
        int epochs) {}
