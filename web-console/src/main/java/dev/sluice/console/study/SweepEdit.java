package dev.sluice.console.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.console.problem.Problem;
import dev.sluice.console.specification.SweepSpecification;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What an edit changes of a sweep file: the fields that differ, as they were and as they became. Fields of sections are told apart, so
 * that {@code budget} with another number of trials shows that number alone; what is missing on one side was not there.
 */
public record SweepEdit(ObjectNode before, ObjectNode after) {
    /** What a running sweep can become another in. */
    private static final Set<String> EDITABLE = Set.of(
            "description",
            "labels",
            "parameters",
            "parameterConstraints",
            "budget",
            "retries",
            "failurePolicies",
            "alerts",
            "priority",
            "promotion");
    /** Points that the sweep began with: they have their trials, and need not be points of the space any more. */
    private static final String ENQUEUE = "enqueue";

    /** What of a parameter decides which points there can be at all. */
    private static final List<String> KEPT_OF_PARAMETER = List.of("type", "when");

    static SweepEdit between(SweepSpecification before, SweepSpecification after) {
        var was = JsonNodeFactory.instance.objectNode();
        var became = JsonNodeFactory.instance.objectNode();
        compare(before.toJson().without(ENQUEUE), after.toJson().without(ENQUEUE), 2, was, became);
        return new SweepEdit(was, became);
    }

    boolean isNothing() {
        return before.isEmpty() && after.isEmpty();
    }

    /**
     * What a patch is applied to: the file without the points that it began with.
     *
     * @throws dev.sluice.console.problem.ProblemException {@link Problem.Invalid} if the patch has such points itself
     */
    public static ObjectNode patchable(SweepSpecification file, ObjectNode patch) {
        if (patch.has(ENQUEUE)) {
            throw Problem.Invalid.at(
                            "/" + ENQUEUE,
                            "`enqueue` is what a sweep begins with; points are put in the queue of this one by POST …/trials.")
                    .exception();
        }
        return file.toJson().without(ENQUEUE);
    }

    /**
     * The edited file, if only such fields are others as may be.
     *
     * @throws dev.sluice.console.problem.ProblemException {@link Problem.Invalid} with each field that may not
     */
    public static SweepSpecification checked(SweepSpecification before, SweepSpecification after) {
        var faults = new ArrayList<Problem.Fault>();
        var was = before.toJson();
        var becomes = after.toJson();
        for (var field : fields(was, becomes)) {
            if (!EDITABLE.contains(field)
                    && !field.equals(ENQUEUE)
                    && !was.path(field).equals(becomes.path(field))) {
                faults.add(new Problem.Fault(
                        "/" + field,
                        "`%s` of a sweep that has begun cannot be edited; a clone of the sweep can have another."
                                .formatted(field)));
            }
        }
        var old = was.path("parameters");
        var edited = becomes.path("parameters");
        for (var name : fields(old, edited)) {
            var pointer = "/parameters/" + name.replace("~", "~0").replace("/", "~1");
            if (!old.has(name) || !edited.has(name)) {
                faults.add(new Problem.Fault(
                        pointer,
                        "The parameter `%s` cannot be %s while the sweep goes on, only ranges and choices can be edited; a clone of the sweep can have other parameters."
                                .formatted(name, old.has(name) ? "taken out" : "added")));
                continue;
            }
            for (var kept : KEPT_OF_PARAMETER) {
                if (!old.path(name).path(kept).equals(edited.path(name).path(kept))) {
                    faults.add(new Problem.Fault(
                            pointer + "/" + kept,
                            "`%s` of the parameter `%s` cannot be edited; a clone of the sweep can have another."
                                    .formatted(kept, name)));
                }
            }
        }
        if (!faults.isEmpty()) {
            throw new Problem.Invalid("The edit changes what a sweep that has begun must keep.", faults).exception();
        }
        return after;
    }

    private static void compare(JsonNode was, JsonNode becomes, int depth, ObjectNode before, ObjectNode after) {
        for (var field : fields(was, becomes)) {
            var one = was.path(field);
            var other = becomes.path(field);
            if (one.equals(other)) {
                continue;
            }
            if (depth > 0 && one.isObject() && other.isObject()) {
                compare(one, other, depth - 1, before.withObjectProperty(field), after.withObjectProperty(field));
            } else {
                if (!one.isMissingNode()) {
                    before.set(field, one);
                }
                if (!other.isMissingNode()) {
                    after.set(field, other);
                }
            }
        }
    }

    private static Set<String> fields(JsonNode one, JsonNode other) {
        var fields = new LinkedHashSet<String>();
        one.fieldNames().forEachRemaining(fields::add);
        other.fieldNames().forEachRemaining(fields::add);
        return fields;
    }
}
