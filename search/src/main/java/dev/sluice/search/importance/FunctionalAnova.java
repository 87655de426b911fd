package dev.sluice.search.importance;

import dev.sluice.search.sampler.internal.Axis;
import dev.sluice.search.space.Parameter;
import dev.sluice.search.space.ParameterValue;
import dev.sluice.search.space.SearchSpace;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Functional ANOVA: Hutter, Hoos, Leyton-Brown, "An Efficient Approach for Assessing Hyperparameter Importance" (2014). What matters
 * over the whole space: the share of the variance of a random forest's prediction that each parameter explains by itself.
 *
 * <p>Conditions are respected: variance is taken over independent draws of <em>all</em> parameters, of which the forest sees those that are
 * active. So a parameter that is seldom active explains little, and its parent is not credited with it. The means over the other
 * parameters are taken over {@value #BACKGROUND} such draws, the same ones for each value, instead of exactly (the paper's algorithm 2
 * needs a space without conditions); by the law of total variance the noise that leaves is taken off.
 *
 * <p>Costs that lie far out are drawn in: a run that diverged would otherwise be all that is explained. Interactions are left out: the
 * shares are of what single parameters explain.
 *
 * <p>{@code O(n log n d)} to grow a tree, some tenths of a second for a thousand trials of ten parameters. Of a space with more than
 * {@value #MOST_PARAMETERS} parameters those that {@link PedAnova} finds the most important are judged, with their parents; of more
 * than {@value #MOST_TRIALS} trials, or than make {@value #MOST_CELLS} values of those parameters, a random sample is. {@link Importance#leftOut} says so.
 */
public final class FunctionalAnova {
    private static final int BACKGROUND = 192;
    private static final int LEVELS = 24;
    private static final int MOST_PARAMETERS = 60;
    private static final int MOST_TRIALS = 2000;
    private static final int MOST_CELLS = 60_000;

    /** Below this share of what there is, a variance is the rounding of sums. */
    private static final double NOTHING = 1e-12;

    private FunctionalAnova() {}

    /**
     * The importance of each parameter, by the observations with a finite cost.
     *
     * @param random of which the forest and the draws are a function
     */
    public static Importance of(SearchSpace space, List<Observation> observations, RandomGenerator random) {
        var counting = observations.stream()
                .filter(observation -> Double.isFinite(observation.cost()))
                .toList();
        if (counting.size() < Importance.FEWEST_TRIALS) {
            return Importance.tooFew(counting.size());
        }
        var judged = judged(space, counting);
        var sample =
                sample(counting, Math.clamp(MOST_CELLS / judged.size(), Importance.FEWEST_TRIALS, MOST_TRIALS), random);
        var table = new Table(judged, sample);
        var forest = Forest.grow(table, random);
        var background = new double[BACKGROUND][];
        for (int i = 0; i < BACKGROUND; i++) {
            background[i] = draw(table, random);
        }
        var weights = new LinkedHashMap<String, Double>();
        for (int p = 0; p < table.parameters(); p++) {
            weights.put(table.parameter(p).name(), explained(space, table, forest, background, p));
        }
        return Importance.of(weights, table.rows(), leftOut(space, judged, counting, sample));
    }

    /** All parameters, or those that seem to matter the most, with their parents. */
    private static List<Parameter> judged(SearchSpace space, List<Observation> observations) {
        if (space.order().size() <= MOST_PARAMETERS) {
            return space.order();
        }
        var chosen = new HashSet<String>();
        PedAnova.of(space, observations).shares().keySet().stream()
                .limit(MOST_PARAMETERS)
                .map(space::parameter)
                .forEach(parameter -> {
                    chosen.add(parameter.name());
                    for (var condition = parameter.condition();
                            condition.isPresent();
                            condition =
                                    space.parameter(condition.get().parent()).condition()) {
                        chosen.add(condition.get().parent());
                    }
                });
        return space.order().stream()
                .filter(parameter -> chosen.contains(parameter.name()))
                .toList();
    }

    /** At most so many, each as likely as any other. */
    private static List<Observation> sample(List<Observation> observations, int most, RandomGenerator random) {
        if (observations.size() <= most) {
            return observations;
        }
        var drawn = new ArrayList<Observation>(observations);
        for (int i = 0; i < most; i++) {
            Collections.swap(drawn, i, random.nextInt(i, drawn.size()));
        }
        return List.copyOf(drawn.subList(0, most));
    }

    private static String leftOut(
            SearchSpace space, List<Parameter> judged, List<Observation> observations, List<Observation> sample) {
        var said = new ArrayList<String>();
        if (judged.size() < space.order().size()) {
            said.add("of the %d parameters the %d with the largest PED-ANOVA are judged, with those they depend on"
                    .formatted(space.order().size(), MOST_PARAMETERS));
        }
        if (sample.size() < observations.size()) {
            said.add("of the %d trials %d drawn at random are judged".formatted(observations.size(), sample.size()));
        }
        return said.isEmpty() ? "" : String.join("; ", said) + ": a forest over all of them would take too long";
    }

    private static double[] draw(Table table, RandomGenerator random) {
        var point = new double[table.parameters()];
        for (int p = 0; p < point.length; p++) {
            point[p] = table.axis(p).drawUniform(random);
        }
        return point;
    }

    /** The variance of the mean prediction over the parameter's values. */
    private static double explained(
            SearchSpace space, Table table, Forest forest, double[][] background, int parameter) {
        var axis = table.axis(parameter);
        if (axis.kind() == Axis.Kind.CONSTANT) {
            return 0;
        }
        int levels = axis.kind() == Axis.Kind.CHOICE ? axis.choices() : LEVELS;
        var means = new double[levels];
        double within = 0;
        var centred = new double[BACKGROUND];
        var predictions = new double[levels][BACKGROUND];
        for (int level = 0; level < levels; level++) {
            double coordinate = axis.kind() == Axis.Kind.CHOICE ? level : axis.snap((level + 0.5) / levels);
            for (int i = 0; i < BACKGROUND; i++) {
                double before = background[i][parameter];
                background[i][parameter] = coordinate;
                predictions[level][i] = forest.predict(masked(space, table, background[i]));
                background[i][parameter] = before;
                means[level] += predictions[level][i] / BACKGROUND;
                centred[i] += predictions[level][i] / levels;
            }
        }
        double mean = 0;
        for (double m : means) {
            mean += m / levels;
        }
        double between = 0;
        for (int level = 0; level < levels; level++) {
            between += (means[level] - mean) * (means[level] - mean) / levels;
            for (int i = 0; i < BACKGROUND; i++) {
                double interaction = predictions[level][i] - means[level] - centred[i] + mean;
                within += interaction * interaction / (levels * BACKGROUND);
            }
        }
        // the means are over finitely many draws, so that interactions leave a little of their variance in them
        double own = between - within / (BACKGROUND - 1);
        return own > NOTHING * (between + within + mean * mean) ? own : 0;
    }

    /** The point with what is not active at it masked. */
    private static double[] masked(SearchSpace space, Table table, double[] point) {
        if (!table.isConditional()) {
            return point;
        }
        var masked = point.clone();
        Map<String, ParameterValue> active = new LinkedHashMap<>();
        for (int p = 0; p < point.length; p++) {
            var parameter = table.parameter(p);
            if (space.isActive(parameter, active)) {
                if (!space.children(parameter.name()).isEmpty()) {
                    active.put(parameter.name(), table.axis(p).decode(point[p]));
                }
            } else {
                masked[p] = Table.INACTIVE;
            }
        }
        return masked;
    }
}
