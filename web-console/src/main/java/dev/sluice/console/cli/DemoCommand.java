package dev.sluice.console.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "demo",
        description = {
            "The main job from end to end: starts the service and a local MLflow, searches for a network that reads"
                    + " handwritten digits, promotes the best checkpoint, reads it back in Python, and keeps serving."
        },
        footer = {
            "",
            "The first run fetches MLflow, which takes some minutes. Run again, it makes a new sweep and a new version.",
            "",
            "Examples:",
            "  ./sluice demo",
            "  ./sluice demo --exit --port 9000 --data /tmp/demo"
        })
final class DemoCommand implements Callable<Integer> {
    private static final Duration START_LIMIT = Duration.ofMinutes(3);
    /** MLflow may have to be fetched and started first, and all that was recorded to be shipped. */
    private static final Duration PROMOTION_LIMIT = Duration.ofMinutes(20);

    /** A server that is away comes back by itself or not at all: Python may be missing. */
    private static final Duration AWAY_LIMIT = Duration.ofMinutes(2);

    private static final Duration CANCEL_LIMIT = Duration.ofSeconds(20);

    private static final Duration DELIVERY_LIMIT = Duration.ofMinutes(5);

    private final CommandContext context;
    private final InstantSource clock = InstantSource.system();

    @Option(names = "--exit", description = "Stop everything at the end; exit with 0 only if all of it held.")
    private boolean exit;

    @Option(names = "--port", defaultValue = "8420", description = "The service's port (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where sweeps, trials and the local MLflow are kept (default: .sluice beside ./sluice).")
    private @Nullable Path data;

    DemoCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (port < 1 || port > 65535) {
            throw CommandFailure.wrongUsage("--port must be a number from 1 to 65535, was " + port);
        }
        Path folder = (data == null ? context.home().resolve(".sluice") : data)
                .toAbsolutePath()
                .normalize();
        try {
            Files.createDirectories(folder);
        } catch (IOException forbidden) {
            throw CommandFailure.failed(
                    "the data folder %s cannot be made: %s".formatted(folder, forbidden.getMessage()));
        }
        requireFree(port);
        SweepFile file =
                SweepFile.read(context.home().resolve("examples/digits.yaml").toString());
        boolean held;
        try (ServiceProcess service = ServiceProcess.start(context.home(), port, folder)) {
            ServiceClient client = context.client(URI.create("http://127.0.0.1:" + port));
            try (ProgressLine progress = new ProgressLine(context.terminal(), clock)) {
                service.awaitReady(client, progress, START_LIMIT);
                held = demonstrate(client, file, service, progress);
            }
            if (!exit) {
                say("The service keeps running; Ctrl-C ends it.");
                return service.awaitEnd();
            }
            say("Stopping the service and its MLflow ...");
        }
        return held ? 0 : CommandFailure.FAILED;
    }

    private boolean demonstrate(ServiceClient client, SweepFile file, ServiceProcess service, ProgressLine progress)
            throws IOException, InterruptedException {
        JsonNode submitted = SweepSubmission.submit(client, file);
        String sweepId = Sweeps.text(submitted, "id");
        String console = submitted.path("links").path("console").asText(client.base() + "/");
        progress.keep(
                "Sweep %s; watch it at %s".formatted(submitted.path("name").asText(), console));
        JsonNode mlflow = client.get("/tracking");
        if (!mlflow.path("detail").asText("").isEmpty()) {
            progress.keep("MLflow: " + mlflow.path("detail").asText());
        }
        if (exit) { // everything is to end, trials too
            service.beforeStop(() -> cancel(client, sweepId));
        }
        SweepFollower follower = new SweepFollower(context, client);
        JsonNode sweep = follower.follow(sweepId);
        follower.printResult(sweep);
        context.terminal().out().flush();
        if (!sweep.path("state").asText().equals("COMPLETED")) {
            say("sluice: the sweep did not complete");
            return false;
        }
        JsonNode promotion = awaitPromotion(client, sweepId, progress);
        awaitDelivery(client, sweepId, progress);
        JsonNode tracking = client.get("/tracking");
        JsonNode champion = ChampionReader.read(context, Sweeps.text(tracking, "uri"), promotion, progress);
        progress.close();
        print(
                console,
                client.get("/sweeps/" + sweepId).path("mlflow").path("url").asText(""),
                Sweeps.text(tracking, "uri"),
                promotion,
                champion);
        return true;
    }

    /** The promotion that the sweep file asks for, DONE. */
    private JsonNode awaitPromotion(ServiceClient client, String sweepId, ProgressLine progress)
            throws InterruptedException {
        Instant begun = clock.instant();
        Instant lastSeen = begun;
        while (true) {
            JsonNode promotion = client.get("/sweeps/" + sweepId + "/promotions")
                    .path("items")
                    .path(0);
            String state = promotion.path("state").asText("");
            if (state.equals("DONE")) {
                return promotion;
            }
            if (state.equals("REFUSED") || state.equals("FAILED")) {
                throw CommandFailure.failed("the promotion was %s: %s"
                        .formatted(state, promotion.path("reason").asText()));
            }
            Duration waited = Duration.between(begun, clock.instant());
            if (waited.compareTo(PROMOTION_LIMIT) > 0) {
                throw CommandFailure.failed("the best checkpoint was not promoted within " + Figures.of(waited));
            }
            JsonNode tracking = client.get("/tracking");
            String mlflow = tracking.path("state").asText("UP");
            if (mlflow.equals("UP") || mlflow.equals("STARTING")) {
                lastSeen = clock.instant();
            } else if (Duration.between(lastSeen, clock.instant()).compareTo(AWAY_LIMIT) > 0) {
                throw CommandFailure.failed("nothing can be promoted, since MLflow is %s: %s"
                        .formatted(mlflow, tracking.path("detail").asText()));
            }
            String reason = promotion.path("reason").asText("");
            progress.update("promoting the best checkpoint (%s)%s%s"
                    .formatted(
                            Figures.of(waited),
                            reason.isEmpty() ? "" : ": " + reason,
                            mlflow.equals("UP") ? "" : " MLflow is " + mlflow));
            Thread.sleep(context.pollInterval());
        }
    }

    /** Waits until MLflow has all that the trials recorded. */
    private void awaitDelivery(ServiceClient client, String sweepId, ProgressLine progress)
            throws InterruptedException {
        Instant begun = clock.instant();
        while (true) {
            long waiting = client.get("/sweeps/" + sweepId)
                    .path("mlflow")
                    .path("pointsWaiting")
                    .asLong();
            if (waiting == 0) {
                return;
            }
            Duration waited = Duration.between(begun, clock.instant());
            if (waited.compareTo(DELIVERY_LIMIT) > 0) {
                throw CommandFailure.failed(
                        "%d points still wait for MLflow after %s".formatted(waiting, Figures.of(waited)));
            }
            progress.update("%d points on their way to MLflow (%s)".formatted(waiting, Figures.of(waited)));
            Thread.sleep(context.pollInterval());
        }
    }

    /** Ends a sweep that goes on, and waits for its trials to end; one that is over is left as it is. */
    private void cancel(ServiceClient client, String sweepId) {
        try {
            Instant begun = clock.instant();
            client.post("/sweeps/" + sweepId + "/cancel", null);
            while (!SweepFollower.hasEnded(client.get("/sweeps/" + sweepId))
                    && Duration.between(begun, clock.instant()).compareTo(CANCEL_LIMIT) < 0) {
                Thread.sleep(context.pollInterval());
            }
        } catch (CommandFailure over) {
            // COMPLETED meanwhile, or the service is gone
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void print(String console, String experiment, String mlflow, JsonNode promotion, JsonNode champion) {
        PrintWriter out = context.terminal().out();
        out.println();
        out.println("Champion   " + PromoteCommand.inWords(promotion));
        PromoteCommand.verification(promotion)
                .ifPresent(found -> out.println("           before the alias moved: " + found));
        out.println(
                "           read back in Python: %.4f of %d held-out images right, as its trainer says; logits differ by %.1e at most"
                        .formatted(
                                champion.path("accuracy").asDouble(),
                                champion.path("images").asInt(),
                                champion.path("largestDifference").asDouble()));
        out.println("Console    " + console);
        out.println("MLflow     " + experiment);
        out.println("Model      %s/#/models/%s/versions/%s?workflowType=machine_learning"
                .formatted(
                        mlflow,
                        ServiceClient.encode(promotion.path("model").asText()),
                        promotion.path("version").asText()));
        out.flush();
    }

    private void say(String sentence) {
        context.terminal().err().println(sentence);
        context.terminal().err().flush();
    }

    /** Fails where something else listens on the port, before a service is started that could not. */
    static void requireFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException taken) {
            throw CommandFailure.failed(
                    "port %d is taken by another program: stop it, or choose another port with --port".formatted(port));
        }
    }
}
