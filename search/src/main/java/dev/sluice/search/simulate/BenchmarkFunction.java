package dev.sluice.search.simulate;

import dev.sluice.search.space.CategoricalDistribution;
import dev.sluice.search.space.Condition;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.IntDistribution;
import dev.sluice.search.space.Parameter;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.Objective;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * A function with a known minimum, for studies that cost nothing.
 *
 * @param minimum its smallest value within the space
 * @param function of any point of the space
 */
public record BenchmarkFunction(
        String name, SearchSpace space, double minimum, ToDoubleFunction<ParameterValues> function) {
    /** The name under which trials report its value. */
    public static final String METRIC = "cost";

    public BenchmarkFunction {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(space, "space");
        Objects.requireNonNull(function, "function");
    }

    /** Smallest values of {@link #METRIC} are wanted. */
    public static Objective objective() {
        return Objective.minimize(METRIC);
    }

    /** The value at a point, at least {@link #minimum}. */
    public double at(ParameterValues values) {
        return function.applyAsDouble(values);
    }

    /** The sum of squares in [-5, 5]^dimensions, off the centre: the minimum lies at 1 in each. */
    public static BenchmarkFunction sphere(int dimensions) {
        return ofVector("sphere", box(dimensions, -5, 5), 0, x -> {
            double sum = 0;
            for (double xi : x) {
                sum += (xi - 1) * (xi - 1);
            }
            return sum;
        });
    }

    /** Branin's function: three equal minima in two dimensions. */
    public static BenchmarkFunction branin() {
        var space = SearchSpace.builder()
                .add("x0", FloatDistribution.of(-5, 10))
                .add("x1", FloatDistribution.of(0, 15))
                .build();
        return ofVector("branin", space, 0.39788735772973816, x -> {
            double b = 5.1 / (4 * Math.PI * Math.PI);
            double c = 5 / Math.PI;
            double a = x[1] - b * x[0] * x[0] + c * x[0] - 6;
            return a * a + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x[0]) + 10;
        });
    }

    /** Rosenbrock's bent valley in [-2, 2]^dimensions. */
    public static BenchmarkFunction rosenbrock(int dimensions) {
        return ofVector("rosenbrock", box(dimensions, -2, 2), 0, x -> {
            double sum = 0;
            for (int i = 0; i + 1 < x.length; i++) {
                double bend = x[i + 1] - x[i] * x[i];
                sum += 100 * bend * bend + (1 - x[i]) * (1 - x[i]);
            }
            return sum;
        });
    }

    /** Ackley's function in [-15, 30]^dimensions: many small dents in a wide funnel. */
    public static BenchmarkFunction ackley(int dimensions) {
        return ofVector("ackley", box(dimensions, -15, 30), 0, x -> {
            double squares = 0;
            double cosines = 0;
            for (double xi : x) {
                squares += xi * xi;
                cosines += Math.cos(2 * Math.PI * xi);
            }
            double value =
                    -20 * Math.exp(-0.2 * Math.sqrt(squares / x.length)) - Math.exp(cosines / x.length) + 20 + Math.E;
            return Math.max(0, value);
        });
    }

    /** Hartmann's function of six dimensions in [0, 1]^6. */
    public static BenchmarkFunction hartmann6() {
        double[] alpha = {1.0, 1.2, 3.0, 3.2};
        double[][] a = {
            {10, 3, 17, 3.5, 1.7, 8},
            {0.05, 10, 17, 0.1, 8, 14},
            {3, 3.5, 1.7, 10, 17, 8},
            {17, 8, 0.05, 10, 0.1, 14}
        };
        double[][] p = {
            {0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
            {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
            {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
            {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}
        };
        return ofVector("hartmann6", box(6, 0, 1), -3.3223680114155147, x -> {
            double sum = 0;
            for (int i = 0; i < 4; i++) {
                double inner = 0;
                for (int j = 0; j < 6; j++) {
                    inner += a[i][j] * (x[j] - p[i][j]) * (x[j] - p[i][j]);
                }
                sum += alpha[i] * Math.exp(-inner);
            }
            return -sum;
        });
    }

    /** A learning rate on a log scale, a stepped width, an ordered batch size and an unordered optimizer; minimum 0 with sgd. */
    public static BenchmarkFunction mixed() {
        var space = SearchSpace.builder()
                .add("learning_rate", FloatDistribution.log(1e-5, 1))
                .add("width", IntDistribution.stepped(16, 256, 16))
                .add("batch_size", CategoricalDistribution.ordered(16, 32, 64, 128))
                .add("optimizer", CategoricalDistribution.of("adam", "sgd", "lion"))
                .build();
        return new BenchmarkFunction("mixed", space, 0, values -> {
            double rate = Math.log10(values.get("learning_rate").asDouble()) + 2;
            double width = (values.get("width").asDouble() - 160) / 64;
            double batch = Math.log(values.get("batch_size").asDouble() / 64) / Math.log(2);
            double optimizer = switch ((String) values.get("optimizer").plain()) {
                case "sgd" -> 0;
                case "adam" -> 0.7;
                default -> 1.5;
            };
            return rate * rate + width * width + 0.3 * batch * batch + optimizer;
        });
    }

    /** Two branches with parameters of their own, of which the second is the better one at its best; minimum 0. */
    public static BenchmarkFunction conditional() {
        var space = SearchSpace.builder()
                .add("model", CategoricalDistribution.of("linear", "network"))
                .add(Parameter.of("penalty", FloatDistribution.log(1e-4, 1e2)).when(Condition.oneOf("model", "linear")))
                .add(Parameter.of("layers", IntDistribution.of(1, 4)).when(Condition.oneOf("model", "network")))
                .add(Parameter.of("dropout", FloatDistribution.of(0, 0.9)).when(Condition.atLeast("layers", 2)))
                .build();
        return new BenchmarkFunction("conditional", space, 0, values -> {
            if (values.contains("penalty")) {
                double penalty = Math.log10(values.get("penalty").asDouble());
                return 0.5 + 0.2 * penalty * penalty;
            }
            double layers = values.get("layers").asDouble() - 3;
            double dropout =
                    values.find("dropout").map(value -> value.asDouble() - 0.4).orElse(0.5);
            return 0.4 * layers * layers + 4 * dropout * dropout;
        });
    }

    /** One of each, as tests go through them. */
    public static List<BenchmarkFunction> all() {
        return List.of(sphere(4), branin(), rosenbrock(3), ackley(4), hartmann6(), mixed(), conditional());
    }

    private static SearchSpace box(int dimensions, double low, double high) {
        var space = SearchSpace.builder();
        for (int i = 0; i < dimensions; i++) {
            space.add("x" + i, FloatDistribution.of(low, high));
        }
        return space.build();
    }

    private static BenchmarkFunction ofVector(
            String name, SearchSpace space, double minimum, ToDoubleFunction<double[]> function) {
        return new BenchmarkFunction(
                name,
                space,
                minimum,
                values -> function.applyAsDouble(space.parameters().stream()
                        .mapToDouble(parameter -> values.get(parameter.name()).asDouble())
                        .toArray()));
    }

    @Override
    public String toString() {
        return name;
    }
}
