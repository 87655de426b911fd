package dev.sluice.search.sampler.genetic;

import java.util.List;

/** How far a population's genes lie apart. */
final class Spreads {
    private static final double LEAST = 0.002;

    private Spreads() {}

    /**
     * The standard deviation of each gene over the population, on a grid at least a cell.
     *
     * @param rows of the codec, [individuals][loci]
     */
    static double[] of(List<double[]> rows, List<GenotypeCodec.Locus> genes) {
        return genes.stream().mapToDouble(locus -> of(rows, locus)).toArray();
    }

    private static double of(List<double[]> rows, GenotypeCodec.Locus locus) {
        double mean =
                rows.stream().mapToDouble(row -> row[locus.index()]).average().orElse(0);
        double variance = rows.stream()
                .mapToDouble(row -> (row[locus.index()] - mean) * (row[locus.index()] - mean))
                .average()
                .orElse(0);
        return Math.max(least(locus), Math.sqrt(variance));
    }

    private static double least(GenotypeCodec.Locus locus) {
        var cells = locus.parameter().distribution().size();
        return cells.isPresent() ? Math.max(LEAST, 1.0 / cells.getAsLong()) : LEAST;
    }
}
