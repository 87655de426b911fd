package dev.sluice.search.sampler.gp;

import dev.sluice.search.curve.CurveModel;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes a trial that was given up for what it would have come to, as a {@link CurveModel} has it that learnt from the trials that went
 * further; while none ran to its end, {@link AsShown}.
 */
final class CurveCosts implements PartialCosts {
    private final PartialCosts withoutEnd = new AsShown();

    @Override
    public List<Guess> guess(Objective objective, List<Trial> concluded, int[] pruned) {
        boolean hasEnd = concluded.stream()
                .anyMatch(trial ->
                        trial.state() == TrialState.COMPLETE && Double.isFinite(AsShown.cost(objective, trial)));
        if (!hasEnd) {
            return withoutEnd.guess(objective, concluded, pruned);
        }
        // learnt anew for each question, since these come for earlier moments too
        var curves = CurveModel.of(objective, concluded);
        List<Guess> guesses = new ArrayList<>(pruned.length);
        for (int index : pruned) {
            var prediction = curves.predict(objective, concluded.get(index));
            guesses.add(new Guess(prediction.cost(), prediction.deviation()));
        }
        return guesses;
    }
}
