package dev.sluice.console.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "export",
        description = "Writes all trials of a sweep to the standard output.",
        footer = {"", "Examples:", "  ./sluice export latest > trials.csv", "  ./sluice export latest -f json"})
final class ExportCommand implements Callable<Integer> {
    enum Format {
        csv,
        json
    }

    private final CommandContext context;

    @Parameters(paramLabel = "SWEEP", description = "An id, the start of one, the newest of that name, or 'latest'.")
    private String sweep = "";

    @Option(
            names = {"-f", "--format"},
            defaultValue = "csv",
            description = "csv (default): a row a trial; json: an array of trials.")
    private Format format = Format.csv;

    ExportCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        ServiceClient client = context.client();
        Sweeps sweeps = new Sweeps(client);
        String id = sweeps.id(sweep);
        Terminal terminal = context.terminal();
        switch (format) {
            case csv -> terminal.out().print(client.text("/sweeps/" + id + "/table", "text/csv"));
            case json ->
                terminal.out()
                        .println(sweeps.trials(id, Optional.empty())
                                .path("items")
                                .toPrettyString());
        }
        return 0;
    }
}
