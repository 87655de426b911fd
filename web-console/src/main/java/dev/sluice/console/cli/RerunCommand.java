package dev.sluice.console.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "rerun", description = "Runs a sweep's failed trials again. One that has completed goes on.")
final class RerunCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "SWEEP", description = "An id, the start of one, the newest of that name, or 'latest'.")
    private String sweep = "";

    @Option(names = "--cancelled", description = "Those that were cancelled too.")
    private boolean cancelled;

    @Mixin
    private final OutputOption output = new OutputOption();

    RerunCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        ServiceClient client = context.client();
        String id = new Sweeps(client).id(sweep);
        JsonNode answer = client.post("/sweeps/%s/rerun?cancelled=%s".formatted(id, cancelled), null);
        if (!output.printed(context.terminal(), answer)) {
            int trials = answer.path("trials").asInt();
            context.terminal().out().println(trials == 1 ? "1 trial runs again" : trials + " trials run again");
        }
        return 0;
    }
}
