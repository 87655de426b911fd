package dev.sluice.search.sampler;

import dev.sluice.search.simulate.BenchmarkFunction;
import dev.sluice.search.space.CategoricalDistribution;
import dev.sluice.search.space.Condition;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.IntDistribution;
import dev.sluice.search.space.IntValue;
import dev.sluice.search.space.Parameter;
import dev.sluice.search.space.Scale;
import dev.sluice.search.space.SearchSpace;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** Spaces of every kind that a sampler has to cope with. */
public final class Spaces {
    private Spaces() {}

    public static Stream<SearchSpace> all() {
        return Stream.concat(
                Stream.of(everything(), constants(), huge(), twelvePoints()),
                BenchmarkFunction.all().stream().map(BenchmarkFunction::space));
    }

    /** Each kind of parameter, two levels of conditions, constraints. */
    public static SearchSpace everything() {
        return SearchSpace.builder()
                .add("rate", FloatDistribution.log(1e-5, 1))
                .add("share", FloatDistribution.of(-1, 1))
                .add("stepped", FloatDistribution.stepped(0, 1, 0.3))
                .add("stepped log", new FloatDistribution(0.5, 10, Scale.LOG, OptionalDouble.of(0.5)))
                .add("count", IntDistribution.of(-3, 7))
                .add("width", IntDistribution.log(1, 1024))
                .add("width/16", new IntDistribution(16, 250, Scale.LOG, 16))
                .add("batch", CategoricalDistribution.ordered(16, 32, 64))
                .add("mixed", CategoricalDistribution.of("a", 1, 2.5, true))
                .add("optimizer", CategoricalDistribution.of("adam", "sgd"))
                .add("fixed", CategoricalDistribution.constant("yes"))
                .add(Parameter.of("momentum", FloatDistribution.of(0, 0.99)).when(Condition.oneOf("optimizer", "sgd")))
                .add(Parameter.of("nesterov", CategoricalDistribution.of(true, false))
                        .when(Condition.atLeast("momentum", 0.5)))
                .constraint("`width/16` <= 8 * batch")
                .constraint("momentum < 0.9 or rate < 0.1")
                .build();
    }

    /** Each kind of parameter that has finitely many values: 8,640 points before constraints. */
    public static SearchSpace countable() {
        return SearchSpace.builder()
                .add("stepped", FloatDistribution.stepped(0, 1, 0.3))
                .add("stepped log", new FloatDistribution(0.5, 10, Scale.LOG, OptionalDouble.of(4.5)))
                .add("count", IntDistribution.of(-1, 1))
                .add("width", IntDistribution.log(1, 5))
                .add("batch", CategoricalDistribution.ordered(16, 32, 64))
                .add("optimizer", CategoricalDistribution.of("adam", "sgd"))
                .add("fixed", CategoricalDistribution.constant("yes"))
                .add(Parameter.of("momentum", FloatDistribution.stepped(0, 0.9, 0.1))
                        .when(Condition.oneOf("optimizer", "sgd")))
                .add(Parameter.of("nesterov", CategoricalDistribution.of(true, false))
                        .when(Condition.atLeast("momentum", 0.5)))
                .constraint("width <= batch / 8 + count")
                .build();
    }

    /** Nothing to choose. */
    public static SearchSpace constants() {
        return SearchSpace.builder()
                .add("epochs", CategoricalDistribution.constant(12))
                .add("zero", FloatDistribution.of(0, 0))
                .add("one", IntDistribution.log(1, 1))
                .build();
    }

    /** The widest ranges that there are. */
    public static SearchSpace huge() {
        return SearchSpace.builder()
                .add("int", IntDistribution.of(-IntValue.LARGEST, IntValue.LARGEST))
                .add("log int", IntDistribution.log(1, IntValue.LARGEST))
                .add("float", FloatDistribution.of(-8e307, 8e307))
                .add("log float", FloatDistribution.log(1e-300, 1e300))
                .build();
    }

    /** A finite space with branches: 2 * (2 + 4). */
    public static SearchSpace twelvePoints() {
        return SearchSpace.builder()
                .add("model", CategoricalDistribution.of("linear", "network"))
                .add(Parameter.of("bias", CategoricalDistribution.of(true, false))
                        .when(Condition.oneOf("model", "linear")))
                .add(Parameter.of("layers", IntDistribution.of(1, 4)).when(Condition.oneOf("model", "network")))
                .add("batch", CategoricalDistribution.ordered(32, 64))
                .build();
    }

    /** A finite space of 100 points, of which a constraint leaves 20. */
    public static SearchSpace twentyAllowedPoints() {
        return SearchSpace.builder()
                .add("a", IntDistribution.of(0, 9))
                .add("b", FloatDistribution.stepped(0, 9, 1))
                .constraint("(a + b) % 5 == 0")
                .build();
    }
}
