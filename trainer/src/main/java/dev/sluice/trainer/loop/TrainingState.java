package dev.sluice.trainer.loop;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where training stands, beside weights, optimizer and callbacks: what a checkpoint needs of the loop so that training
 * goes on as if it had never stopped.
 *
 * @param epoch finished epochs
 * @param batch finished batches of the epoch under way
 * @param globalStep steps so far, those that were given up too
 * @param learningRateFactor what callbacks have multiplied the learning rate with
 * @param skippedSteps steps that were given up
 * @param rollBacks how often training went back to the best checkpoint
 * @param logged the epoch's losses up to the last log
 */
record TrainingState(
        int epoch,
        int batch,
        long globalStep,
        double learningRateFactor,
        long skippedSteps,
        long rollBacks,
        LossTotal logged) {
    /** This state as a JSON tree; {@link #logged} only within an epoch. */
    Map<String, Object> toTree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("epoch", epoch);
        tree.put("batch", batch);
        tree.put("globalStep", globalStep);
        tree.put("learningRateFactor", learningRateFactor);
        tree.put("skippedSteps", skippedSteps);
        tree.put("rollBacks", rollBacks);
        if (batch > 0) {
            tree.put("loggedLoss", Double.toHexString(logged.sum()));
            tree.put("loggedSamples", logged.samples());
        }
        return tree;
    }

    /**
     * The state that a JSON tree describes.
     *
     * @throws IllegalArgumentException if its place in training is missing
     */
    static TrainingState ofTree(Map<String, Object> tree) {
        LossTotal logged = tree.get("loggedLoss") instanceof String sum
                ? new LossTotal(
                        Double.parseDouble(sum),
                        number(tree, "loggedSamples", 0).longValue())
                : LossTotal.NONE;
        return new TrainingState(
                number(tree, "epoch", null).intValue(),
                number(tree, "batch", null).intValue(),
                number(tree, "globalStep", null).longValue(),
                number(tree, "learningRateFactor", 1.0).doubleValue(),
                number(tree, "skippedSteps", 0).longValue(),
                number(tree, "rollBacks", 0).longValue(),
                logged);
    }

    private static Number number(Map<String, Object> tree, String name, @Nullable Number byDefault) {
        if (tree.get(name) instanceof Number number) {
            return number;
        }
        if (byDefault == null) {
            throw new IllegalArgumentException("the checkpoint's state has no number \"" + name + "\"");
        }
        return byDefault;
    }
}
