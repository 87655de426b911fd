package dev.sluice.trainer.callback;

/**
 * How far training has come.
 *
 * @param epoch finished epochs, in [0, epochs]
 * @param batch finished batches of the epoch after those, in [0, batchesPerEpoch)
 * @param globalStep optimizer steps so far
 * @param epochs epochs to train
 * @param batchesPerEpoch batches in an epoch
 */
public record TrainingProgress(int epoch, int batch, long globalStep, int epochs, int batchesPerEpoch) {}
