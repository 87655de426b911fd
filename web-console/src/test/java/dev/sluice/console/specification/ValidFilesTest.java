package dev.sluice.console.specification;

import static dev.sluice.console.specification.SweepFiles.SMALLEST;
import static dev.sluice.console.specification.SweepFiles.WHOLE;
import static dev.sluice.console.specification.SweepFiles.having;
import static dev.sluice.console.specification.SweepFiles.parameter;
import static dev.sluice.console.specification.SweepFiles.valid;
import static dev.sluice.console.specification.SweepFiles.with;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.sluice.console.specification.TrialSection.CommandTrial;
import dev.sluice.console.specification.TrialSection.TrainerTrial;
import dev.sluice.search.space.CategoricalDistribution;
import dev.sluice.search.space.Condition;
import dev.sluice.search.space.Distribution;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.FloatValue;
import dev.sluice.search.space.IntDistribution;
import dev.sluice.search.space.IntValue;
import dev.sluice.search.space.ParameterValue;
import dev.sluice.search.space.Scale;
import dev.sluice.search.space.TextValue;
import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Report;
import dev.sluice.search.trial.TrialState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Right files: what they mean, and that the schema takes them too. */
class ValidFilesTest {
    private static final JsonSchemaFactory SCHEMAS = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
    private static final JsonSchema SCHEMA = SCHEMAS.getSchema(SweepSchema.json(SweepFiles.catalog()));
    private static final JsonSchema BARE_SCHEMA = SCHEMAS.getSchema(SweepSchema.json(TrainerCatalog.absent()));

