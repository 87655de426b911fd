package dev.sluice.console.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "show",
        description = "Shows one sweep: its state, counts, best trial and where it is in MLflow.",
        footer = {"", "Examples:", "  ./sluice show latest", "  ./sluice show digits-cnn -o json"})
final class ShowCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "SWEEP", description = "An id, the start of one, the newest of that name, or 'latest'.")
    private String sweep = "";

    @Option(
            names = {"-f", "--follow"},
            description = "Follow the sweep to its end, as ./sluice run does.")
    private boolean follow;

    @Mixin
    private final OutputOption output = new OutputOption();

    ShowCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        ServiceClient client = context.client();
        JsonNode found = new Sweeps(client).find(sweep);
        if (follow) {
            return new SweepFollower(context, client).followToResult(Sweeps.text(found, "id"));
        }
        if (!output.printed(context.terminal(), found)) {
            print(found);
        }
        return 0;
    }

    private void print(JsonNode found) {
        PrintWriter out = context.terminal().out();
        Instant now = Instant.now();
        line(out, "sweep", found.path("name").asText("-") + "  " + Sweeps.text(found, "id"));
        String description = found.path("spec").path("description").asText("");
        if (!description.isEmpty()) {
            line(out, "", description);
        }
        line(out, "state", found.path("state").asText("-") + reason(found));
        line(out, "trials", Counts.of(found).inWords());
        BestTrial.of(found).ifPresent(best -> {
            line(out, "best", best.metric() + " " + best.summary());
            line(out, "", inline(best.params()));
        });
        ParetoFront.of(context.client(), found)
                .filter(front -> !front.trials().isEmpty())
                .ifPresent(front -> line(out, "front", front.summary()));
        found.path("warmStart").forEach(earlier -> {
            line(
                    out,
                    "from",
                    "%s  %s: %d trials taken over, %d points tried first"
                            .formatted(
                                    earlier.path("name").asText("-"),
                                    earlier.path("sweep").asText("-"),
                                    earlier.path("trials").asInt(),
                                    earlier.path("points").asInt()));
            earlier.path("leftOut").forEach(sentence -> line(out, "", "not taken over: " + sentence.asText()));
        });
        line(out, "started", Figures.age(found.path("createdAt"), now));
        if (found.path("endedAt").isTextual()) {
            line(out, "ended", Figures.age(found.path("endedAt"), now));
        }
        JsonNode mlflow = found.path("mlflow");
        long waiting = mlflow.path("pointsWaiting").asLong();
        line(
                out,
                "mlflow",
                mlflow.path("state").asText("-")
                        + (waiting > 0 ? ", " + waiting + " points waiting" : "")
                        + (mlflow.path("url").isTextual()
                                ? "  " + mlflow.path("url").asText()
                                : ""));
        JsonNode console = found.path("links").path("console");
        if (console.isTextual()) {
            line(
                    out,
                    "console",
                    context.client().base().resolve(console.asText()).toString());
        }
    }

    private static String reason(JsonNode found) {
        String reason = found.path("reason").asText("");
        return reason.isEmpty() || reason.equals("null") ? "" : ": " + reason;
    }

    private static void line(PrintWriter out, String label, String text) {
        out.println("%-8s %s".formatted(label, text).stripTrailing());
    }

    /** {@code learning_rate=0.0125 hidden=64}. */
    static String inline(JsonNode params) {
        return params.properties().stream()
                .map((Map.Entry<String, JsonNode> entry) -> entry.getKey() + "=" + Figures.of(entry.getValue()))
                .collect(Collectors.joining(" "));
    }
}
