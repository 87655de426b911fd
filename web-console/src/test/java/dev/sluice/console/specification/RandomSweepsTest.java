package dev.sluice.console.specification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.longs;

import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.sluice.search.space.Parameter;
import dev.sluice.search.space.ParameterValues;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Sweeps made at random from all that the space language has. */
class RandomSweepsTest {
    private static final JsonSchema SCHEMA = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(SweepSchema.json(TrainerCatalog.absent()));

    @Test
    void normalisedFilesReadBackTheSame() {
        qt().withExamples(100).forAll(longs().all()).checkAssert(seed -> {
            SweepSpecification sweep = SweepFiles.valid(file(new SplittableRandom(seed)));
            String json = sweep.toJson().toString();

            SweepSpecification again = SweepFiles.valid(SweepFiles.reader().read(json, Format.JSON));

            assertThat(again).isEqualTo(sweep).hasSameHashCodeAs(sweep);
            assertThat(again.space()).isEqualTo(sweep.space());
            assertThat(again.enqueue()).isEqualTo(sweep.enqueue());
            assertThat(SCHEMA.validate(sweep.toJson())).isEmpty();
        });
    }

    @Test
    void theSchemaTakesThemAll() {
        qt().withExamples(100).forAll(longs().all()).checkAssert(seed -> {
            String file = file(new SplittableRandom(seed));

            assertThat(SCHEMA.validate(SweepFiles.tree(file))).as(file).isEmpty();
        });
    }

    @Test
    void samplePointsAreTakenAsEnqueuedPoints() {
        qt().withExamples(100).forAll(longs().all()).checkAssert(seed -> {
            SweepSpecification sweep = SweepFiles.valid(file(new SplittableRandom(seed)));
            List<ParameterValues> points = SamplePoints.of(sweep, 5);
            var json = sweep.toJson();
            var enqueue = json.putArray("enqueue");
            points.forEach(point -> {
                var node = enqueue.addObject();
                point.asMap().forEach((name, value) -> node.set(name, NormalForm.value(value)));
            });

            assertThat(SweepFiles.valid(SweepFiles.reader().read(json.toString(), Format.JSON))
                            .enqueue())
                    .isEqualTo(points);
            assertThat(points)
                    .allSatisfy(point -> assertThat(
                                    sweep.space().parameters().stream().map(Parameter::name))
                            .containsAll(point.asMap().keySet()));
        });
    }

    private static String file(SplittableRandom random) {
        StringBuilder text =
                new StringBuilder("name: random\nobjective: {metric: loss, goal: minimize}\nparameters:\n");
        List<String> choices = new ArrayList<>();
        int count = 1 + random.nextInt(8);
        for (int index = 0; index < count; index++) {
            text.append("  p").append(index).append(": {");
            switch (random.nextInt(5)) {
                case 0 -> {
                    long low = random.nextLong(-1000, 1000);
                    long high = low + random.nextLong(1, 1L << random.nextInt(1, 50));
                    text.append("min: %d, max: %d".formatted(low, high));
                    text.append(random.nextBoolean() ? ", step: " + random.nextLong(1, high - low + 1) : "");
                    text.append(low > 0 && random.nextBoolean() ? ", log: true" : "");
                    text.append(random.nextBoolean() ? ", default: " + low : "");
                }
                case 1 -> {
                    double low = Math.exp(random.nextDouble(-20, 20)) * (random.nextBoolean() ? 1 : -1);
                    double high = low + Math.exp(random.nextDouble(-20, 20));
                    text.append("type: float, min: %s, max: %s".formatted(low, high));
                    text.append(low > 0 && random.nextBoolean() ? ", log: true" : "");
                    text.append(random.nextBoolean() ? ", default: " + high : "");
                }
                case 2 -> {
                    text.append("values: [a, b, \"c d\", 'on'], ordered: ").append(random.nextBoolean());
                    choices.add("p" + index);
                }
                case 3 ->
                    text.append("values: [1, ").append(random.nextDouble()).append(", 1e300]");
                default -> text.append("value: ").append(random.nextBoolean() ? "true" : "\"7\"");
            }
            if (!choices.isEmpty() && !choices.contains("p" + index) && random.nextBoolean()) {
                text.append(", when: {").append(choices.get(random.nextInt(choices.size())));
                text.append(random.nextBoolean() ? ": b}" : ": [a, 'on']}");
            }
            text.append("}\n");
        }
        return text
                + "enqueue: [{}]\nbudget: {trials: %d}\ntrial: {command: [run, \"--x=${params.p0}\"]}\n"
                        .formatted(random.nextInt(1, 100));
    }
}
