package dev.sluice.console.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "trials", description = "Lists a sweep's trials by number.")
final class TrialsCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "SWEEP", description = "An id, the start of one, the newest of that name, or 'latest'.")
    private String sweep = "";

    @Option(
            names = "--state",
            defaultValue = "",
            description =
                    "Only those in this state: QUEUED, RUNNING, COMPLETE, PRUNED, INFEASIBLE, FAILED or CANCELLED.")
    private String state = "";

    @Mixin
    private final OutputOption output = new OutputOption();

    TrialsCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Sweeps sweeps = new Sweeps(context.client());
        JsonNode found = sweeps.find(sweep);
        ObjectNode trials =
                sweeps.trials(Sweeps.text(found, "id"), Optional.of(state).filter(value -> !value.isEmpty()));
        if (!output.printed(context.terminal(), trials)) {
            TrialTable.of(found, trials.path("items")).print(context.terminal());
        }
        return 0;
    }
}