    static Stream<String> files() {
        return Stream.of(
                SMALLEST,
                WHOLE,
                WHOLE.replace(
                        "hidden:        {min: 16, max: 256, step: 16}",
                        "hidden: {type: int, min: 16.0, max: 256.0, step: 16.0}"),
                with("description: ''"),
                with("description: |\n  two\n  lines"),
                with("labels: {}"),
                with("labels: {größe: \"2\", a b: c}"),
                having("objective", "objectives: [{metric: loss, goal: minimize}]"),
                having("objective", "objectives: [{metric: loss, goal: minimize}, {metric: ms, goal: minimize}]"),
                with("constraints: [\"latency_ms <= 20\", \"`top-5` >= 0.9\"]"),
                having("objective", "objective: {metric: val/loss.1 x, goal: maximize, report: last}"),
                parameter("{min: 0, max: 10}"),
                parameter("{min: 0, max: 10, step: 3}"),
                parameter("{min: 5, max: 5}"),
                parameter("{type: float, min: 0, max: 10}"),
                parameter("{type: float, min: 1, max: 10, step: 0.5, default: 2}"),
                parameter("{min: -9007199254740992, max: 9007199254740992}"),
                parameter("{min: 1, max: 1024, log: true}"),
                parameter("{min: 1e-30, max: 1.0e+30, log: true}"),
                parameter("{values: [1, 2.5, 3]}"),
                parameter("{values: [true, false], default: false}"),
                parameter("{values: [auto, 1, 0.5, true], ordered: true}"),
                parameter("{type: mixed, values: [auto, 1]}"),
                parameter("{type: float, values: [1, 2]}"),
                parameter("{values: [on, off, no]}"),
                parameter("{value: adam}"),
                parameter("{type: float, value: 1}"),
                parameter("{value: '12', type: string}"),
                parameter("{min: 0, max: 1, when: {lr: {min: 0.01}}}"),
                parameter("{min: 0, max: 1, when: {lr: {min: 0.01, max: 0.1}}}"),
                parameter("{min: 0, max: 1, when: {o: [a, b]}}\n  o: {values: [a, b, c]}"),
                parameter("{min: 0, max: 1, when: {y: 1}}\n  y: {min: 0, max: 1, when: {o: a}}\n  o: {values: [a, b]}"),
                SMALLEST.replace("lr", "optim/lr.max 1:0-x"),
                with("parameterConstraints: []"),
                with("parameterConstraints: ['lr < 0.1', 'log(lr) < 0 and not (lr == 0.05)']"),
                with("enqueue: []"),
                with("enqueue: [{}, {lr: 0.1}, {lr: 1e-4}]"),
                with("search: {}"),
                with("search: {algorithm: random}"),
                with("search: {algorithm: tpe, seed: 0}"),
                with("search: {algorithm: genetic, seed: 9007199254740992}"),
                with("search: {seed: 3.0}"),
                with("pruning: {algorithm: none}"),
                with("pruning: {algorithm: median, resource: epoch}"),
                with("pruning: {algorithm: asha, min: 1, max: 81}"),
                having("budget", "budget: {wallTime: 1h30m}"),
                having("budget", "budget: {trials: 10, regret: 0.001}"),
                having("budget", "budget: {trials: 10, regret: 2}"),
                with("warmStart: {from: [digits-cnn]}"),
                with("warmStart: {from: [latest, 0190ab], trials: 50, points: 0}"),
                with("warmStart: {from: ['a name, with a comma'], trials: 0, points: 3}"),
                having(
                        "budget",
                        "budget: {trials: 10.0, parallel: 3, trialTime: 500ms, failedTrials: 0, stall: {trials: 5}}"),
                having("trial", "trial: {external: true}"),
                having("trial", "trial: {trainer: {task: digits, model: cnn}}")
                        .replace("  lr:", "  learning_rate:")
                        .replace("metric: loss", "metric: val_loss"),
                having(
                        "trial",
                        "trial: {command: [a, 12, 0.5, true, '$${HOME}'], resume: [--from, '${checkpoint.path}', 3], metrics: [{from: stdout}]}"),
                having("trial", "trial: {command: [a], env: {A: ''}, checkpoints: {keepBest: 0}}"),
                having(
                                "trial",
                                "trial: {trainer: {task: digits, model: cnn}, checkpoints: {everySteps: 50, compression: zstd}}")
                        .replace("  lr:", "  learning_rate:")
                        .replace("metric: loss", "metric: val_loss"),
                with("resources: {gpus: 0.5, memory: 1.5GB}"),
                with("resources: {gpus: 1, share: memory}"),
                with("priority: -7"),
                with("resources: {gpus: 2, cpus: 8, memory: 100 MiB}"),
                with("retries: {backoff: 0s}"),
                with("failurePolicies: []"),
                with("failurePolicies: [{log: '(?i)out of memory|OOM', as: PRUNED}]"),
                with("alerts: []"),
                with(
                        "alerts: [{type: nan}, {type: rising, metric: loss, reports: 5}, {type: stall}, {type: idle-gpu}]"),
                with("alerts: [{type: above, metric: grad_norm, limit: 1e3}, {type: below, metric: a b, limit: -1}]"),
                with("alerts: [{type: stall, after: 1h}, {type: idle-gpu, below: 0.2, after: 90s}]"),
                with("tracking: {}"),
                with("tracking: {tags: {a: b}}"),
                with("tracking: {dataset: {name: iris}}"),
                with("tracking: {dataset: {name: iris, digest: '1', source: 's3://data/iris.csv'}}"),
                with("promotion: {model: m, betterThan: champion}"),
                with("promotion: {model: my model, gate: ['loss < 0.5', '`val/loss` < 1']}"));
    }

