package dev.sluice.console.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "audit", description = "Lists who steered a sweep, when and how, newest first.")
final class AuditCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "SWEEP", description = "An id, the start of one, the newest of that name, or 'latest'.")
    private String sweep = "";

    @Option(names = "--limit", defaultValue = "100", description = "How many, at most 500.")
    private int limit = 100;

    @Mixin
    private final OutputOption output = new OutputOption();

    AuditCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        ServiceClient client = context.client();
        String id = new Sweeps(client).id(sweep);
        JsonNode audit = client.get("/sweeps/%s/audit?limit=%d".formatted(id, limit));
        if (output.printed(context.terminal(), audit)) {
            return 0;
        }
        Instant now = Instant.now();
        TextTable table = new TextTable(List.of("AGE", "WHO", "ACTION", "TRIAL", "BEFORE", "AFTER"));
        for (JsonNode entry : audit.path("items")) {
            table.add(List.of(
                    Figures.age(entry.path("at"), now),
                    entry.path("who").asText("-"),
                    entry.path("action").asText("-"),
                    entry.path("trial").isNumber() ? entry.path("trial").asText() : "-",
                    shown(entry.path("before")),
                    shown(entry.path("after"))));
        }
        table.print(context.terminal());
        return 0;
    }

    private static String shown(JsonNode value) {
        String text = value.isTextual() ? value.asText() : value.toString();
        return text.isEmpty() ? "-" : text;
    }
}
