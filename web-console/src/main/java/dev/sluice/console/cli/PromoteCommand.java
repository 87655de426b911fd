package dev.sluice.console.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "promote",
        description = "Makes a trial's best checkpoint a version of a registered model in MLflow.",
        footer = {
            "",
            "Examples:",
            "  ./sluice promote latest --model digits --alias champion",
            "  ./sluice promote digits-cnn --trial 17 --model digits"
        })
final class PromoteCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "SWEEP", description = "An id, the start of one, the newest of that name, or 'latest'.")
    private String sweep = "";

    @Option(
            names = "--trial",
            paramLabel = "N",
            defaultValue = "-1",
            description = "The trial's number (default: the best trial).")
    private int trial;

    @Option(names = "--model", required = true, description = "The registered model's name.")
    private String model = "";

    @Option(
            names = "--alias",
            defaultValue = "",
            description = "The alias that then points at the new version (default: champion).")
    private String alias = "";

    @Mixin
    private final OutputOption output = new OutputOption();

    PromoteCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        ServiceClient client = context.client();
        Sweeps sweeps = new Sweeps(client);
        String sweepId = sweeps.id(sweep);
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        if (trial >= 0) {
            request.put("trialId", sweeps.trialId(sweepId, trial));
        }
        request.put("model", model);
        if (!alias.isEmpty()) {
            request.put("alias", alias);
        }
        JsonNode promotion = client.post("/sweeps/" + sweepId + "/promotions", request);
        Duration pause = context.pollInterval();
        while (promotion.path("state").asText().equals("RUNNING")) {
            Thread.sleep(pause);
            promotion = client.get("/promotions/" + Sweeps.text(promotion, "id"));
        }
        boolean done = promotion.path("state").asText().equals("DONE");
        if (!output.printed(context.terminal(), promotion)) {
            if (!done) {
                throw CommandFailure.failed("the promotion was %s: %s"
                        .formatted(
                                promotion.path("state").asText("not done"),
                                promotion.path("reason").asText("no reason given")));
            }
            context.terminal().out().println(inWords(promotion));
        }
        return done ? 0 : CommandFailure.FAILED;
    }

    /** {@code digits version 3, alias champion}. */
    static String inWords(JsonNode promotion) {
        String alias = promotion.path("alias").asText("");
        return "%s version %s%s"
                .formatted(
                        promotion.path("model").asText(),
                        promotion.path("version").asText(),
                        alias.isEmpty() || alias.equals("null") ? "" : ", alias " + alias);
    }
}
