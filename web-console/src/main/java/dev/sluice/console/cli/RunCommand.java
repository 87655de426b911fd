package dev.sluice.console.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "run",
        description = {
            "Submits a sweep and follows it to its end. Ctrl-C detaches: the sweep goes on, and the command ends with 0.",
            "Ends with 1 where the sweep is FAILED or CANCELLED, with 2 where the file is invalid.",
            "Where FILE lies in a git work tree, its runs in MLflow are tagged with the commit and the branch."
        },
        footer = {"", "Examples:", "  ./sluice run examples/digits.yaml", "  ./sluice run sweep.yaml --detach"})
final class RunCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "FILE", description = "A sweep file, YAML or JSON; '-' reads the standard input.")
    private String file = "";

    @Option(
            names = {"-d", "--detach"},
            description = "Print the sweep's id and return at once.")
    private boolean detach;

    @Mixin
    private final OutputOption output = new OutputOption();

    RunCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        ServiceClient client = context.client();
        JsonNode submitted = SweepSubmission.submitWithCheckout(client, SweepFile.read(file));
        String id = Sweeps.text(submitted, "id");
        submitted.path("warnings").forEach(warning -> context.terminal().err().println("Warning: " + warning.asText()));
        if (detach) {
            if (!output.printed(context.terminal(), submitted)) {
                context.terminal().out().println(id);
            }
            return 0;
        }
        SweepFollower follower = new SweepFollower(context, client);
        context.terminal()
                .err()
                .println("Sweep %s %s; Ctrl-C detaches"
                        .formatted(submitted.path("name").asText(), id));
        return follower.followToResult(id);
    }
}
