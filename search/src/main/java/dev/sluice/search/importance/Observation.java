package dev.sluice.search.importance;

import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What one trial says of its values.
 *
 * @param cost its result as something to be minimised; NaN and infinities say nothing and are passed over
 */
public record Observation(ParameterValues values, double cost) {
    public Observation {
        Objects.requireNonNull(values, "values");
    }

    /** The COMPLETE trials of a history by one objective. */
    public static List<Observation> of(TrialHistory history, int objective) {
        var direction = history.objectives().get(objective).direction();
        var observations = new ArrayList<Observation>();
        for (Trial trial : history.in(TrialState.COMPLETE)) {
            trial.objectiveValue(objective)
                    .ifPresent(value -> observations.add(new Observation(trial.values(), direction.toCost(value))));
        }
        return observations;
    }
}
