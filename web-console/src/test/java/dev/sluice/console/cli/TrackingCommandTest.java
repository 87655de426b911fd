package dev.sluice.console.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.tracker.RunStatus;
import dev.sluice.tracker.outbox.JournalEntry;
import dev.sluice.tracker.outbox.JournalWriter;
import dev.sluice.tracker.outbox.RunJournals;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Journals looked at and shipped by hand. */
class TrackingCommandTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Map<String, String> environment = new HashMap<>();

    private int sluice(String... args) {
        Terminal terminal = new Terminal(new PrintWriter(out), new PrintWriter(err), 0);
        return Main.run(
                new CommandContext(
                        terminal, environment, folder, folder, "1.2.3", Duration.ofSeconds(2), Duration.ofMillis(1)),
                args);
    }

    private Path run(String name) throws IOException {
        Path journals = folder.resolve("data/trials").resolve(name).resolve("journal");
        try (JournalWriter journal = JournalWriter.open(RunJournals.service(journals))) {
            journal.append(new JournalEntry.RunOpened(
                    name, "trial " + name, "digits", Instant.now(), Optional.empty(), Map.of()));
            journal.append(new JournalEntry.Metrics(1, Map.of("loss", 0.5, "acc", 1.0), Instant.now()));
        }
        return journals;
    }

    @Test
    void showsWhatJournalsHoldAndHowFarTheyAreShipped() throws IOException {
        run("a");
        try (JournalWriter journal = JournalWriter.open(RunJournals.service(run("b")))) {
            journal.append(new JournalEntry.RunEnded(RunStatus.KILLED, Instant.now()));
        }

        assertThat(sluice("tracking", "status", folder.toString())).isZero();
        assertThat(out.toString())
                .containsPattern("trial a +RUNNING +- +2 +2 ")
                .containsPattern("trial b +KILLED +- +2 +3 ")
                .contains("2 runs in " + folder + ", 5 records waiting");
    }

    @Test
    void showsTheSameToPrograms() throws IOException {
        Path journals = run("a");

        assertThat(sluice("tracking", "status", folder.toString(), "-o", "json"))
                .isZero();
        JsonNode run = new ObjectMapper().readTree(out.toString()).path("runs").path(0);
        assertThat(run.path("folder").asText()).isEqualTo(journals.toString());
        assertThat(run.path("key").asText()).isEqualTo("a");
        assertThat(run.path("pointsWaiting").asInt()).isEqualTo(2);
        assertThat(run.path("runId").isNull()).isTrue();
    }

    @Test
    void endsWithOneWhenTheServerDoesNotAnswer() throws IOException {
        run("a");
        environment.put("MLFLOW_TRACKING_URI", "http://127.0.0.1:9");

        assertThat(sluice("tracking", "replay", folder.toString(), "--limit", "1"))
                .isEqualTo(1);
        assertThat(out.toString()).contains("not opened  2 records left: MLflow away for");
    }

    @Test
    void leavesTheJournalsOfARunningServiceAlone() throws IOException {
        run("a");
        Files.writeString(
                folder.resolve("data/service.lock"),
                "process " + ProcessHandle.current().pid() + ", http://127.0.0.1:8420\n");

        assertThat(sluice("tracking", "replay", folder.resolve("data/trials").toString(), "--to", "http://127.0.0.1:9"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("ships these journals itself");
    }

    @Test
    void saysWhatIsWrongWithTheArguments() {
        assertThat(sluice("tracking")).isEqualTo(2);
        assertThat(sluice("tracking", "status", folder.resolve("nothing").toString()))
                .isEqualTo(2);
        assertThat(sluice("tracking", "status", folder.toString())).isEqualTo(1);
        assertThat(sluice("tracking", "replay", "--help")).isZero();
        assertThat(err.toString()).contains("status or replay", "is no folder", "there are no journals");
        assertThat(out.toString()).contains("--again");
    }
}
