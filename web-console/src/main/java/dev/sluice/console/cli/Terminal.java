package dev.sluice.console.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/**
 * Where a command writes: results to {@code out}, what went wrong and what is going on to {@code err}.
 *
 * @param columns the width of the terminal in characters, or 0 where {@code out} is no terminal but a file or a pipe
 */
record Terminal(PrintWriter out, PrintWriter err, int columns) {

    /** The process's own streams, in UTF-8 whatever the locale says; the start script measures the width. */
    static Terminal ofProcess() {
        return new Terminal(
                writer(FileDescriptor.out), writer(FileDescriptor.err), Integer.getInteger("sluice.columns", 0));
    }

    private static PrintWriter writer(FileDescriptor descriptor) {
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8), true);
    }

    boolean isInteractive() {
        return columns > 0;
    }

    /** The line, cut to the terminal's width where there is one. */
    String fit(String line) {
        return isInteractive() && line.length() > columns ? line.substring(0, Math.max(1, columns - 1)) + "…" : line;
    }
}
