package dev.sluice.console.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "promote",
        description = "Makes a trial's best checkpoint a version of a registered model in MLflow.",
        footer = {
            "",
            "Examples:",
            "  ./sluice promote latest --model digits",
            "  ./sluice promote latest --model digits --alias challenger",
            "  ./sluice promote digits-cnn --trial 17 --model digits",
            "  ./sluice promote latest --rollback"
        })
final class PromoteCommand implements Callable<Integer> {
    private static final String DEFAULT_ALIAS = "champion";

    private final CommandContext context;

    @Parameters(paramLabel = "SWEEP", description = "An id, the start of one, the newest of that name, or 'latest'.")
    private String sweep = "";

    @Option(
            names = "--trial",
            paramLabel = "N",
            defaultValue = "-1",
            description = "The trial's number (default: the best trial).")
    private int trial;

    @Option(names = "--model", defaultValue = "", description = "The registered model's name.")
    private String model = "";

    @Option(
            names = "--rollback",
            description = "Puts the alias of the sweep's newest promotion (of that model and alias, if given) back to"
                    + " where it was before.")
    private boolean rollback;

    @Option(
            names = "--alias",
            paramLabel = "A",
            description = "The alias that then points at the new version (default: champion; '': none).")
    private @Nullable String alias;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final OutputOption output = new OutputOption();

    PromoteCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (rollback && trial >= 0) {
            throw wrongUsage("--rollback and --trial do not go together");
        }
        if (!rollback && model.isEmpty()) {
            throw wrongUsage("a promotion needs the registered model's name: --model NAME");
        }
        ServiceClient client = context.client();
        Sweeps sweeps = new Sweeps(client);
        String sweepId = sweeps.id(sweep);
        if (rollback) {
            return rollBack(client, sweepId);
        }
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        if (trial >= 0) {
            request.put("trialId", sweeps.trialId(sweepId, trial));
        }
        request.put("model", model);
        String given = alias == null ? DEFAULT_ALIAS : alias;
        if (!given.isEmpty()) {
            request.put("alias", given);
        }
        JsonNode promotion = awaitEnd(client, client.post("/sweeps/" + sweepId + "/promotions", request), "RUNNING");
        boolean done = promotion.path("state").asText().equals("DONE");
        if (!output.printed(context.terminal(), promotion)) {
            if (!done) {
                throw CommandFailure.failed("the promotion was %s: %s"
                        .formatted(
                                promotion.path("state").asText("not done"),
                                promotion.path("reason").asText("no reason given")));
            }
            context.terminal().out().println(inWords(promotion));
            verification(promotion).ifPresent(found -> context.terminal().out().println("verified: " + found));
        }
        return done ? 0 : CommandFailure.FAILED;
    }

    private ParameterException wrongUsage(String sentence) {
        return new ParameterException(Objects.requireNonNull(spec).commandLine(), sentence);
    }

    private int rollBack(ServiceClient client, String sweepId) throws InterruptedException {
        String under = alias == null ? "" : alias;
        String id = "";
        for (JsonNode made : client.get("/sweeps/" + sweepId + "/promotions").path("items")) {
            boolean meant = made.path("state").asText().equals("DONE")
                    && made.path("alias").isTextual()
                    && (model.isEmpty() || made.path("model").asText().equals(model))
                    && (under.isEmpty() || made.path("alias").asText().equals(under));
            id = meant && id.isEmpty() ? Sweeps.text(made, "id") : id;
        }
        if (id.isEmpty()) {
            throw CommandFailure.failed("the sweep has no promotion%s%s that moved an alias and was not rolled back"
                    .formatted(model.isEmpty() ? "" : " of " + model, under.isEmpty() ? "" : " under " + under));
        }
        JsonNode promotion = awaitEnd(client, client.post("/promotions/" + id + "/rollback", null), "ROLLING_BACK");
        boolean done = promotion.path("state").asText().equals("ROLLED_BACK");
        if (!output.printed(context.terminal(), promotion)) {
            if (!done) {
                throw CommandFailure.failed(promotion.path("reason").asText("the alias was not put back"));
            }
            context.terminal().out().println(promotion.path("reason").asText());
        }
        return done ? 0 : CommandFailure.FAILED;
    }

    private JsonNode awaitEnd(ServiceClient client, JsonNode begun, String underWay) throws InterruptedException {
        Duration pause = context.pollInterval();
        JsonNode promotion = begun;
        while (promotion.path("state").asText().equals(underWay)) {
            Thread.sleep(pause);
            promotion = client.get("/promotions/" + Sweeps.text(promotion, "id"));
        }
        return promotion;
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

    /** How the model that MLflow holds was compared with the trainer's, where that is known. */
    static Optional<String> verification(JsonNode promotion) {
        return Optional.of(promotion.path("verification"))
                .filter(JsonNode::isTextual)
                .map(JsonNode::asText);
    }
}
