package dev.sluice.console.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "alerts", description = "Lists what was worth a person's attention, newest first, and who was told.")
final class AlertsCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(
            arity = "0..1",
            paramLabel = "SWEEP",
            description =
                    "An id, the start of one, the newest of that name, or 'latest'; left out: all, and the service's.")
    private String sweep = "";

    @Option(names = "--limit", defaultValue = "50", description = "How many, at most 500.")
    private int limit = 50;

    @Mixin
    private final OutputOption output = new OutputOption();

    AlertsCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        var of = sweep.isEmpty() ? "" : "&sweep=" + Sweeps.text(new Sweeps(context.client()).find(sweep), "id");
        JsonNode alerts = context.client().get("/alerts?limit=%d%s".formatted(limit, of));
        if (output.printed(context.terminal(), alerts)) {
            return 0;
        }
        Instant now = Instant.now();
        var table = new TextTable(List.of("AGE", "SEVERITY", "RULE", "SWEEP", "TRIAL", "MESSAGE", "TOLD"));
        for (JsonNode alert : alerts.path("items")) {
            table.add(List.of(
                    Figures.age(alert.path("at"), now),
                    alert.path("severity").asText("-"),
                    alert.path("rule").asText("-"),
                    alert.path("sweep").isTextual()
                            ? ListCommand.shortId(alert.path("sweep").asText())
                            : "-",
                    alert.path("trial").isNumber() ? alert.path("trial").asText() : "-",
                    alert.path("message").asText(""),
                    told(alert.path("deliveries"))));
        }
        table.print(context.terminal());
        return 0;
    }

    private static String told(JsonNode deliveries) {
        var told = new ArrayList<String>();
        for (JsonNode delivery : deliveries) {
            var state = delivery.path("state").asText();
            told.add(delivery.path("webhook").asText()
                    + (state.equals("DELIVERED") ? "" : " (" + state.toLowerCase(Locale.ROOT) + ")"));
        }
        return told.isEmpty() ? "-" : String.join(", ", told);
    }
}
