package dev.sluice.console.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Option;

/** {@code -o}: for people, or the service's own JSON for programs. */
final class OutputOption {
    enum Format {
        text,
        json
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "text (default), or json: what the service answers, every digit kept.")
    private Format format = Format.text;

    /** Prints the answer and says true where JSON was asked for. */
    boolean printed(Terminal terminal, JsonNode answer) {
        if (format == Format.json) {
            terminal.out().println(answer.toPrettyString());
        }
        return format == Format.json;
    }
}
