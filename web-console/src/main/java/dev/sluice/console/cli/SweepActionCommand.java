package dev.sluice.console.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** pause, resume, stop and cancel: the same call with another word. */
@Command
final class SweepActionCommand implements Callable<Integer> {
    private final CommandContext context;
    private final String action;

    @Parameters(paramLabel = "SWEEP", description = "An id, the start of one, the newest of that name, or 'latest'.")
    private String sweep = "";

    @Mixin
    private final OutputOption output = new OutputOption();

    SweepActionCommand(CommandContext context, String action) {
        this.context = context;
        this.action = action;
    }

    @Spec
    void describe(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        switch (action) {
                            case "pause" -> "Starts no new trials of a sweep until it is resumed; running ones go on.";
                            case "resume" -> "Lets a paused sweep go on.";
                            case "stop" ->
                                "Starts no new trials of a sweep; running ones finish, then it is COMPLETED.";
                            default -> "Stops a sweep's running trials and ends it as CANCELLED.";
                        });
    }

    @Override
    public Integer call() {
        ServiceClient client = context.client();
        String id = new Sweeps(client).id(sweep);
        JsonNode answer = client.post("/sweeps/" + id + "/" + action, null);
        if (!output.printed(context.terminal(), answer)) {
            context.terminal()
                    .out()
                    .println("%s %s: %s"
                            .formatted(
                                    answer.path("name").asText("sweep"),
                                    id,
                                    answer.path("state").asText(action)));
        }
        return 0;
    }
}