    @ParameterizedTest
    @MethodSource("files")
    void theSchemaTakesWhatTheReaderTakes(String file) {
        valid(file);
        JsonNode tree = SweepFiles.tree(file);

        assertThat(SCHEMA.validate(tree)).isEmpty();
        assertThat(BARE_SCHEMA.validate(tree)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("files")
    void theNormalisedFileReadsBackTheSame(String file) {
        SweepSpecification sweep = valid(file);
        String text = sweep.toJson().toString();

        SweepSpecification again = valid(SweepFiles.reader().read(text, Format.JSON));

        assertThat(again).isEqualTo(sweep);
        assertThat(again.space()).isEqualTo(sweep.space());
        assertThat(again.toJson().toString()).isEqualTo(text);
        assertThat(SweepSpecification.fromNormalised(sweep.toJson())).isEqualTo(sweep);
        assertThat(SCHEMA.validate(sweep.toJson())).isEmpty();
        assertThat(sweep.toJson().path("parameters"))
                .allSatisfy(node -> assertThat(node.has("type")).isTrue());
    }

    @ParameterizedTest
    @MethodSource("files")
    void theNormalisedFileIsAlsoYaml(String file) {
        SweepSpecification sweep = valid(file);

        assertThat(valid(sweep.toJson().toPrettyString())).isEqualTo(sweep);
    }

    @Test
    void readsTheContractsExample() {
        SweepSpecification sweep = valid(WHOLE);

        assertThat(sweep.name()).isEqualTo("digits-cnn");
        assertThat(sweep.description()).isEqualTo("CNN on handwritten digits");
        assertThat(sweep.labels()).isEqualTo(Map.of("team", "vision"));
        assertThat(sweep.objectives()).containsExactly(new Objective("val_accuracy", Direction.MAXIMIZE, Report.BEST));
        assertThat(distribution(sweep, "learning_rate")).isEqualTo(FloatDistribution.log(1e-4, 0.3));
        assertThat(sweep.space().parameter("learning_rate").defaultValue()).contains(new FloatValue(1e-3));
        assertThat(distribution(sweep, "hidden")).isEqualTo(IntDistribution.stepped(16, 256, 16));
        assertThat(distribution(sweep, "dropout")).isEqualTo(FloatDistribution.of(0, 0.6));
        assertThat(distribution(sweep, "optimizer")).isEqualTo(CategoricalDistribution.of("adam", "sgd"));
        assertThat(distribution(sweep, "batch_size")).isEqualTo(CategoricalDistribution.ordered(32L, 64L, 128L));
        assertThat(sweep.space().parameter("momentum").condition()).contains(Condition.oneOf("optimizer", "sgd"));
        assertThat(distribution(sweep, "epochs")).isEqualTo(CategoricalDistribution.constant(12L));
        assertThat(sweep.space().constraints()).singleElement().hasToString("hidden <= 4 * batch_size");
        assertThat(sweep.enqueue()).singleElement().satisfies(point -> {
            assertThat(point.get("epochs")).isEqualTo(new IntValue(12));
            assertThat(point.contains("momentum")).isFalse();
        });
        assertThat(sweep.search().algorithm()).isEqualTo("auto");
        assertThat(sweep.search().seed()).isEqualTo(42);
        assertThat(sweep.pruning().algorithm()).isEqualTo("asha");
        assertThat(sweep.pruning().resource()).isEqualTo("epoch");
        assertThat(sweep.pruning().options()).containsEntry("max", 12L);
        assertThat(sweep.budget().trials()).hasValue(40);
        assertThat(sweep.budget().parallel()).isEqualTo(2);
        assertThat(sweep.budget().wallTime()).contains(Duration.ofMinutes(30));
        assertThat(sweep.budget().trialTime()).contains(Duration.ofMinutes(5));
        assertThat(sweep.budget().failedTrials()).hasValue(5);
        assertThat(sweep.budget().stallTrials()).hasValue(20);
        assertThat(sweep.trial()).isInstanceOfSatisfying(TrainerTrial.class, trainer -> {
            assertThat(trainer.task()).isEqualTo("digits");
            assertThat(trainer.callbacks()).singleElement().satisfies(callback -> {
                assertThat(callback.type()).isEqualTo("early-stopping");
                assertThat(callback.options()).isEqualTo(Map.of("monitor", "val_loss", "patience", 4L));
            });
            assertThat(trainer.env()).isEqualTo(Map.of("MY_FLAG", "1"));
        });
        assertThat(sweep.resources().memoryBytes()).hasValue(2L << 30);
        assertThat(sweep.retries()).isEqualTo(new RetriesSection(2, Duration.ofSeconds(5)));
        assertThat(sweep.failurePolicies())
                .containsExactly(new FailurePolicy("CUDA out of memory", TrialState.INFEASIBLE));
        assertThat(sweep.alerts())
                .containsExactly(
                        new AlertRule.NotANumber(),
                        new AlertRule.Rising("val_loss", 5),
                        new AlertRule.Above("grad_norm", 100),
                        new AlertRule.Stall(Duration.ofMinutes(10)));
        assertThat(sweep.tracking())
                .isEqualTo(new TrackingSection("digits", Map.of("dataset", "digits"), Optional.empty()));
        assertThat(sweep.promotion()).hasValueSatisfying(promotion -> {
            assertThat(promotion.model()).isEqualTo("digits");
            assertThat(promotion.alias()).contains("champion");
            assertThat(promotion.gates()).singleElement().hasToString("val_accuracy >= 0.9");
        });
    }

    @Test
    void fillsInWhatIsLeftOut() {
        SweepSpecification sweep = valid(SMALLEST);

        assertThat(sweep.objectives().get(0).report()).isEqualTo(Report.BEST);
        assertThat(sweep.search().algorithm()).isEqualTo("auto");
        assertThat(sweep.search().seed()).isBetween(0L, (1L << 31) - 1);
        assertThat(sweep.pruning().algorithm()).isEqualTo("none");
        assertThat(sweep.budget().parallel()).isEqualTo(1);
        assertThat(sweep.budget().wallTime()).isEmpty();
        assertThat(sweep.budget().trialTime()).isEmpty();
        assertThat(sweep.budget().failedTrials()).isEmpty();
        assertThat(sweep.budget().stallTrials()).isEmpty();
        assertThat(sweep.resources()).isEqualTo(ResourcesSection.DEFAULT);
        assertThat(sweep.priority()).isZero();
        assertThat(sweep.retries().max()).isZero();
        assertThat(sweep.tracking().experiment()).isEqualTo("smallest");
        assertThat(sweep.trial().metricsFrom()).containsExactly(TrialSection.MetricSource.STDOUT);
        assertThat(sweep.trial().checkpoints()).isEqualTo(TrialSection.Checkpoints.DEFAULT);
        assertThat(sweep.promotion()).isEmpty();
    }

    @Test
    void drawsASeedOnceAndKeepsIt() {
        SpecificationReader reader = new SpecificationReader(TrainerCatalog.absent(), new SplittableRandom(5));
        SweepSpecification first = valid(reader.read(SMALLEST, Format.YAML));
        SweepSpecification second = valid(reader.read(SMALLEST, Format.YAML));

        assertThat(first.search().seed()).isNotEqualTo(second.search().seed());
        assertThat(SweepSpecification.fromNormalised(first.toJson()).search().seed())
                .isEqualTo(first.search().seed());
    }

    @Test
    void takesTwoWholeNumbersForInts() {
        assertThat(distribution(valid(parameter("{min: 0, max: 1}")), "x")).isEqualTo(IntDistribution.of(0, 1));
        assertThat(distribution(valid(parameter("{min: 0, max: 1.0}")), "x")).isEqualTo(FloatDistribution.of(0, 1));
        assertThat(distribution(valid(parameter("{type: float, min: 0, max: 1}")), "x"))
                .isEqualTo(FloatDistribution.of(0, 1));
        assertThat(distribution(valid(parameter("{type: int, min: 0.0, max: 1.0, log: false}")), "x"))
                .isEqualTo(new IntDistribution(0, 1, Scale.LINEAR, 1));
    }

    @Test
    void takesWordsOfYaml11ForText() {
        assertThat(choices(valid(parameter("{values: [on, no, y]}"))))
                .containsExactly(new TextValue("on"), new TextValue("no"), new TextValue("y"));
    }

    @Test
    void makesAllNumbersOfAListFloatsWhereOneIs() {
        assertThat(choices(valid(parameter("{values: [0, 0.5, 1]}"))))
                .containsExactly(new FloatValue(0), new FloatValue(0.5), new FloatValue(1));
    }

    @Test
    void passesNumbersInACommandOnAsTheyAreWritten() {
        SweepSpecification sweep =
                valid(having("trial", "trial: {command: [train, --lr, 1e-4, --n, 010, --flag, True]}"));

        assertThat(sweep.trial())
                .isInstanceOfSatisfying(
                        CommandTrial.class,
                        trial -> assertThat(trial.command())
                                .containsExactly("train", "--lr", "1e-4", "--n", "010", "--flag", "True"));
    }

    @Test
    void completesEnqueuedPoints() {
        String file = parameter("{min: 0, max: 10}") + "enqueue: [{lr: 0.1}]\n";

        assertThat(valid(file).enqueue())
                .singleElement()
                .satisfies(point -> assertThat(point.toPlain()).isEqualTo(Map.of("lr", 0.1, "x", 5L)));
    }

    @Test
    void drawsTheSameSamplePointsEachTime() {
        SweepSpecification sweep = valid(WHOLE);

        assertThat(SamplePoints.of(sweep, 5))
                .hasSize(5)
                .isEqualTo(SamplePoints.of(sweep, 5))
                .allSatisfy(point -> assertThat(sweep.space().violations(point)).isEmpty());
    }

    @Test
    void checksOnlyTheShapeOfATrainerWithoutACatalogue() {
        SpecificationReader reader = new SpecificationReader(TrainerCatalog.absent(), new SplittableRandom(5));

        ReadResult result = reader.read(
                having(
                        "trial",
                        "trial: {trainer: {task: other, model: net, callbacks: [{type: own, a: [1, {b: c}]}]}}"),
                Format.YAML);

        assertThat(valid(result).toJson().at("/trial/trainer/callbacks/0/a/1/b").asText())
                .isEqualTo("c");
    }

    @ParameterizedTest
    @MethodSource("examples")
    void theExamplesAreRight(Path example) throws IOException {
        SweepSpecification sweep = valid(SweepFiles.reader().read(example));

        assertThat(SCHEMA.validate(SweepFiles.tree(Files.readString(example)))).isEmpty();
        assertThat(sweep.toJson().path("search").path("seed").isIntegralNumber())
                .isTrue();
    }

    static List<Path> examples() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("..", "examples"))) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("documented")
    void theSweepFilesInTheTasksManualAreRight(String file) {
        assertThat(valid(file).trial()).isInstanceOf(TrainerTrial.class);
        assertThat(SCHEMA.validate(SweepFiles.tree(file))).isEmpty();
    }

