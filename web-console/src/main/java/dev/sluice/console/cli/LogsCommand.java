package dev.sluice.console.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "logs",
        description = "Prints what a trial's process wrote.",
        footer = {"", "Examples:", "  ./sluice logs latest/3", "  ./sluice logs digits-cnn/0 -f"})
final class LogsCommand implements Callable<Integer> {
    /** The most lines that a service gives at once. */
    private static final int ALL = 100_000;

    private final CommandContext context;

    @Parameters(paramLabel = "TRIAL", description = "An id, or SWEEP/NUMBER such as latest/3.")
    private String trial = "";

    @Option(
            names = {"-f", "--follow"},
            description = "Keep printing until the trial ends.")
    private boolean follow;

    @Option(
            names = "--tail",
            paramLabel = "N",
            defaultValue = "-1",
            description = "Only the last N lines (default: all).")
    private int tail;

    LogsCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        ServiceClient client = context.client();
        String path = "/trials/" + new Sweeps(client).trialId(trial) + "/logs";
        String lines = "tail=" + (tail < 0 ? ALL : tail);
        Terminal terminal = context.terminal();
        if (follow) {
            client.follow(path + "?follow=true&" + lines, terminal.out()::println);
        } else {
            String text = client.text(path + "?" + lines, "text/plain");
            terminal.out().print(text.isEmpty() || text.endsWith("\n") ? text : text + "\n");
        }
        return 0;
    }
}
