package dev.sluice.console.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "clone",
        description = {
            "Makes a sweep from another one's file, with whatever fields being others.",
            "Example: ./sluice clone latest --set name=digits-again --set search.seed=7 --warm-start"
        })
final class CloneCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "SWEEP", description = "An id, the start of one, the newest of that name, or 'latest'.")
    private String sweep = "";

    @Option(
            names = "--set",
            paramLabel = "PATH=VALUE",
            description =
                    "A field of the sweep file and its new value, in JSON or as text; an empty value takes it out.")
    private final List<String> settings = new ArrayList<>();

    @Option(names = "--warm-start", description = "It begins with what that sweep's trials have shown.")
    private boolean warmStart;

    @Mixin
    private final OutputOption output = new OutputOption();

    CloneCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        ServiceClient client = context.client();
        String id = new Sweeps(client).id(sweep);
        JsonNode answer = client.post(
                "/sweeps/%s/clone?warmStart=%s".formatted(id, warmStart),
                Changes.of(settings).toString(),
                "application/json",
                Map.of("Idempotency-Key", UUID.randomUUID().toString()));
        if (!output.printed(context.terminal(), answer)) {
            context.terminal().out().println(answer.path("id").asText());
        }
        return 0;
    }
}