    static List<String> documented() throws IOException {
        String manual = Files.readString(Path.of("..", "docs", "tasks.md"));
        List<String> files = Pattern.compile("```yaml\\n(name: .*?)```", Pattern.DOTALL)
                .matcher(manual)
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(files).hasSizeGreaterThanOrEqualTo(4);
        return files;
    }

    @Test
    void readsWhatATaskIsToldAndItsJars() {
        SweepSpecification sweep = valid(
                having(
                        "trial",
                        "trial: {trainer: {task: own, model: net, jars: [own-task.jar, b_2.jar], options: {a: 1, b: {c: d}, e: [x]}}}"));

        assertThat(sweep.trial()).isInstanceOfSatisfying(TrainerTrial.class, trainer -> {
            assertThat(trainer.jars()).containsExactly("own-task.jar", "b_2.jar");
            assertThat(trainer.options()).containsEntry("a", 1L).containsEntry("b", Map.of("c", "d"));
        });
        assertThat(sweep.toJson().at("/trial/trainer/options/b/c").asText()).isEqualTo("d");
        assertThat(SweepSpecification.fromNormalised(sweep.toJson()).trial()).isEqualTo(sweep.trial());
    }

    @Test
    void readsHowOftenATrialTrains() {
        String file = WHOLE.replace("task: digits,", "task: digits, repeats: 2, folds: 5,")
                .replace("metric: val_accuracy,", "metric: val_accuracy_std,");

        SweepSpecification sweep = valid(file);

        assertThat(sweep.trial()).isInstanceOfSatisfying(TrainerTrial.class, trainer -> {
            assertThat(trainer.repeats()).isEqualTo(2);
            assertThat(trainer.folds()).isEqualTo(5);
        });
        assertThat(SCHEMA.validate(SweepFiles.tree(file))).isEmpty();
        assertThat(SCHEMA.validate(SweepFiles.tree(file.replace("folds: 5", "folds: 1"))))
                .isNotEmpty();
        assertThat(SweepSpecification.fromNormalised(sweep.toJson()).trial()).isEqualTo(sweep.trial());
    }

    @Test
    void theSchemaSaysWhatTheTrainerCanDo() {
        JsonNode schema = SweepSchema.json(SweepFiles.catalog());

        assertThat(schema.at("/$defs/trainer/oneOf/0/properties/task/const").asText())
                .isEqualTo("digits");
        assertThat(schema.at("/$defs/callback/oneOf/0/properties/patience/default")
                        .asInt())
                .isEqualTo(5);
        assertThat(SCHEMA.validate(SweepFiles.tree(WHOLE.replace("patience: 4", "patiens: 4"))))
                .isNotEmpty();
        assertThat(SCHEMA.validate(SweepFiles.tree(WHOLE.replace("model: mlp", "model: mpl"))))
                .isNotEmpty();
        assertThat(SCHEMA.validate(SweepFiles.tree(WHOLE.replace("algorithm: asha", "algorithm: ahsa"))))
                .isNotEmpty();
    }

    private static Distribution distribution(SweepSpecification sweep, String name) {
        return sweep.space().parameter(name).distribution();
    }

    private static List<ParameterValue> choices(SweepSpecification sweep) {
        return ((CategoricalDistribution) distribution(sweep, "x")).values();
    }
}
