package dev.sluice.console.study;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.search.space.ParameterValue;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.study.StudyEvent;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.TrialId;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Sweep events as they lie in the event table: a kind and a JSON payload. Written field by field, so that renaming a
 * class never changes what is on disk. Thread-safe.
 */
final class EventCodec {
    static final String ASKED = "ASKED";
    static final String ENQUEUED = "ENQUEUED";
    static final String IMPORTED = "IMPORTED";
    static final String STARTED = "STARTED";
    static final String REPORTED = "REPORTED";
    static final String TOLD = "TOLD";
    static final String REQUEUED = "REQUEUED";
    static final String STATE = "STATE";
    static final String WARM_STARTED = "WARM_STARTED";
    static final String STEERED = "STEERED";
    static final String ALERTED = "ALERTED";
    static final String ATTEMPT_STOPPING = "ATTEMPT_STOPPING";
    static final String ATTEMPT_ENDED = "ATTEMPT_ENDED";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** A kind and its payload. */
    record Stored(String kind, String payload) {}

    private EventCodec() {}

    static Stored write(SweepEvent event) {
        var json = JsonNodeFactory.instance.objectNode();
        var kind = switch (event) {
            case SweepEvent.StateChanged changed -> {
                json.put("state", changed.state().name()).put("reason", changed.reason());
                yield STATE;
            }
            case SweepEvent.WarmStarted started -> {
                var from = json.putArray("from");
                for (var earlier : started.from()) {
                    var entry = from.addObject()
                            .put("sweep", earlier.sweep().toString())
                            .put("name", earlier.name())
                            .put("trials", earlier.trials())
                            .put("points", earlier.points());
                    earlier.leftOut().forEach(entry.putArray("leftOut")::add);
                }
                yield WARM_STARTED;
            }
            case SweepEvent.Steered steered -> {
                json.put("who", steered.who())
                        .put("action", steered.action())
                        .put("before", steered.before())
                        .put("after", steered.after());
                yield STEERED;
            }
            case SweepEvent.Alerted alerted -> {
                json.put("attempt", alerted.attempt())
                        .put("rule", alerted.rule())
                        .put("message", alerted.message());
                yield ALERTED;
            }
            case SweepEvent.AttemptStopping stopping -> {
                json.put("attempt", stopping.attempt()).put("reason", stopping.reason());
                yield ATTEMPT_STOPPING;
            }
            case SweepEvent.AttemptEnded ended -> {
                json.put("attempt", ended.attempt())
                        .put("state", ended.state().name())
                        .put("reason", ended.reason());
                yield ATTEMPT_ENDED;
            }
            case SweepEvent.Studied studied -> write(studied.event(), json);
        };
        return new Stored(kind, json.toString());
    }

    private static String write(StudyEvent event, ObjectNode json) {
        return switch (event) {
            case StudyEvent.TrialAsked asked -> {
                json.set("values", params(asked.values()));
                json.put("seed", asked.seed()).put("basedOn", asked.basedOn()).put("reason", asked.reason());
                yield ASKED;
            }
            case StudyEvent.TrialEnqueued enqueued -> {
                json.set("values", params(enqueued.values()));
                json.put("seed", enqueued.seed());
                yield ENQUEUED;
            }
            case StudyEvent.TrialImported imported -> {
                json.set("params", params(imported.values()));
                json.put("source", imported.source());
                outcome(imported.outcome(), json);
                yield IMPORTED;
            }
            case StudyEvent.AttemptStarted started -> {
                json.put("attempt", started.attempt()).put("resumedFrom", started.resumedFrom());
                yield STARTED;
            }
            case StudyEvent.MeasurementReported reported -> {
                json.put("step", reported.measurement().step());
                json.set("values", metrics(reported.measurement().values()));
                json.put("prune", reported.pruneVerdict()).put("reason", reported.verdictReason());
                yield REPORTED;
            }
            case StudyEvent.TrialTold told -> {
                outcome(told.outcome(), json);
                yield TOLD;
            }
            case StudyEvent.TrialRequeued requeued -> {
                json.put("reason", requeued.reason());
                yield REQUEUED;
            }
        };
    }

    private static void outcome(Outcome outcome, ObjectNode json) {
        switch (outcome) {
            case Outcome.Completed c ->
                json.put("state", TrialState.COMPLETE.name()).set("values", metrics(c.values()));
            case Outcome.Pruned p -> json.put("state", TrialState.PRUNED.name()).put("reason", p.reason());
            case Outcome.Infeasible i ->
                json.put("state", TrialState.INFEASIBLE.name()).put("reason", i.reason());
            case Outcome.Failed f -> json.put("state", TrialState.FAILED.name()).put("reason", f.reason());
            case Outcome.Cancelled c ->
                json.put("state", TrialState.CANCELLED.name()).put("reason", c.reason());
        }
    }

