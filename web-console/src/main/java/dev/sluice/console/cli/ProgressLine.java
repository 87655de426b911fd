package dev.sluice.console.cli;

import java.time.Duration;
import java.time.InstantSource;

/**
 * What is going on, on the error stream: one line that changes in place on a terminal, else a plain line now and then.
 * Not thread-safe.
 */
final class ProgressLine implements AutoCloseable {
    private static final Duration PLAIN_INTERVAL = Duration.ofSeconds(10);

    private final Terminal terminal;
    private final InstantSource clock;
    private long lastPrintMillis = Long.MIN_VALUE / 2;
    private boolean shown;

    ProgressLine(Terminal terminal, InstantSource clock) {
        this.terminal = terminal;
        this.clock = clock;
    }

    /** The state of things now; where there is no terminal, most of these are left out. */
    void update(String text) {
        if (terminal.isInteractive()) {
            terminal.err().print("\r" + terminal.fit(text) + "\u001b[K");
            terminal.err().flush();
            shown = true;
        } else if (clock.millis() - lastPrintMillis >= PLAIN_INTERVAL.toMillis()) {
            lastPrintMillis = clock.millis();
            terminal.err().println(text);
        }
    }

    /** A line that stays. */
    void keep(String text) {
        close();
        terminal.err().println(text);
    }

    /** Takes the changing line away. */
    @Override
    public void close() {
        if (shown) {
            terminal.err().print("\r\u001b[K");
            terminal.err().flush();
            shown = false;
        }
    }
}
