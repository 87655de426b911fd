package dev.sluice.search.sampler.auto;

import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.SamplerContext;
import dev.sluice.search.sampler.Suggested;
import dev.sluice.search.trial.TrialHistory;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Chooses another sampler for each trial, by what the study plans and how far it has come, and says which and why in the reason of each
 * suggestion.
 *
 * <ul>
 *   <li>Where all points of a finite space are within the budget, each is tried once and then there is nothing more: in the order of a
 *       grid if they are very few, else in the order that the samplers below would have them.
 *   <li>With one objective, a Gaussian process while trials are few, and from the eleventh trial on in turn with the genetic sampler,
 *       covariance matrix adaptation and tree-structured Parzen estimators: the process is the quickest where the objective is smooth,
 *       the others get it out of where it is stuck.
 *   <li>When trials are many, or a great many run at a time, those three in turn without the process.
 *   <li>With several objectives, the expected growth of the front's hypervolume while trials are few, then, or with more than four, NSGA-II.
 * </ul>
 *
 * <p>All of these read the one history, whoever proposed a trial. So the answer is a function of history and random alone. Not thread-safe.
 */
public final class AutoSampler implements Sampler {
    private final SamplerContext context;
    private final Plan plan;
    private final Map<Algorithm, Sampler> samplers = new EnumMap<>(Algorithm.class);

    private AutoSampler(SamplerContext context) {
        this.context = context;
        this.plan = new Plan(context);
    }

    /** For what a study plans. */
    public static AutoSampler of(SamplerContext context) {
        return new AutoSampler(context);
    }

    /**
     * The next point.
     *
     * @return empty once all points of a space were tried that has no more than there are trials
     */
    @Override
    public Optional<Suggested> suggest(TrialHistory history, RandomGenerator random) {
        var choice = plan.choose(history);
        if (!plan.triesAll()) {
            return sampler(choice.algorithm()).suggest(history, random).map(suggested -> said(choice, suggested));
        }
        var untried = sampler(Algorithm.GRID).suggest(history, random);
        if (untried.isEmpty() || choice.algorithm() == Algorithm.GRID) {
            return untried.map(suggested -> said(choice, suggested));
        }
        return sampler(choice.algorithm())
                .suggest(history, random)
                .filter(suggested -> history.occurrences(suggested.values()) == 0)
                .or(() -> untried)
                .map(suggested -> said(choice, suggested));
    }

    private Sampler sampler(Algorithm algorithm) {
        return samplers.computeIfAbsent(algorithm, chosen -> chosen.make(context));
    }

    /** The chosen one's own words follow, without its name at their front. */
    private static Suggested said(Choice choice, Suggested suggested) {
        var name = choice.algorithm().label();
        var own = suggested.reason().startsWith(name + ": ")
                ? suggested.reason().substring(name.length() + 2)
                : suggested.reason();
        return new Suggested(suggested.values(), "auto: %s, since %s: %s".formatted(name, choice.since(), own));
    }
}