    static SweepEvent read(String kind, int trial, String payload) {
        var json = parse(payload);
        var id = new TrialId(Math.max(trial, 0));
        return switch (kind) {
            case STATE -> new SweepEvent.StateChanged(SweepState.valueOf(text(json, "state")), text(json, "reason"));
            case WARM_STARTED -> new SweepEvent.WarmStarted(earlier(json.path("from")));
            case STEERED ->
                new SweepEvent.Steered(
                        trial, text(json, "who"), text(json, "action"), text(json, "before"), text(json, "after"));
            case ALERTED ->
                new SweepEvent.Alerted(trial, json.path("attempt").asInt(), text(json, "rule"), text(json, "message"));
            case ATTEMPT_STOPPING ->
                new SweepEvent.AttemptStopping(trial, json.path("attempt").asInt(), text(json, "reason"));
            case ATTEMPT_ENDED ->
                new SweepEvent.AttemptEnded(
                        trial,
                        json.path("attempt").asInt(),
                        AttemptState.valueOf(text(json, "state")),
                        text(json, "reason"));
            case ASKED ->
                new SweepEvent.Studied(new StudyEvent.TrialAsked(
                        id,
                        params(json.path("values")),
                        json.path("seed").asLong(),
                        json.path("basedOn").asLong(),
                        text(json, "reason")));
            case ENQUEUED ->
                new SweepEvent.Studied(new StudyEvent.TrialEnqueued(
                        id, params(json.path("values")), json.path("seed").asLong()));
            case IMPORTED ->
                new SweepEvent.Studied(new StudyEvent.TrialImported(
                        id, params(json.path("params")), outcome(json), text(json, "source")));
            case STARTED ->
                new SweepEvent.Studied(new StudyEvent.AttemptStarted(
                        id,
                        json.path("attempt").asInt(),
                        json.path("resumedFrom").asLong()));
            case REPORTED ->
                new SweepEvent.Studied(new StudyEvent.MeasurementReported(
                        id, measurement(json), json.path("prune").asBoolean(), text(json, "reason")));
            case TOLD -> new SweepEvent.Studied(new StudyEvent.TrialTold(id, outcome(json)));
            case REQUEUED -> new SweepEvent.Studied(new StudyEvent.TrialRequeued(id, text(json, "reason")));
            default ->
                throw new IllegalStateException("The event log holds a kind that this version does not know: " + kind);
        };
    }

    private static List<EarlierSweep> earlier(JsonNode json) {
        var from = new ArrayList<EarlierSweep>();
        for (var entry : json) {
            var leftOut = new ArrayList<String>();
            entry.path("leftOut").forEach(sentence -> leftOut.add(sentence.asText()));
            from.add(new EarlierSweep(
                    UUID.fromString(text(entry, "sweep")),
                    text(entry, "name"),
                    entry.path("trials").asInt(),
                    entry.path("points").asInt(),
                    leftOut));
        }
        return from;
    }

    static Measurement measurement(String payload) {
        return measurement(parse(payload));
    }

    /** Metric values as JSON; NaN and infinities as text, since JSON has none. */
    static ObjectNode metrics(Map<String, Double> values) {
        var json = JsonNodeFactory.instance.objectNode();
        values.forEach((name, value) -> {
            if (Double.isFinite(value)) {
                json.put(name, value);
            } else {
                json.put(name, Double.toString(value));
            }
        });
        return json;
    }

    static Map<String, Double> metrics(JsonNode json) {
        var values = new LinkedHashMap<String, Double>();
        json.properties()
                .forEach(e -> values.put(
                        e.getKey(),
                        e.getValue().isTextual()
                                ? Double.parseDouble(e.getValue().asText())
                                : e.getValue().asDouble()));
        return values;
    }

    static Map<String, Object> plain(JsonNode json) {
        return params(json).toPlain();
    }

    static ObjectNode plain(Map<String, Object> values) {
        return JSON.valueToTree(values);
    }

    static JsonNode parse(String payload) {
        try {
            return JSON.readTree(payload);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The event log holds a payload that is no JSON: " + payload, e);
        }
    }

    private static Measurement measurement(JsonNode json) {
        return new Measurement(json.path("step").asLong(), metrics(json.path("values")));
    }

    private static Outcome outcome(JsonNode json) {
        var reason = text(json, "reason");
        return switch (TrialState.valueOf(text(json, "state"))) {
            case COMPLETE -> new Outcome.Completed(metrics(json.path("values")));
            case PRUNED -> new Outcome.Pruned(reason);
            case INFEASIBLE -> new Outcome.Infeasible(reason);
            case FAILED -> new Outcome.Failed(reason);
            case CANCELLED -> new Outcome.Cancelled(reason);
            case QUEUED, RUNNING -> throw new IllegalStateException("no outcome: " + json);
        };
    }

    private static JsonNode params(ParameterValues values) {
        return JSON.valueToTree(values.toPlain());
    }

    private static ParameterValues params(JsonNode json) {
        var values = new LinkedHashMap<String, ParameterValue>();
        json.properties().forEach(e -> {
            var value = e.getValue();
            Object plain = value.isTextual()
                    ? value.asText()
                    : value.isBoolean()
                            ? (Object) value.asBoolean()
                            : value.isIntegralNumber() ? (Object) value.asLong() : (Object) value.asDouble();
            values.put(e.getKey(), ParameterValue.of(plain));
        });
        return ParameterValues.of(values);
    }

    private static String text(JsonNode json, String field) {
        return json.path(field).asText("");
    }
}
