package dev.sluice.console.cli;

import picocli.CommandLine.Option;

/** {@code --help} of one command. */
final class HelpOption {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this page.")
    @SuppressWarnings("unused") // picocli reads it
    private boolean asked;
}
