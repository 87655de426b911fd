package dev.sluice.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.endtoend.harness.Build;
import dev.sluice.endtoend.harness.Gate;
import dev.sluice.endtoend.harness.Json;
import dev.sluice.endtoend.harness.Mlflow;
import dev.sluice.endtoend.harness.OwnMlflow;
import dev.sluice.endtoend.harness.Processes;
import dev.sluice.endtoend.harness.Script;
import dev.sluice.endtoend.harness.Service;
import dev.sluice.endtoend.harness.SweepFile;
import dev.sluice.tracker.outbox.JournalEntry;
import dev.sluice.tracker.outbox.JournalReader;
import dev.sluice.tracker.outbox.RunJournals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Everything at once, with all real parts: a proxy before MLflow that spoils 30 % of the calls, and {@code kill -9} of the
 * service, of trials and of MLflow at random moments. Afterwards each fact that a trial left is in MLflow once. One
 * round every day, 30 with {@code SLUICE_LONG=1}; {@code SLUICE_CHAOS_ROUNDS=7-9} plays those alone.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServiceChaosTest {
    /** Prints points, leaves checkpoints, goes on from the newest one, and ends as its parameter says. */
    private static final Script TRIAL = Script.of("chaos-trial", """
            import json, os, sys, time
            kind, x = sys.argv[1], float(sys.argv[2])
            begin = json.load(open(sys.argv[4]))["step"] if len(sys.argv) > 4 else 0
            attempt = json.load(open(os.environ["SLUICE_TRIAL"]))["attempt"]
            for step in range(begin + 1, 13):
                time.sleep(0.12)
                loss = 1e9 if kind == "diverges" and step == 9 else x / step + 1000 * attempt
                print(json.dumps({"step": step, "loss": loss, "acc(%)": step / 7 + attempt}), flush=True)
                if step % 4 == 0:
                    with open("draft", "w") as draft:
                        json.dump({"step": step, "attempt": attempt, "x": x}, draft)
                    os.replace("draft", "checkpoints/checkpoint-%d" % step)
            if kind == "cannot":
                sys.exit("no such point")
            if kind == "breaks":
                sys.exit("beyond hope")
            """);

    private static final List<String> KINDS = List.of("ends", "diverges", "ends", "cannot", "breaks", "ends");
    private static final Map<String, String> STATES =
            Map.of("ends", "COMPLETE", "diverges", "PRUNED", "cannot", "INFEASIBLE", "breaks", "FAILED");
    private static final Map<String, String> STATUSES =
            Map.of("COMPLETE", "FINISHED", "PRUNED", "KILLED", "INFEASIBLE", "KILLED", "FAILED", "FAILED");
    private static final double SPOILT = 0.3;

    private OwnMlflow server;
    private Mlflow mlflow;
    private Gate gate;
    private Service service;

    /** What ends, or is out of reach, at a random moment. */
    private enum Blow {
        SERVICE,
        TRIAL,
        MLFLOW,
        NETWORK
    }

    static IntStream rounds() {
        var asked = Optional.ofNullable(System.getenv("SLUICE_CHAOS_ROUNDS")).map(text -> text.split("-", 2));
        if (asked.isPresent()) {
            return IntStream.rangeClosed(
                    Integer.parseInt(asked.get()[0]), Integer.parseInt(asked.get()[asked.get().length - 1]));
        }
        return IntStream.rangeClosed(1, Build.isLong() ? 30 : 1);
    }

    @BeforeAll
    void start() {
        server = OwnMlflow.started("chaos-mlflow");
        mlflow = server.mlflow();
        gate = Gate.before(mlflow);
        service = Service.named("chaos")
                .with("sluice.mlflow.uri", gate.uri().toString())
                .with("sluice.mlflow.system-metrics-interval", "1s")
                .start();
    }

    @AfterAll
    void stop() {
        service.close();
        gate.close();
        server.close();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("rounds")
    void eachFactIsInMlflowOnceWhateverIsKilled(int seed) throws Exception {
        System.out.printf("chaos: seed %d%n", seed);
        gate.spoil(SPOILT, seed);
        var commands = service.submit(commands(seed));
        var digits = service.submit(digits(seed));

        rage(new Random(seed));

        for (var sweep : List.of(commands, digits)) {
            var view = sweep.awaitDelivered();
            assertThat(view.path("state").asText()).as(view.toPrettyString()).isEqualTo("COMPLETED");
            assertThat(mlflow.parents(view)).singleElement().satisfies(parent -> {
                assertThat(parent.status()).isEqualTo("FINISHED");
                assertAllIsThere(parent, service.data().resolve("sweeps/" + sweep.id()));
            });
            var trials = sweep.wholeTrials();
            var runs = mlflow.children(view);
            assertThat(runs)
                    .extracting(run -> run.tag("sluice.key"))
                    .containsExactlyElementsOf(trials.stream()
                            .map(trial -> trial.path("id").asText())
                            .toList());
            for (int number = 0; number < trials.size(); number++) {
                assertRun(trials.get(number), runs.get(number));
            }
        }
        for (var trial : commands.wholeTrials()) {
            assertThat(trial.path("state").asText())
                    .as(trial.toPrettyString())
                    .isEqualTo(STATES.get(trial.path("params").path("kind").asText()));
            assertPrinted(trial);
        }
        assertThat(digits.wholeTrials())
                .extracting(trial -> trial.path("state").asText())
                .containsOnly("COMPLETE");
        assertThat(gate.spoilt()).isPositive();
    }

    /** Blows in a random order, at random moments, among them one of each kind at least. */
    private void rage(Random random) throws Exception {
        var blows = new ArrayList<>(List.of(Blow.SERVICE, Blow.TRIAL, Blow.TRIAL, Blow.MLFLOW, Blow.NETWORK));
        blows.add(Blow.values()[random.nextInt(Blow.values().length)]);
        Collections.shuffle(blows, random);
        System.out.println("chaos: " + blows);
        var mlflowIsBack = CompletableFuture.<Void>completedFuture(null);
        for (var blow : blows) {
            pause(random, 100, 1500);
            switch (blow) {
                case TRIAL -> killTrial(random);
                case SERVICE -> {
                    service.kill();
                    if (random.nextBoolean()) {
                        pause(random, 0, 500);
                        killTrial(random);
                    }
                    pause(random, 0, 1000);
                    service.restart();
                }
                case MLFLOW -> {
                    mlflowIsBack.get(3, TimeUnit.MINUTES);
                    server.kill();
                    pause(random, 0, 1000);
                    mlflowIsBack = CompletableFuture.runAsync(server::start);
                }
                case NETWORK -> {
                    gate.refuse();
                    pause(random, 100, 1500);
                    gate.accept();
                }
            }
        }
        mlflowIsBack.get(3, TimeUnit.MINUTES);
    }

    /** One process of a trial: its program or what watches over that; none where none runs just now. */
    private void killTrial(Random random) {
        var trials = service.data().resolve("trials").toString();
        var running = Processes.carrying(service.data().toString()).stream()
                .filter(pid -> Processes.workingDirectory(pid).startsWith(trials))
                .toList();
        if (!running.isEmpty()) {
            Processes.kill(running.get(random.nextInt(running.size())));
        }
    }

    private static void pause(Random random, int least, int most) throws InterruptedException {
        Thread.sleep(random.nextInt(least, most));
    }

    private static String commands(int seed) {
        var points = new StringBuilder();
        for (int i = 0; i < KINDS.size(); i++) {
            points.append("  - {kind: %s, x: %s}%n".formatted(KINDS.get(i), (i + 1) / 8.0));
        }
        return """
                name: chaos-%d
                objective: {metric: loss, goal: minimize}
                parameters:
                  kind: {values: [ends, diverges, cannot, breaks]}
                  x: {min: 0.0, max: 1.0}
                enqueue:
                %ssearch: {algorithm: random, seed: %d}
                pruning: {algorithm: threshold, upper: 1e6}
                budget: {trials: %d, parallel: 2}
                trial:
                  command: %s
                  resume: [--from, "${checkpoint.path}"]
                retries: {max: 20, backoff: 100ms}
                failurePolicies:
                  - {log: "no such point", as: INFEASIBLE}
                  - {log: "beyond hope", as: FAILED}
                """.formatted(seed, points, seed, KINDS.size(), TRIAL.command("${params.kind}", "${params.x}"));
    }

    private static Map<String, Object> digits(int seed) {
        return SweepFile.example("digits.yaml")
                .set("name", "chaos-digits-" + seed)
                .set("tracking.experiment", "chaos-digits-" + seed)
                .set("budget.trials", 1)
                .set("parameters.epochs.value", 4)
                .set("pruning", Map.of("algorithm", "none"))
                .set("retries", Map.of("max", 20, "backoff", "100ms"))
                .remove("promotion")
                .map();
    }

    private void assertRun(JsonNode trial, Mlflow.Run run) throws IOException {
        var folder = service.trialFolder(trial.path("id").asText());
        assertThat(run.status()).isEqualTo(STATUSES.get(trial.path("state").asText()));
        assertThat(run.tag("sluice.state")).isEqualTo(trial.path("state").asText());
        var params = new TreeSet<>(Set.of("seed"));
        trial.path("params").fieldNames().forEachRemaining(params::add);
        assertThat(run.params().keySet()).isEqualTo(params);
        var attempts = Json.list(trial.path("attempts"));
        assertThat(run.tag("sluice.attempts")).isEqualTo(Integer.toString(attempts.size()));
        for (var attempt : attempts) {
            assertThat(run.tag("sluice.attempt." + attempt.path("number").asText()))
                    .startsWith(attempt.path("state").asText());
        }
        assertAllIsThere(run, folder.resolve("journal"));
    }

    /** All points that the attempts of a command have printed, each once, and no others. */
    private void assertPrinted(JsonNode trial) throws IOException {
        var folder = service.trialFolder(trial.path("id").asText());
        var printed = new ArrayList<Fact>();
        var shown = new ArrayList<Fact>();
        for (var attempt : Json.list(trial.path("attempts"))) {
            var output = folder.resolve("attempt-" + attempt.path("number").asText() + "/stdout.log");
            for (var line : Files.exists(output) ? Files.readAllLines(output) : List.<String>of()) {
                if (line.endsWith("}")) {
                    var point = Json.read(line);
                    for (var metric : List.of("loss", "acc(%)")) {
                        printed.add(new Fact(
                                metric,
                                point.path("step").asLong(),
                                point.path(metric).asDouble()));
                    }
                }
            }
        }
        var run = trial.path("mlflowRunId").asText();
        mlflow.history(run, "loss").forEach(p -> shown.add(new Fact("loss", p.step(), p.value())));
        mlflow.history(run, "acc_x0028__x0025__x0029_")
                .forEach(p -> shown.add(new Fact("acc(%)", p.step(), p.value())));
        assertThat(shown).as("trial %s", trial.path("number")).containsExactlyInAnyOrderElementsOf(printed);
    }

    private record Fact(String metric, long step, double value) {}

    /** All that the journals of a run hold is in MLflow: every point once, with its time, and nothing else. */
    private void assertAllIsThere(Mlflow.Run run, Path folder) throws IOException {
        var points = new TreeMap<String, Set<Mlflow.Point>>();
        var params = new HashMap<String, String>();
        var tags = new LinkedHashMap<String, String>();
        var files = new TreeMap<String, String>();
        for (var entry : entries(folder)) {
            switch (entry) {
                case JournalEntry.Metrics metrics ->
                    metrics.values()
                            .forEach((metric, value) -> points.computeIfAbsent(
                                            metric.replace("(%)", "_x0028__x0025__x0029_"), m -> new HashSet<>())
                                    .add(new Mlflow.Point(
                                            metrics.step(), value, metrics.at().toEpochMilli())));
                case JournalEntry.Params noted -> params.putAll(noted.values());
                case JournalEntry.Tags noted -> tags.putAll(noted.values());
                case JournalEntry.RunOpened opened -> opened.tags().forEach(tags::putIfAbsent);
                case JournalEntry.Artifact artifact -> files.put(artifact.artifactPath(), artifact.sha256());
                case JournalEntry.Inputs inputs -> {}
                case JournalEntry.RunEnded ended -> {}
            }
        }
        var what = "run %s, %s".formatted(run.id(), folder);
        assertThat(run.metrics().keySet()).as(what).isEqualTo(points.keySet());
        points.forEach((metric, recorded) -> assertThat(mlflow.history(run.id(), metric))
                .as("%s of %s", metric, what)
                .containsExactlyInAnyOrderElementsOf(recorded));
        assertThat(run.params()).as(what).isEqualTo(params);
        assertThat(run.tags()).as(what).containsAllEntriesOf(tags);
        assertThat(mlflow.files(run.id())).as(what).isEqualTo(files);
        assertThat(folder.resolve(RunJournals.QUARANTINE)).doesNotExist();
    }

    /** Of all journals of a run. No two of them hold the same tag. */
    private static List<JournalEntry> entries(Path folder) throws IOException {
        var entries = new ArrayList<JournalEntry>();
        try (Stream<Path> all = Files.list(folder)) {
            for (var journal : all.filter(file -> file.toString().endsWith(".journal"))
                    .sorted()
                    .toList()) {
                long offset = 0;
                for (var read = JournalReader.of(journal).read(offset, 1000);
                        !read.isEmpty();
                        read = JournalReader.of(journal).read(offset, 1000)) {
                    read.forEach(each -> entries.add(each.value()));
                    offset = read.getLast().end();
                }
            }
        }
        return entries;
    }
}
