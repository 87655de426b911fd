package dev.sluice.search.sampler.genetic;

import io.jenetics.Chromosome;
import io.jenetics.DoubleGene;
import io.jenetics.Mutator;
import io.jenetics.MutatorResult;
import io.jenetics.util.ISeq;
import java.util.ArrayList;
import java.util.random.RandomGenerator;

/**
 * Mutates the numbers of a chromosome as far as the population is spread there: a gene moves by a normal deviate times its spread times
 * a factor drawn each time, log-normal and mostly between a third and three, so that steps shrink as the population closes in on
 * something and long ones still happen. What leaves [0, 1] is reflected.
 */
final class SpreadMutator extends Mutator<DoubleGene, Integer> {
    private final double[] spreads;

    /**
     * @param rate the share of genes that mutate, in [0, 1]
     * @param spreads above 0, by gene
     */
    SpreadMutator(double rate, double[] spreads) {
        super(rate);
        this.spreads = spreads.clone();
    }

    @Override
    protected MutatorResult<Chromosome<DoubleGene>> mutate(
            Chromosome<DoubleGene> chromosome, double probability, RandomGenerator random) {
        var genes = new ArrayList<DoubleGene>(chromosome.length());
        int mutations = 0;
        for (int g = 0; g < chromosome.length(); g++) {
            DoubleGene gene = chromosome.get(g);
            if (random.nextDouble() < probability) {
                double factor = Math.exp(1.2 * random.nextGaussian());
                double moved = gene.doubleValue() + spreads[g] * factor * random.nextGaussian();
                genes.add(gene.newInstance(reflected(moved)));
                mutations++;
            } else {
                genes.add(gene);
            }
        }
        return new MutatorResult<>(chromosome.newInstance(ISeq.of(genes)), mutations);
    }

    private static double reflected(double coordinate) {
        double folded = Math.abs(coordinate) % 2;
        return folded > 1 ? 2 - folded : folded;
    }
}
