package dev.sluice.trainer.djl;

import dev.sluice.trainer.data.Target;
import dev.sluice.trainer.network.LossSpec;
import dev.sluice.trainer.task.LabelledRows;
import dev.sluice.trainer.task.TrainingPlan;
import java.util.LinkedHashMap;
import java.util.Map;

/** How good outputs are, in double precision: names without the split. */
final class Judgement {
    private Judgement() {}

    /**
     * Judges outputs of all rows.
     *
     * @param outputs {@code [rows * outputs]}
     * @return of a classification {@code loss} (cross-entropy without smoothing) and {@code accuracy}, to which a row whose
     *     outputs are NaN counts as wrong; of a regression {@code loss}
     *     as trained, and in the target's own unit {@code rmse}, {@code mae} and {@code r2}, which is NaN where all targets are
     *     the same
     */
    static Map<String, Double> of(TrainingPlan plan, LabelledRows rows, float[] outputs) {
        return switch (plan.form().output()) {
            case Target.Classes classes ->
                classes(rows.labels(), outputs, plan.learner().outputs());
            case Target.Quantity number -> number(rows.targets(), outputs, number.deviation(), plan.loss());
        };
    }

    private static Map<String, Double> classes(int[] labels, float[] logits, int classes) {
        double sum = 0;
        int right = 0;
        for (int row = 0; row < labels.length; row++) {
            int largest = -1; // of a row without numbers, which is of no class
            double max = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < classes; i++) {
                if (logits[row * classes + i] > max) {
                    max = logits[row * classes + i];
                    largest = i;
                }
            }
            double normaliser = 0;
            for (int i = 0; i < classes; i++) {
                normaliser += Math.exp(logits[row * classes + i] - max);
            }
            sum += Math.log(normaliser) + max - logits[row * classes + labels[row]];
            right += largest == labels[row] ? 1 : 0;
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("loss", sum / labels.length);
        metrics.put("accuracy", (double) right / labels.length);
        return metrics;
    }

    private static Map<String, Double> number(float[] targets, float[] outputs, double deviation, LossSpec loss) {
        double mean = 0;
        for (float target : targets) {
            mean += target / targets.length;
        }
        double sum = 0;
        double squares = 0;
        double absolutes = 0;
        double spread = 0;
        for (int row = 0; row < targets.length; row++) {
            double apart = (double) outputs[row] - targets[row];
            squares += apart * apart;
            absolutes += Math.abs(apart);
            spread += (targets[row] - mean) * (targets[row] - mean);
            sum += loss(loss, apart);
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("loss", sum / targets.length);
        metrics.put("rmse", Math.sqrt(squares / targets.length) * deviation);
        metrics.put("mae", absolutes / targets.length * deviation);
        metrics.put("r2", spread > 0 ? 1 - squares / spread : Double.NaN);
        return metrics;
    }

    private static double loss(LossSpec loss, double apart) {
        return switch (loss) {
            case LossSpec.MeanSquared ignored -> apart * apart;
            case LossSpec.MeanAbsolute ignored -> Math.abs(apart);
            case LossSpec.Huber huber -> {
                double size = Math.abs(apart);
                yield size <= huber.delta() ? size * size / 2 : huber.delta() * (size - huber.delta() / 2);
            }
            case LossSpec.CrossEntropy ignored -> throw notOfNumbers(loss);
            case LossSpec.BinaryCrossEntropy ignored -> throw notOfNumbers(loss);
        };
    }

    private static IllegalArgumentException notOfNumbers(LossSpec loss) {
        return new IllegalArgumentException("a number is not learnt by " + loss);
    }
}
