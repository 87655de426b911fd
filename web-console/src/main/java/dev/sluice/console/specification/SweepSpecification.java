package dev.sluice.console.specification;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.OutcomeConstraint;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * A sweep file that was found right, with all that it leaves out filled in. Immutable and thread-safe; equal if the
 * normalised files are.
 *
 * @param name        one line, at most 200 characters; not unique
 * @param description free text; empty where the file has none
 * @param labels      free words by free words
 * @param goals what trials are measured by: one objective or several, and what results must keep to
 * @param space       the parameters and the constraints over them
 * @param enqueue     points to try first, completed
 * @param warmStart   empty: it begins with nothing
 * @param priority    among sweeps that wait for devices the higher one goes first; {@code [-1000, 1000]}
 * @param promotion   empty: promotion by hand
 */
public record SweepSpecification(
        String name,
        String description,
        Map<String, String> labels,
        Goals goals,
        SearchSpace space,
        List<ParameterValues> enqueue,
        Optional<WarmStartSection> warmStart,
        SearchSection search,
        PruningSection pruning,
        BudgetSection budget,
        TrialSection trial,
        ResourcesSection resources,
        int priority,
        RetriesSection retries,
        List<FailurePolicy> failurePolicies,
        List<AlertRule> alerts,
        TrackingSection tracking,
        Optional<PromotionSection> promotion) {

    public SweepSpecification {
        labels = ordered(labels);
        enqueue = List.copyOf(enqueue);
        failurePolicies = List.copyOf(failurePolicies);
        alerts = List.copyOf(alerts);
    }

    public List<Objective> objectives() {
        return goals.objectives();
    }

    /** What results must keep to. */
    public List<OutcomeConstraint> constraints() {
        return goals.constraints();
    }

    /** The same sweep that begins with what these know. */
    public SweepSpecification withWarmStart(WarmStartSection section) {
        return new SweepSpecification(
                name,
                description,
                labels,
                goals,
                space,
                enqueue,
                Optional.of(section),
                search,
                pruning,
                budget,
                trial,
                resources,
                priority,
                retries,
                failurePolicies,
                alerts,
                tracking,
                promotion);
    }

    /** The normalised file: nothing left out that has a default, and a {@code type} on each parameter. */
    public ObjectNode toJson() {
        return NormalForm.of(this);
    }

    /**
     * Reads a normalised file back. The trainer's catalogue is not asked: what was right at submission stays right.
     *
     * @throws IllegalArgumentException if it is not a right sweep file, with all errors
     */
    public static SweepSpecification fromNormalised(JsonNode normalised) {
        // The seed is in the file: this generator is never asked.
        ReadResult result = new SpecificationReader(TrainerCatalog.absent(), new Random(0)).read(normalised);
        return switch (result) {
            case ReadResult.Valid valid -> valid.specification();
            case ReadResult.Invalid invalid ->
                throw new IllegalArgumentException("not a normalised sweep file: " + invalid.errors());
        };
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SweepSpecification that && toJson().equals(that.toJson());
    }

    @Override
    public int hashCode() {
        return toJson().hashCode();
    }

    /** An unmodifiable copy in the same order. */
    static <T> Map<String, T> ordered(Map<String, T> map) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }
}
