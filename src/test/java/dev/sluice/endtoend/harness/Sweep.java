package dev.sluice.endtoend.harness;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A sweep as REST shows it. */
public final class Sweep {
    private static final Set<String> OVER = Set.of("COMPLETED", "CANCELLED", "FAILED");

    private final Service service;
    private final String id;

    Sweep(Service service, String id) {
        this.service = service;
        this.id = id;
    }

    public String id() {
        return id;
    }

    public String path() {
        return "/api/v1/sweeps/" + id;
    }

    public JsonNode view() {
        return service.rest().get(path()).expect(200).json();
    }

    public String state() {
        return view().path("state").asText();
    }

    /** All trials by number, through all pages; without reports and attempts. */
    public List<JsonNode> trials() {
        var trials = new ArrayList<JsonNode>();
        var page = service.rest().get(path() + "/trials?limit=100").expect(200).json();
        trials.addAll(Json.list(page.path("items")));
        while (!page.path("nextCursor").isNull()) {
            page = service.rest()
                    .get(path() + "/trials?limit=100&cursor="
                            + page.path("nextCursor").asText())
                    .expect(200)
                    .json();
            trials.addAll(Json.list(page.path("items")));
        }
        return trials;
    }

    /** One trial, with its reports and attempts. */
    public JsonNode trial(int number) {
        return trial(trials().get(number).path("id").asText());
    }

    public JsonNode trial(String trialId) {
        return service.rest().get("/api/v1/trials/" + trialId).expect(200).json();
    }

    /** All trials, with their reports and attempts. */
    public List<JsonNode> wholeTrials() {
        return trials().stream().map(t -> trial(t.path("id").asText())).toList();
    }

    /** Waits until it is over, and gives it. */
    public JsonNode awaitEnd() {
        return Waiting.until(
                "sweep %s to end".formatted(id),
                Waiting.LONG,
                this::view,
                view -> OVER.contains(view.path("state").asText()));
    }

    /** Waits until all of it is in MLflow and its runs are closed, and gives it. */
    public JsonNode awaitDelivered() {
        awaitEnd();
        return Waiting.until(
                "sweep %s to be in MLflow".formatted(id),
                Waiting.LONG,
                this::view,
                view -> view.path("mlflow").path("delivered").asBoolean());
    }

    /** Waits until a trial of this number is in this state, and gives it. */
    public JsonNode awaitTrial(int number, String state) {
        Waiting.until(
                "trial %d of sweep %s to be %s".formatted(number, id, state),
                Waiting.LONG,
                this::trials,
                trials -> trials.size() > number
                        && trials.get(number).path("state").asText().equals(state));
        return trial(number);
    }

    /** Waits until this many trials are running and have all reported this step. */
    public List<JsonNode> awaitRunning(int count, long step) {
        return Waiting.until(
                "%d trials of sweep %s to be running at step %d".formatted(count, id, step),
                Waiting.LONG,
                () -> trials().stream()
                        .filter(t -> t.path("state").asText().equals("RUNNING")
                                && t.path("step").asLong() >= step)
                        .toList(),
                running -> running.size() >= count);
    }

    /** The promotions, newest first. */
    public List<JsonNode> promotions() {
        return Json.list(
                service.rest().get(path() + "/promotions").expect(200).json().path("items"));
    }

    /** Waits until its newest promotion is not running any more, and gives that. */
    public JsonNode awaitPromotion() {
        return Waiting.until(
                        "a promotion of sweep %s to end".formatted(id),
                        Waiting.LONG,
                        this::promotions,
                        promotions -> !promotions.isEmpty()
                                && !promotions.getFirst().path("state").asText().equals("RUNNING"))
                .getFirst();
    }

    @Override
    public String toString() {
        return view().toPrettyString();
    }
}
