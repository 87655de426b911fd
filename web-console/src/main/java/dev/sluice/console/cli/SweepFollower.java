package dev.sluice.console.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Follows a sweep to its end with a progress line, and prints its result. Not thread-safe. */
final class SweepFollower {
    private static final Set<String> ENDED = Set.of("COMPLETED", "FAILED", "CANCELLED");
    /** A service may be restarted under a sweep; one that stays away so long is not coming back by itself. */
    private static final Duration AWAY_LIMIT = Duration.ofMinutes(2);

    private static final int BEST_SHOWN = 10;

    private final CommandContext context;
    private final ServiceClient client;
    private final InstantSource clock = InstantSource.system();

    SweepFollower(CommandContext context, ServiceClient client) {
        this.context = context;
        this.client = client;
    }

    /** Follows, prints the result table, and answers the exit code: 0 only for a sweep that COMPLETED. */
    int followToResult(String sweepId) {
        Thread detach = new Thread(() -> {
            context.terminal().err().println();
            context.terminal()
                    .err()
                    .println("Detached; sweep %s goes on. Follow it again with ./sluice show %s -f"
                            .formatted(sweepId, ListCommand.shortId(sweepId)));
            context.terminal().err().flush();
            Runtime.getRuntime().halt(0);
        });
        Runtime.getRuntime().addShutdownHook(detach);
        JsonNode ended;
        try {
            ended = follow(sweepId);
        } finally {
            Runtime.getRuntime().removeShutdownHook(detach);
        }
        printResult(ended);
        return ended.path("state").asText().equals("COMPLETED") ? 0 : CommandFailure.FAILED;
    }

    static boolean hasEnded(JsonNode sweep) {
        return ENDED.contains(sweep.path("state").asText());
    }

    /** Answers the sweep as it ended. */
    JsonNode follow(String sweepId) {
        Instant begun = clock.instant();
        Instant answered = begun;
        long finishedAtStart = -1;
        try (ProgressLine progress = new ProgressLine(context.terminal(), clock)) {
            while (true) {
                try {
                    JsonNode sweep = client.get("/sweeps/" + sweepId);
                    answered = clock.instant();
                    if (hasEnded(sweep)) {
                        return sweep;
                    }
                    if (finishedAtStart < 0) {
                        finishedAtStart = Counts.of(sweep).finished();
                    }
                    progress.update(inWords(sweep, Duration.between(begun, answered), finishedAtStart));
                } catch (CommandFailure failure) {
                    Duration away = Duration.between(answered, clock.instant());
                    if (!failure.isUnreachable() || away.compareTo(AWAY_LIMIT) > 0) {
                        throw failure;
                    }
                    progress.update("the service is away for %s; waiting for it".formatted(Figures.of(away)));
                }
                pause();
            }
        }
    }

    private void pause() {
        try {
            Thread.sleep(context.pollInterval());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw CommandFailure.failed("interrupted");
        }
    }

    /** {@code digits-cnn: 17/40 trials done, 2 running, 5 pruned, best val_accuracy 0.9722 (#12), about 2 min 10 s left}. */
    static String inWords(JsonNode sweep, Duration elapsed, long finishedAtStart) {
        Counts counts = Counts.of(sweep);
        long budget = sweep.path("spec").path("budget").path("trials").asLong();
        List<String> parts = new ArrayList<>();
        parts.add(counts.finished() + (budget > 0 ? "/" + budget : "") + " trials done");
        parts.add(counts.running() + " running");
        parts.add(counts.pruned() + " pruned");
        if (counts.failed() > 0) {
            parts.add(counts.failed() + " failed");
        }
        BestTrial.of(sweep).ifPresent(best -> parts.add("best " + best.metric() + " " + best.summary()));
        parts.add(Figures.of(elapsed));
        long finishedSince = counts.finished() - finishedAtStart;
        if (budget > counts.finished() && finishedSince > 0) {
            Duration left = elapsed.multipliedBy(budget - counts.finished()).dividedBy(finishedSince);
            parts.add("about " + Figures.of(left) + " left");
        }
        String mlflow = sweep.path("mlflow").path("state").asText("UP");
        if (mlflow.equals("STARTING")) {
            parts.add("MLflow still starts");
        } else if (mlflow.equals("AWAY")) {
            parts.add("MLflow is away, %d points waiting"
                    .formatted(sweep.path("mlflow").path("pointsWaiting").asLong()));
        }
        String state = sweep.path("state").asText();
        return sweep.path("name").asText("sweep") + (state.equals("RUNNING") ? "" : " " + state) + ": "
                + String.join(", ", parts);
    }

    /** The best trials as a table, or with several objectives those that no other one beats, and what became of the sweep. */
    void printResult(JsonNode sweep) {
        Terminal terminal = context.terminal();
        JsonNode trials = new Sweeps(client)
                .trials(Sweeps.text(sweep, "id"), Optional.empty())
                .path("items");
        List<JsonNode> best = new ArrayList<>();
        trials.forEach(trial -> {
            if (trial.path("values").size() > 0) {
                best.add(trial);
            }
        });
        Optional<ParetoFront> front = ParetoFront.of(client, sweep);
        front.ifPresent(found -> best.removeIf(trial -> !found.holds(trial)));
        List<Objectives.Goal> goals = Objectives.of(sweep);
        if (!goals.isEmpty()) {
            best.sort(Objectives.better(goals.get(0)));
        }
        List<JsonNode> shown = best.subList(0, Math.min(best.size(), BEST_SHOWN));
        if (!shown.isEmpty()) {
            TrialTable.of(sweep, shown).print(terminal);
            terminal.out().println();
        }
        String reason = sweep.path("reason").asText("");
        terminal.out()
                .println("%s %s%s: %s"
                        .formatted(
                                sweep.path("name").asText("sweep"),
                                sweep.path("state").asText(),
                                reason.isEmpty() || reason.equals("null") ? "" : " (" + reason + ")",
                                Counts.of(sweep).inWords()));
        String all = "all: ./sluice trials " + ListCommand.shortId(Sweeps.text(sweep, "id"));
        if (front.isPresent()) {
            String which = best.size() > shown.size()
                    ? "%d of the %d trials that no other beats are shown".formatted(shown.size(), best.size())
                    : "Shown are those that no other beats, within the constraints";
            terminal.out().println((best.isEmpty() ? "No trial completed within the constraints" : which) + "; " + all);
        } else if (best.size() > shown.size()) {
            terminal.out().println("The %d best are shown; %s".formatted(shown.size(), all));
        }
        if (sweep.path("mlflow").path("url").isTextual()) {
            terminal.out().println("MLflow: " + sweep.path("mlflow").path("url").asText());
        }
    }
}
