package dev.sluice.console.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogTailTest {
    @TempDir
    Path folder;

    @Test
    void skipsTheFramesOfAStackTrace() throws IOException {
        Path log = log("epoch 1\njava.lang.IllegalStateException: lr is 0\n\tat a.B.c(B.java:1)\n\t... 3 more\n\n");

        assertThat(LogTail.lastLine(log)).isEqualTo("java.lang.IllegalStateException: lr is 0");
    }

    @Test
    void takesTheNextFileWhereTheFirstIsSilent() throws IOException {
        assertThat(LogTail.lastLine(folder.resolve("absent"), log("done\n"))).isEqualTo("done");
    }

    @Test
    void dropsColoursAndCutsLongLines() throws IOException {
        assertThat(LogTail.lastLine(log("\u001b[31mred\u001b[0m\n"))).isEqualTo("red");
        assertThat(LogTail.lastLine(log("x".repeat(100_000)))).hasSize(500).endsWith("…");
    }

    @Test
    void takesTheLastStateOfAProgressBar() throws IOException {
        assertThat(LogTail.lastLine(log("10%\r50%\r100%\r"))).isEqualTo("100%");
    }

    @Test
    void bearsBytesThatAreNoText() throws IOException {
        Path file = folder.resolve("log");
        Files.write(file, new byte[] {(byte) 0xff, 'a', '\n'});

        assertThat(LogTail.lastLine(file)).isEqualTo("\ufffda");
    }

    private Path log(String text) throws IOException {
        return Files.write(folder.resolve("log"), text.getBytes(StandardCharsets.UTF_8));
    }
}
