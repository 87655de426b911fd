package dev.sluice.tracker.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A process of ours that is killed and started again. */
final class ChildJvm {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final List<String> command = new ArrayList<>();
    private final Path errors;
    private @Nullable Process process;

    /** One whose errors go to a file in that folder, with further options of its virtual machine. */
    ChildJvm(Path folder, List<String> options, Class<?> main, String... arguments) throws IOException {
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1"));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        errors = Files.createTempFile(folder, main.getSimpleName(), ".err");
    }

    /** Lets another program start it, whose words these are. */
    ChildJvm by(List<String> words) {
        command.addAll(0, words);
        return this;
    }

    void start() throws IOException {
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
                .start();
    }

    /** Waits for a line, which others may precede. */
    void awaitLine(String wanted) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Process running = Objects.requireNonNull(process);
        BufferedReader lines = running.inputReader();
        while (System.nanoTime() < deadline) {
            if (lines.ready() || !running.isAlive()) {
                String line = lines.readLine();
                if (wanted.equals(line)) {
                    return;
                }
                assertThat(line).as("it ended: %s", tail()).isNotNull();
            } else {
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
        throw new AssertionError("no " + wanted + " within " + PATIENCE + ": " + tail());
    }

    private String tail() throws IOException {
        try (Stream<String> all = Files.lines(errors)) {
            List<String> text = all.toList();
            return String.join("\n", text.subList(Math.max(0, text.size() - 40), text.size()));
        }
    }

    void kill() throws InterruptedException {
        Process running = process;
        if (running != null) {
            running.toHandle().destroyForcibly();
            running.waitFor();
        }
    }
}
