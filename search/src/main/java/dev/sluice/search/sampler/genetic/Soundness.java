package dev.sluice.search.sampler.genetic;

import dev.sluice.search.space.ParameterValues;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How likely each unordered choice lets a trial show a number, from those that ended: with what cannot be run no parent comes up, so
 * that selection alone would never learn to leave it alone. Not thread-safe.
 */
final class Soundness {
    private final GenotypeCodec codec;
    private final List<GenotypeCodec.Locus> choices;
    /** By choice and value, with one trial more that ended well, so that nothing is ruled out. */
    private final List<double[]> tried = new ArrayList<>();

    private final List<double[]> shown = new ArrayList<>();
    private boolean anyFailed;

    Soundness(GenotypeCodec codec) {
        this.codec = codec;
        this.choices =
                codec.loci().stream().filter(GenotypeCodec.Locus::isChoice).toList();
        for (GenotypeCodec.Locus locus : choices) {
            var ones = new double[locus.axis().choices()];
            Arrays.fill(ones, 1);
            tried.add(ones);
            shown.add(ones.clone());
        }
    }

    void add(ParameterValues values, boolean showedANumber) {
        anyFailed |= !showedANumber;
        for (int c = 0; c < choices.size(); c++) {
            double index = codec.coordinate(choices.get(c), values);
            if (!Double.isNaN(index)) {
                tried.get(c)[(int) index]++;
                shown.get(c)[(int) index] += showedANumber ? 1 : 0;
            }
        }
    }

    /** Of its choices, the one that does worst next to the best of its kind: in (0, 1]. */
    double of(ParameterValues values) {
        double worst = 1;
        for (int c = 0; anyFailed && c < choices.size(); c++) {
            double index = codec.coordinate(choices.get(c), values);
            if (!Double.isNaN(index)) {
                double best = 0;
                for (int i = 0; i < tried.get(c).length; i++) {
                    best = Math.max(best, share(c, i));
                }
                worst = Math.min(worst, share(c, (int) index) / best);
            }
        }
        return worst;
    }

    private double share(int choice, int value) {
        return shown.get(choice)[value] / tried.get(choice)[value];
    }
}
