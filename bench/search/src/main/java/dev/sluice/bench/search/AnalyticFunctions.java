package dev.sluice.bench.search;

import dev.sluice.search.space.ParameterValues;
import java.util.function.ToDoubleFunction;

/**
 * The functions that have a formula. Their spaces and best values stand in {@code analytic.json}.
 *
 * <p>Branin, Hartmann, Ackley, Rosenbrock, Levy, Rastrigin, Griewank, Styblinski-Tang and Michalewicz (m = 10) as in S. Surjanovic, D.
 * Bingham, "Virtual library of simulation experiments: test functions and datasets" (2013), some on a box whose middle is not the
 * minimum; those with mixed and conditional spaces are made for this benchmark.
 */
final class AnalyticFunctions {
    private static final double[] HARTMANN_ALPHA = {1.0, 1.2, 3.0, 3.2};
    private static final double[][] HARTMANN_A = {
        {10, 3, 17, 3.5, 1.7, 8},
        {0.05, 10, 17, 0.1, 8, 14},
        {3, 3.5, 1.7, 10, 17, 8},
        {17, 8, 0.05, 10, 0.1, 14}
    };
    private static final double[][] HARTMANN_P = {
        {0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
        {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
        {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
        {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}
    };

    private AnalyticFunctions() {}

    /**
     * The function of this name.
     *
     * @throws IllegalArgumentException if there is none
     */
    static ToDoubleFunction<ParameterValues> of(String name) {
        return switch (name) {
            case "branin" -> ofVector(AnalyticFunctions::branin);
            case "hartmann6", "hartmann6-noisy" -> ofVector(AnalyticFunctions::hartmann);
            case "ackley5" -> ofVector(AnalyticFunctions::ackley);
            case "rosenbrock4" -> ofVector(AnalyticFunctions::rosenbrock);
            case "levy8" -> ofVector(AnalyticFunctions::levy);
            case "rastrigin3" -> ofVector(AnalyticFunctions::rastrigin);
            case "sphere-mixed" -> AnalyticFunctions::sphereMixed;
            case "ackley-mixed" -> AnalyticFunctions::ackleyMixed;
            case "conditional-branches" -> AnalyticFunctions::conditionalBranches;
            case "conditional-svm-like" -> AnalyticFunctions::conditionalSvmLike;
            case "griewank-noisy6" -> ofVector(AnalyticFunctions::griewank);
            case "styblinski10" -> ofVector(AnalyticFunctions::styblinski);
            case "michalewicz5" -> ofVector(AnalyticFunctions::michalewicz);
            default -> throw new IllegalArgumentException("there is no analytic function " + name);
        };
    }

    private static ToDoubleFunction<ParameterValues> ofVector(ToDoubleFunction<double[]> function) {
        return values -> {
            var x = new double[values.size()];
            for (int i = 0; i < x.length; i++) {
                x[i] = values.get("x" + i).asDouble();
            }
            return function.applyAsDouble(x);
        };
    }

    private static double branin(double[] x) {
        double b = 5.1 / (4 * Math.PI * Math.PI);
        double bend = x[1] - b * x[0] * x[0] + 5 / Math.PI * x[0] - 6;
        return bend * bend + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x[0]) + 10;
    }

    private static double hartmann(double[] x) {
        double sum = 0;
        for (int i = 0; i < HARTMANN_ALPHA.length; i++) {
            double inner = 0;
            for (int j = 0; j < x.length; j++) {
                double d = x[j] - HARTMANN_P[i][j];
                inner += HARTMANN_A[i][j] * d * d;
            }
            sum -= HARTMANN_ALPHA[i] * Math.exp(-inner);
        }
        return sum;
    }

    private static double ackley(double... x) {
        double squares = 0;
        double cosines = 0;
        for (double xi : x) {
            squares += xi * xi;
            cosines += Math.cos(2 * Math.PI * xi);
        }
        return Math.max(
                0, -20 * Math.exp(-0.2 * Math.sqrt(squares / x.length)) - Math.exp(cosines / x.length) + 20 + Math.E);
    }

    private static double rosenbrock(double[] x) {
        double sum = 0;
        for (int i = 0; i + 1 < x.length; i++) {
            double bend = x[i + 1] - x[i] * x[i];
            sum += 100 * bend * bend + (1 - x[i]) * (1 - x[i]);
        }
        return sum;
    }

    private static double levy(double[] x) {
        double first = Math.sin(Math.PI * w(x[0]));
        double sum = first * first;
        for (int i = 0; i + 1 < x.length; i++) {
            double sine = Math.sin(Math.PI * w(x[i]) + 1);
            sum += (w(x[i]) - 1) * (w(x[i]) - 1) * (1 + 10 * sine * sine);
        }
        double last = w(x[x.length - 1]);
        double sine = Math.sin(2 * Math.PI * last);
        return sum + (last - 1) * (last - 1) * (1 + sine * sine);
    }

    private static double w(double x) {
        return 1 + (x - 1) / 4;
    }

    private static double rastrigin(double[] x) {
        double sum = 10.0 * x.length;
        for (double xi : x) {
            sum += xi * xi - 10 * Math.cos(2 * Math.PI * xi);
        }
        return sum;
    }

    private static double griewank(double[] x) {
        double sum = 0;
        double product = 1;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * x[i] / 4000;
            product *= Math.cos(x[i] / Math.sqrt(i + 1.0));
        }
        return sum - product + 1;
    }

    private static double styblinski(double[] x) {
        double sum = 0;
        for (double xi : x) {
            sum += (Math.pow(xi, 4) - 16 * xi * xi + 5 * xi) / 2;
        }
        return sum;
    }

    private static double michalewicz(double[] x) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum -= Math.sin(x[i]) * Math.pow(Math.sin((i + 1) * x[i] * x[i] / Math.PI), 20);
        }
        return sum;
    }

    /** Distances, each in tenths of its range, and a surcharge for the wrong choices. */
    private static double sphereMixed(ParameterValues values) {
        double wrong = switch ((String) values.get("c0").plain()) {
            case "a" -> 4;
            case "b" -> 2;
            case "c" -> 0;
            default -> 1;
        };
        return square(number(values, "f0") - 1)
                + square(number(values, "f1") + 2)
                + square(2 * (log10(values, "l0") + 3))
                + square(1.5 * (log10(values, "l1") - Math.log10(30)))
                + square((number(values, "i0") - 13) / 2)
                + square(number(values, "i1") - 4)
                + wrong
                + (values.get("c1").plain().equals(true) ? 0 : 3);
    }

    /** The choice moves the funnel and lifts it. */
    private static double ackleyMixed(ParameterValues values) {
        int shape = "abcde".indexOf((String) values.get("shape").plain());
        double shift = new double[] {6, -4, 3, 0, 9}[shape];
        double lift = new double[] {2, 1, 0.5, 0, 3}[shape];
        return lift
                + ackley(
                        number(values, "x0") - shift,
                        number(values, "x1") + shift,
                        number(values, "x2") - shift / 2,
                        number(values, "n0"),
                        number(values, "n1"));
    }

    /** Boosting has a valley of shrinkage and rounds, easy to get near to; the network is worse mostly, and better at its best. */
    private static double conditionalBranches(ParameterValues values) {
        if (values.get("algorithm").plain().equals("boosting")) {
            double along = log10(values, "shrinkage") + log10(values, "rounds") - 1.2;
            double across = log10(values, "rounds") - 2.5;
            return 0.2
                    + 0.3 * (1 - Math.exp(-along * along))
                    + 0.05 * across * across
                    + 0.01 * Math.abs(number(values, "depth") - 5)
                    + 0.1 * square(number(values, "subsample") - 0.7);
        }
        double activation = switch ((String) values.get("activation").plain()) {
            case "gelu" -> 0;
            case "relu" -> 0.02;
            default -> 0.06;
        };
        double layers = number(values, "layers");
        double rate = log10(values, "rate") + 2.5 + 0.2 * (layers - 3);
        double width = (log10(values, "width") - Math.log10(128)) / 0.6;
        // A network of one layer has no dropout, and pays as one whose dropout is far off.
        double dropout = values.find("dropout")
                .map(value -> square(value.asDouble() - 0.3))
                .orElse(0.25);
        return 0.1
                + 0.5 * (1 - Math.exp(-0.8 * rate * rate - 0.2 * width * width))
                + 0.04 * Math.abs(layers - 3)
                + 0.4 * dropout
                + activation;
    }

    /** The error of a support vector machine as one mostly finds it: a ridge along c * gamma, other floors for other kernels. */
    private static double conditionalSvmLike(ParameterValues values) {
        double c = log10(values, "c") - 1;
        double shrinking = values.get("shrinking").plain().equals(true) ? 0 : 0.005;
        double error = switch ((String) values.get("kernel").plain()) {
            case "linear" -> 0.15 + 0.02 * square(c + 2);
            case "rbf" -> 0.05 + valley(c, log10(values, "gamma") + 2);
            case "poly" ->
                0.08
                        + valley(c + 0.5, log10(values, "gamma") + 1)
                        + 0.03 * Math.abs(number(values, "degree") - 3)
                        + 0.02 * square(number(values, "coef0") - 1);
            default -> 0.12 + valley(c - 0.5, log10(values, "gamma") + 3) + 0.05 * number(values, "coef0");
        };
        return error + shrinking;
    }

    private static double valley(double c, double gamma) {
        double across = c + gamma;
        double along = c - gamma;
        return 0.45 * (1 - Math.exp(-0.5 * across * across - 0.05 * along * along));
    }

    private static double number(ParameterValues values, String name) {
        return values.get(name).asDouble();
    }

    private static double log10(ParameterValues values, String name) {
        return Math.log10(number(values, name));
    }

    private static double square(double x) {
        return x * x;
    }
}
