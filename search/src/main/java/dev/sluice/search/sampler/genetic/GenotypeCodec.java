package dev.sluice.search.sampler.genetic;

import dev.sluice.search.sampler.internal.Axis;
import dev.sluice.search.space.Parameter;
import dev.sluice.search.space.ParameterValue;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.SearchSpace;
import io.jenetics.DoubleChromosome;
import io.jenetics.DoubleGene;
import io.jenetics.Genotype;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/**
 * Points of a space as Jenetics genotypes and back.
 *
 * <p>Each parameter with more than one value has a gene, whether it is active or not: numbers and ordered choices a coordinate in
 * [0, 1] as their scale sees them, unordered choices of {@code n} the middle of the index'th of {@code n} even parts. Genes of the two
 * kinds lie on chromosomes of their own, of which one may be missing, since they cross and mutate in different ways. Immutable and thread-safe.
 */
final class GenotypeCodec {
    private final SearchSpace space;
    private final List<Locus> loci = new ArrayList<>();
    private final List<List<Locus>> chromosomes;

    /** Where a parameter's gene is. */
    record Locus(int index, Parameter parameter, Axis axis) {
        boolean isChoice() {
            return axis.kind() == Axis.Kind.CHOICE;
        }
    }

    GenotypeCodec(SearchSpace space) {
        this.space = space;
        for (Parameter parameter : space.order()) {
            loci.add(new Locus(loci.size(), parameter, Axis.of(parameter.distribution())));
        }
        var varying = loci.stream()
                .filter(locus -> locus.axis().kind() != Axis.Kind.CONSTANT)
                .toList();
        this.chromosomes = java.util.stream.Stream.of(
                        varying.stream().filter(locus -> !locus.isChoice()).toList(),
                        varying.stream().filter(Locus::isChoice).toList())
                .filter(genes -> !genes.isEmpty())
                .toList();
    }

    /** All parameters, parents first, those of one value among them. */
    List<Locus> loci() {
        return loci;
    }

    /** The genes of each chromosome in order; numbers before choices, and none if all parameters are constant. */
    List<List<Locus>> chromosomes() {
        return chromosomes;
    }

    /**
     * The coordinate of a parameter, or the index of a choice; NaN where the parameter is inactive.
     */
    double coordinate(Locus locus, ParameterValues values) {
        return values.find(locus.parameter().name()).map(locus.axis()::encode).orElse(Double.NaN);
    }

    /**
     * The genotype with these coordinates.
     *
     * @param coordinates by {@link Locus#index}, none NaN
     */
    Genotype<DoubleGene> genotype(double[] coordinates) {
        return Genotype.of(chromosomes.stream()
                .map(genes -> DoubleChromosome.of(genes.stream()
                        .map(locus -> gene(locus, coordinates[locus.index()]))
                        .toList()))
                .toList());
    }

    private static DoubleGene gene(Locus locus, double coordinate) {
        double allele = locus.isChoice() ? (coordinate + 0.5) / locus.axis().choices() : coordinate;
        return DoubleGene.of(allele, 0, Math.nextUp(1.0));
    }

    /** The point that a genotype stands for: inactive genes are left out. The constraints may not hold. */
    ParameterValues values(Genotype<DoubleGene> genotype) {
        var alleles = new double[loci.size()];
        for (int c = 0; c < chromosomes.size(); c++) {
            for (int g = 0; g < chromosomes.get(c).size(); g++) {
                alleles[chromosomes.get(c).get(g).index()] =
                        genotype.get(c).get(g).doubleValue();
            }
        }
        var values = HashMap.<String, ParameterValue>newHashMap(loci.size());
        for (Locus locus : loci) {
            if (space.isActive(locus.parameter(), values)) {
                double allele = alleles[locus.index()];
                double coordinate = locus.isChoice()
                        ? Math.min(
                                Math.floor(allele * locus.axis().choices()),
                                locus.axis().choices() - 1.0)
                        : Math.min(allele, 1);
                values.put(locus.parameter().name(), locus.axis().decode(coordinate));
            }
        }
        return space.inOrder(values);
    }
}
