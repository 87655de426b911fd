package dev.sluice.console.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "list", description = "Lists sweeps, newest first.")
final class ListCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = "--state",
            defaultValue = "",
            description = "Only those in this state: RUNNING, PAUSED, STOPPING, COMPLETED, FAILED or CANCELLED.")
    private String state = "";

    @Option(names = "-q", defaultValue = "", paramLabel = "TEXT", description = "Only those whose name has this in it.")
    private String text = "";

    @Option(names = "--limit", defaultValue = "50", description = "At most so many (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Mixin
    private final OutputOption output = new OutputOption();

    ListCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (limit < 1) {
            throw CommandFailure.wrongUsage("--limit must be at least 1, was " + limit);
        }
        List<String> filters = new ArrayList<>();
        if (!state.isEmpty()) {
            filters.add("state=" + ServiceClient.encode(state));
        }
        if (!text.isEmpty()) {
            filters.add("q=" + ServiceClient.encode(text));
        }
        String query = filters.isEmpty() ? "" : "?" + String.join("&", filters);
        JsonNode list = new Sweeps(context.client()).sweeps(query, limit);
        if (output.printed(context.terminal(), list)) {
            return 0;
        }
        if (list.path("items").isEmpty()) {
            context.terminal().out().println("no sweeps; start one with ./sluice run FILE");
            return 0;
        }
        Instant now = Instant.now();
        TextTable table = new TextTable(List.of("ID", "NAME", "STATE", "DONE", "PRUNED", "FAILED", "BEST", "STARTED"));
        for (JsonNode sweep : list.path("items")) {
            Counts counts = Counts.of(sweep);
            table.add(List.of(
                    shortId(Sweeps.text(sweep, "id")),
                    sweep.path("name").asText("-"),
                    sweep.path("state").asText("-"),
                    Long.toString(counts.finished()),
                    Long.toString(counts.pruned()),
                    Long.toString(counts.failed()),
                    BestTrial.of(sweep).map(BestTrial::summary).orElse("-"),
                    Figures.age(sweep.path("createdAt"), now)));
        }
        table.print(context.terminal());
        return 0;
    }

    /** The first 13 characters of a UUIDv7 are its millisecond: unique but for sweeps made in the same one. */
    static String shortId(String id) {
        return id.length() == 36 ? id.substring(0, 13) : id;
    }
}
