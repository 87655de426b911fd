package dev.sluice.console.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "edit",
        description = {
            "Edits a sweep while it goes on: budget, ranges and choices of parameters, constraints, retries, policies, alerts, promotion. One that"
                    + " has completed goes on where that gives it more to do.",
            "Example: ./sluice edit latest --set budget.trials=80 --set parameters.lr.max=0.1"
        })
final class EditCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "SWEEP", description = "An id, the start of one, the newest of that name, or 'latest'.")
    private String sweep = "";

    @Option(
            names = "--set",
            required = true,
            paramLabel = "PATH=VALUE",
            description =
                    "A field of the sweep file and its new value, in JSON or as text; an empty value takes it out.")
    private final List<String> settings = new ArrayList<>();

    @Mixin
    private final OutputOption output = new OutputOption();

    EditCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        ServiceClient client = context.client();
        String id = new Sweeps(client).id(sweep);
        JsonNode answer = client.patch("/sweeps/" + id, Changes.of(settings));
        if (!output.printed(context.terminal(), answer)) {
            context.terminal()
                    .out()
                    .println("%s %s: %s"
                            .formatted(
                                    answer.path("name").asText("sweep"),
                                    id,
                                    answer.path("state").asText("edited")));
        }
        return 0;
    }
}
