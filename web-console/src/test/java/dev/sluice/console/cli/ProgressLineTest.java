package dev.sluice.console.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    private final StringWriter err = new StringWriter();
    private final AtomicLong millis = new AtomicLong();
    private final InstantSource clock = () -> Instant.ofEpochMilli(millis.get());

    private ProgressLine line(int columns) {
        return new ProgressLine(
                new Terminal(new PrintWriter(new StringWriter()), new PrintWriter(err), columns), clock);
    }

    @Test
    void changesInPlaceOnATerminalAndNeverWraps() {
        try (ProgressLine line = line(8)) {
            line.update("short");
            line.update("far too long");
        }
        assertThat(err).hasToString("\rshort\u001b[K\rfar too…\u001b[K\r\u001b[K");
    }

    @Test
    void isALineNowAndThenElsewhere() {
        try (ProgressLine line = line(0)) {
            line.update("a");
            millis.set(9_999);
            line.update("b");
            millis.set(10_000);
            line.update("c");
        }
        assertThat(err.toString().lines()).containsExactly("a", "c");
    }
}
