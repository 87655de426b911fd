package dev.sluice.trainer.data;

/**
 * A network's two ends: how what a user has becomes its inputs, and what its outputs mean.
 *
 * @param input what comes before the network
 * @param output what comes after it
 */
public record ModelForm(Preparation input, Target output) {
    /** Of rows of numbers as they are, and of classes called by their numbers. */
    public static ModelForm plain(int inputs, int classes) {
        return new ModelForm(new Preparation.AsIs(inputs), Target.Classes.numbered(classes));
    }

    /** What is left of a network's {@code outputs} of {@code [rows * outputs]} when the form's own answers are asked for. */
    public float[] answers(float[] outputs) {
        if (!(input instanceof Preparation.Columns)) {
            return outputs;
        }
        float[] answers = new float[outputs.length];
        switch (output) {
            case Target.Quantity number -> {
                for (int row = 0; row < outputs.length; row++) {
                    answers[row] = (float) number.value(outputs[row]);
                }
            }
            case Target.Classes classes -> {
                int count = classes.names().size();
                for (int from = 0; from < outputs.length; from += count) {
                    double[] shares = probabilities(outputs, from, count);
                    for (int i = 0; i < count; i++) {
                        answers[from + i] = (float) shares[i];
                    }
                }
            }
        }
        return answers;
    }

    /** Softmax of {@code count} logits from {@code from} on; NaN where one of them is. */
    public static double[] probabilities(float[] logits, int from, int count) {
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            max = Math.max(max, logits[from + i]);
        }
        double[] shares = new double[count];
        double sum = 0;
        for (int i = 0; i < count; i++) {
            shares[i] = Math.exp(logits[from + i] - max);
            sum += shares[i];
        }
        for (int i = 0; i < count; i++) {
            shares[i] /= sum;
        }
        return shares;
    }
}
