package dev.sluice.bench.search.multi;

import dev.sluice.search.space.CategoricalDistribution;
import dev.sluice.search.space.Condition;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.IntDistribution;
import dev.sluice.search.space.Parameter;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.OutcomeConstraint;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * A function with several objectives, all to be minimised, and perhaps a constraint on the outcome. {@code peers/multi.py} has the same ones;
 * {@code MultiBench check} and {@code multi.py check} print what both make of the same points.
 *
 * @param half {@code tuning} or {@code reporting}: our samplers' constants are chosen on the former alone
 * @param objectives how many
 * @param constrained whether the function gives one value more, which must be at most 0
 */
record MultiProblem(
        String name,
        String half,
        SearchSpace space,
        int objectives,
        boolean constrained,
        Function<ParameterValues, double[]> function) {

    /** As reported under {@code f0}, {@code f1}, ..., and {@code g} for the constraint. */
    Goals goals() {
        return new Goals(
                IntStream.range(0, objectives)
                        .mapToObj(o -> Objective.minimize("f" + o))
                        .toList(),
                constrained ? List.of(OutcomeConstraint.parse("g <= 0")) : List.of());
    }

    /**
     * What hypervolumes are measured against.
     *
     * @param reference of each objective what nine of ten random points are better than
     * @param random the median hypervolume of 100 random trials, over 200 seeds
     * @param best the hypervolume of the whole front: from its equation, or of kursawe, srinivas, kernels and models the largest known
     */
    record Scale(double random, double best, List<Double> reference) {
        Scale {
            reference = List.copyOf(reference);
        }

        static Scale of(double random, double best, Double... reference) {
            return new Scale(random, best, List.of(reference));
        }
    }

    Scale scale() {
        return switch (name) {
            case "zdt3" -> Scale.of(2.4715, 4.75153, 0.894052, 5.35657);
            case "fonseca" -> Scale.of(0.031084, 0.342113, 1.0, 1.0);
            case "kursawe" -> Scale.of(182.67, 297.375, -6.87258, 13.9563);
            case "dtlz7" -> Scale.of(8.089, 15.2347, 0.902594, 0.897604, 23.5606);
            case "plane" -> Scale.of(0.30956, 0.379779, 0.622172, 0.624664, 1.030785);
            case "srinivas" -> Scale.of(20283.0, 26843.5, 224.552, 7.89689);
            case "kernels" -> Scale.of(0.38755, 0.45176, 0.396485, 1.8214);
            case "zdt1" -> Scale.of(2.0959, 4.33351, 0.899293, 5.18659);
            case "zdt2" -> Scale.of(2.4849, 5.24252, 0.899293, 6.56003);
            case "zdt4-small" -> Scale.of(47.338, 65.5413, 0.903989, 72.8685);
            case "dtlz2" -> Scale.of(0.87054, 1.54971, 1.19581, 1.20129, 1.44328);
            case "c2-dtlz2" -> Scale.of(0.20045, 0.454308, 1.14097, 1.12359);
            case "models" -> Scale.of(0.74631, 0.811528, 0.350856, 5.58242);
            default -> throw new IllegalStateException("there is no scale for " + name);
        };
    }

    double[] reference() {
        return scale().reference().stream().mapToDouble(Double::doubleValue).toArray();
    }

    double bestVolume() {
        return scale().best();
    }

    double randomVolume() {
        return scale().random();
    }

    double[] at(ParameterValues values) {
        return function.apply(values);
    }

    static List<MultiProblem> all() {
        return List.of(
                numbers("zdt3", "tuning", 8, 0, 1, 2, false, MultiProblem::zdt3),
                numbers("fonseca", "tuning", 3, -4, 4, 2, false, MultiProblem::fonseca),
                numbers("kursawe", "tuning", 3, -5, 5, 2, false, MultiProblem::kursawe),
                numbers("dtlz7", "tuning", 6, 0, 1, 3, false, MultiProblem::dtlz7),
                numbers("plane", "tuning", 5, 0, 1, 3, false, MultiProblem::plane),
                numbers("srinivas", "tuning", 2, -20, 20, 2, true, MultiProblem::srinivas),
                new MultiProblem("kernels", "tuning", kernelsSpace(), 2, false, MultiProblem::kernels),
                numbers("zdt1", "reporting", 10, 0, 1, 2, false, MultiProblem::zdt1),
                numbers("zdt2", "reporting", 10, 0, 1, 2, false, MultiProblem::zdt2),
                new MultiProblem("zdt4-small", "reporting", zdt4Space(), 2, false, MultiProblem::zdt4),
                numbers("dtlz2", "reporting", 7, 0, 1, 3, false, MultiProblem::dtlz2),
                numbers("c2-dtlz2", "reporting", 5, 0, 1, 2, true, MultiProblem::c2dtlz2),
                new MultiProblem("models", "reporting", modelsSpace(), 2, false, MultiProblem::models));
    }

    private static MultiProblem numbers(
            String name,
            String half,
            int dimensions,
            double low,
            double high,
            int objectives,
            boolean constrained,
            Function<double[], double[]> function) {
        var builder = SearchSpace.builder();
        for (int i = 0; i < dimensions; i++) {
            builder.add("x" + i, FloatDistribution.of(low, high));
        }
        return new MultiProblem(
                name, half, builder.build(), objectives, constrained, values -> function.apply(row(values)));
    }

    private static double[] row(ParameterValues values) {
        return IntStream.range(0, values.size())
                .mapToDouble(i -> values.get("x" + i).asDouble())
                .toArray();
    }

    // Zitzler, Deb, Thiele, "Comparison of Multiobjective Evolutionary Algorithms: Empirical Results" (2000)

    private static double zdtG(double[] x) {
        double sum = 0;
        for (int i = 1; i < x.length; i++) {
            sum += x[i];
        }
        return 1 + 9 * sum / (x.length - 1);
    }

    private static double[] zdt1(double[] x) {
        double g = zdtG(x);
        return new double[] {x[0], g * (1 - Math.sqrt(x[0] / g))};
    }

    private static double[] zdt2(double[] x) {
        double g = zdtG(x);
        return new double[] {x[0], g * (1 - x[0] / g * (x[0] / g))};
    }

    private static double[] zdt3(double[] x) {
        double g = zdtG(x);
        return new double[] {x[0], g * (1 - Math.sqrt(x[0] / g) - x[0] / g * Math.sin(10 * Math.PI * x[0]))};
    }

    private static SearchSpace zdt4Space() {
        var builder = SearchSpace.builder().add("x0", FloatDistribution.of(0, 1));
        for (int i = 1; i < 4; i++) {
            builder.add("x" + i, FloatDistribution.of(-5, 5));
        }
        return builder.build();
    }

    private static double[] zdt4(ParameterValues values) {
        double[] x = row(values);
        double g = 1 + 10 * (x.length - 1);
        for (int i = 1; i < x.length; i++) {
            g += x[i] * x[i] - 10 * Math.cos(4 * Math.PI * x[i]);
        }
        return new double[] {x[0], g * (1 - Math.sqrt(x[0] / g))};
    }

    /** Fonseca, Fleming, "Multiobjective genetic algorithms made easy" (1995). */
    private static double[] fonseca(double[] x) {
        double less = 0;
        double more = 0;
        double centre = 1 / Math.sqrt(x.length);
        for (double v : x) {
            less += (v - centre) * (v - centre);
            more += (v + centre) * (v + centre);
        }
        return new double[] {1 - Math.exp(-less), 1 - Math.exp(-more)};
    }

    /** Kursawe, "A variant of evolution strategies for vector optimization" (1991). */
    private static double[] kursawe(double[] x) {
        double first = 0;
        double second = 0;
        for (int i = 0; i < x.length; i++) {
            if (i + 1 < x.length) {
                first -= 10 * Math.exp(-0.2 * Math.sqrt(x[i] * x[i] + x[i + 1] * x[i + 1]));
            }
            second += Math.pow(Math.abs(x[i]), 0.8) + 5 * Math.sin(x[i] * x[i] * x[i]);
        }
        return new double[] {first, second};
    }

    // Deb, Thiele, Laumanns, Zitzler, "Scalable test problems for evolutionary multiobjective optimization" (2005)

    private static double[] dtlz2(double[] x) {
        return sphere(x, 3);
    }

    private static double[] sphere(double[] x, int objectives) {
        double g = 0;
        for (int i = objectives - 1; i < x.length; i++) {
            g += (x[i] - 0.5) * (x[i] - 0.5);
        }
        var f = new double[objectives];
        for (int o = 0; o < objectives; o++) {
            f[o] = 1 + g;
            for (int i = 0; i < objectives - 1 - o; i++) {
                f[o] *= Math.cos(x[i] * Math.PI / 2);
            }
            if (o > 0) {
                f[o] *= Math.sin(x[objectives - 1 - o] * Math.PI / 2);
            }
        }
        return f;
    }

    /** DTLZ1 with a smooth distance: a plane of a front, and corners where most objectives are 0. */
    private static double[] plane(double[] x) {
        double g = 1;
        for (int i = 2; i < x.length; i++) {
            g += 4 * (x[i] - 0.4) * (x[i] - 0.4);
        }
        return new double[] {x[0] * x[1] * g / 2, x[0] * (1 - x[1]) * g / 2, (1 - x[0]) * g / 2};
    }

    private static double[] dtlz7(double[] x) {
        double g = 1;
        for (int i = 2; i < x.length; i++) {
            g += 9 * x[i] / (x.length - 2);
        }
        double h = 3;
        for (int i = 0; i < 2; i++) {
            h -= x[i] / (1 + g) * (1 + Math.sin(3 * Math.PI * x[i]));
        }
        return new double[] {x[0], x[1], (1 + g) * h};
    }

    /** Jain, Deb, "An evolutionary many-objective optimization algorithm using reference-point based nondominated sorting, part II" (2014). */
    private static double[] c2dtlz2(double[] x) {
        double[] f = sphere(x, 2);
        double radius = 0.2;
        double corner = Math.min(
                (f[0] - 1) * (f[0] - 1) + f[1] * f[1] - radius * radius,
                (f[1] - 1) * (f[1] - 1) + f[0] * f[0] - radius * radius);
        double middle = (f[0] - Math.sqrt(0.5)) * (f[0] - Math.sqrt(0.5))
                + (f[1] - Math.sqrt(0.5)) * (f[1] - Math.sqrt(0.5))
                - radius * radius;
        return new double[] {f[0], f[1], Math.min(corner, middle)};
    }

    /** Srinivas, Deb, "Multiobjective optimization using nondominated sorting in genetic algorithms" (1994). */
    private static double[] srinivas(double[] x) {
        double f0 = 2 + (x[0] - 2) * (x[0] - 2) + (x[1] - 1) * (x[1] - 1);
        double f1 = 9 * x[0] - (x[1] - 1) * (x[1] - 1);
        double circle = x[0] * x[0] + x[1] * x[1] - 225;
        double line = x[0] - 3 * x[1] + 10;
        return new double[] {f0, f1, Math.max(circle, line)};
    }

    private static SearchSpace kernelsSpace() {
        return SearchSpace.builder()
                .add("kernel", CategoricalDistribution.of("linear", "rbf", "poly"))
                .add("c", FloatDistribution.log(1e-3, 1e3))
                .add(Parameter.of("gamma", FloatDistribution.log(1e-4, 10))
                        .when(Condition.oneOf("kernel", "rbf", "poly")))
                .add(Parameter.of("degree", IntDistribution.of(2, 6)).when(Condition.oneOf("kernel", "poly")))
                .add("features", IntDistribution.log(4, 256))
                .build();
    }

    /** Error against time, by kernel. */
    private static double[] kernels(ParameterValues values) {
        double c = Math.log10(values.get("c").asDouble());
        double features = Math.log(values.get("features").asDouble() / 4) / Math.log(64);
        double error = 0.04 + 0.25 * Math.exp(-4 * features);
        double time = 0.1 + features;
        switch ((String) values.get("kernel").plain()) {
            case "linear" -> {
                error += 0.12 + 0.01 * (c + 1) * (c + 1);
                time *= 1;
            }
            case "rbf" -> {
                double gamma = Math.log10(values.get("gamma").asDouble());
                error += 0.012 * (c - 1) * (c - 1) + 0.03 * (gamma + 2 + 0.5 * (c - 1)) * (gamma + 2 + 0.5 * (c - 1));
                time *= 2 + 0.2 * Math.abs(gamma + 1.5);
            }
            default -> {
                double gamma = Math.log10(values.get("gamma").asDouble());
                double degree = values.get("degree").asDouble();
                error += 0.05 + 0.02 * (gamma + 1) * (gamma + 1) + 0.02 * Math.abs(degree - 3) + 0.005 * c * c;
                time *= 1.2 + 0.1 * degree;
            }
        }
        return new double[] {error, time};
    }

    private static SearchSpace modelsSpace() {
        return SearchSpace.builder()
                .add("model", CategoricalDistribution.of("linear", "forest", "network"))
                .add("scaling", CategoricalDistribution.of("none", "standard", "quantile"))
                .add(Parameter.of("penalty", FloatDistribution.log(1e-4, 10)).when(Condition.oneOf("model", "linear")))
                .add(Parameter.of("trees", IntDistribution.log(10, 1000)).when(Condition.oneOf("model", "forest")))
                .add(Parameter.of("depth", IntDistribution.of(2, 20)).when(Condition.oneOf("model", "forest")))
                .add(Parameter.of("layers", IntDistribution.of(1, 6)).when(Condition.oneOf("model", "network")))
                .add(Parameter.of("width", IntDistribution.log(8, 512)).when(Condition.oneOf("model", "network")))
                .add(Parameter.of("rate", FloatDistribution.log(1e-5, 1)).when(Condition.oneOf("model", "network")))
                .add(Parameter.of("dropout", FloatDistribution.of(0, 0.8)).when(Condition.oneOf("model", "network")))
                .build();
    }

    /** Error against the logarithm of size, by model. */
    private static double[] models(ParameterValues values) {
        String scaling = (String) values.get("scaling").plain();
        return switch ((String) values.get("model").plain()) {
            case "linear" -> {
                double penalty = Math.log10(values.get("penalty").asDouble());
                double unscaled = scaling.equals("none") ? 0.05 : scaling.equals("standard") ? 0 : 0.01;
                yield new double[] {
                    0.22 + 0.01 * (penalty + 2) * (penalty + 2) + unscaled, 1.2 + 0.1 * (2 - penalty) / 6
                };
            }
            case "forest" -> {
                double trees = Math.log10(values.get("trees").asDouble());
                double depth = values.get("depth").asDouble();
                double error = 0.11 + 0.12 * Math.exp(-1.2 * (trees - 1)) + 0.001 * (depth - 13) * (depth - 13);
                yield new double[] {error, trees + 0.18 * depth};
            }
            default -> {
                double layers = values.get("layers").asDouble();
                double width = Math.log(values.get("width").asDouble()) / Math.log(2);
                double rate = Math.log10(values.get("rate").asDouble());
                double dropout = values.get("dropout").asDouble();
                double unscaled = scaling.equals("none") ? 0.15 : scaling.equals("standard") ? 0.01 : 0;
                double size = Math.log10(layers * Math.pow(4, width)) + 0.5;
                double fit = 0.05 + 0.25 * Math.exp(-0.55 * (size - 2));
                double steps = rate + 2.5 + 0.15 * layers;
                double wanted = 0.08 * (size - 2);
                yield new double[] {
                    fit + 0.03 * steps * steps + 0.4 * (dropout - wanted) * (dropout - wanted) + unscaled, size
                };
            }
        };
    }
}
