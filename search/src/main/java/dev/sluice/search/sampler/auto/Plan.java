package dev.sluice.search.sampler.auto;

import dev.sluice.search.sampler.SamplerContext;
import dev.sluice.search.space.Parameter;
import dev.sluice.search.trial.TrialHistory;
import java.util.List;

/*
 * What was measured for it, on the tuning half of bench/search alone: mean normalised regret after 25, 50 and 100 trials on 13 problems, over
 * seeds 0 to 4, and for those that were in question then, over seeds 5 to 12 too:
 *
 *   gp alone                                0.88  0.49  0.27
 *   tpe alone                               1.00  0.52  0.27
 *   gp and tpe in turn                      0.97  0.45  0.19
 *   gp and cmaes in turn                    0.93  0.42  0.23
 *   gp and genetic in turn                  0.96  0.36  0.12     0.89  0.45  0.17
 *   gp, gp, genetic                         0.88  0.39  0.16     0.93  0.44  0.21
 *   gp, genetic, gp, cmaes                  0.80  0.40  0.14     0.89  0.41  0.17
 *   gp, genetic, gp, cmaes, gp, tpe                              0.88  0.40  0.13
 *
 * The process is by far the best on smooth functions and gets stuck on some spaces with conditions and few values, where a bred trial that
 * differs from the best in a gene or two gets out; and each profits from what the others found, since all read the same history. Which
 * of the others takes its turn matters little, that it is not always the same one a bit.
 *
 * In long runs without the process, after 300, 600 and 1,000 trials, over seeds 0 to 2:
 *
 *   cmaes alone                             0.12  0.11  0.08
 *   tpe alone                               0.15  0.13  0.13
 *   genetic alone                           0.10  0.08  0.05
 *   cmaes and genetic in turn               0.07  0.04  0.03
 *   tpe and genetic in turn                 0.08  0.05  0.04
 *   all three in turn                       0.04  0.03  0.03
 */
/** Which sampler proposes which trial: a function of what the study plans and how far it has come. Immutable. */
final class Plan {
    /** Grids up to this size are walked through: so few trials teach a model nothing. */
    static final int SMALL_GRID = 20;

    /** How many trials are proposed by the model alone, before others take turns. */
    static final int FIRST_TRIALS = 10;

    /** Up to how many trials a model is asked, in a study of ordinary length and width. */
    static final int MODEL_TRIALS = 300;

    /** The same where there will be {@link #MANY_TRIALS} or more, which must be cheap. */
    static final int MODEL_TRIALS_OF_MANY = 150;

    static final int MANY_TRIALS = 3_000;

    /** A model that found the best so far within so many trials is getting on, and has three of four trials instead of two. */
    static final int RECENT = 15;

    /** With more, the boxes between the points of a front become too many. */
    static final int FEW_OBJECTIVES = 4;

    /** So many trials at a time are more than a model can tell apart by pretending that they have ended. */
    static final int MANY_AT_A_TIME = 64;

    /** From here on a model learns a length scale for each parameter too slowly to be worth its time. */
    static final int MANY_PARAMETERS = 30;

    private static final List<Algorithm> OTHERS = List.of(Algorithm.GENETIC, Algorithm.CMAES, Algorithm.TPE);

    private static final String MODELLED = "auto: gp,";

    private final SamplerContext context;
    private final int parameters;
    private final int modelTrials;

    Plan(SamplerContext context) {
        this.context = context;
        this.parameters =
                (int) context.space().parameters().stream().filter(Plan::varies).count();
        int trials = context.trials().orElse(MODEL_TRIALS) >= MANY_TRIALS ? MODEL_TRIALS_OF_MANY : MODEL_TRIALS;
        this.modelTrials = parameters > MANY_PARAMETERS ? trials * MANY_PARAMETERS / parameters : trials;
    }

    private static boolean varies(Parameter parameter) {
        var size = parameter.distribution().size();
        return size.isEmpty() || size.getAsLong() > 1;
    }

    /** Whether every point of the space is going to be tried. */
    boolean triesAll() {
        var size = context.space().size();
        return size.isPresent()
                && context.trials().isPresent()
                && size.getAsLong() <= context.trials().getAsInt();
    }

    Choice choose(TrialHistory history) {
        int ended = history.concluded().size();
        if (triesAll() && context.space().size().orElseThrow() <= Math.max(SMALL_GRID, context.parallel())) {
            return new Choice(
                    Algorithm.GRID,
                    "all %d points will be tried within %d trials"
                            .formatted(
                                    context.space().size().orElseThrow(),
                                    context.trials().orElseThrow()));
        }
        var progress = "%d trials have ended and a model pays up to %d%s"
                .formatted(
                        ended,
                        modelTrials,
                        parameters > MANY_PARAMETERS ? " with %d parameters".formatted(parameters) : "");
        int objectives = context.goals().objectives().size();
        if (objectives > FEW_OBJECTIVES) {
            return new Choice(
                    Algorithm.NSGA2,
                    "there are %d objectives, and a model pays up to %d".formatted(objectives, FEW_OBJECTIVES));
        }
        if (objectives > 1) {
            boolean isModelled = ended < modelTrials && context.parallel() <= MANY_AT_A_TIME;
            return new Choice(
                    isModelled ? Algorithm.EHVI : Algorithm.NSGA2,
                    "there are %d objectives, %s".formatted(objectives, progress));
        }
        if (context.parallel() > MANY_AT_A_TIME) {
            return inTurn(history, "%d run at a time".formatted(context.parallel()));
        }
        return ended < modelTrials ? modelled(history, progress) : inTurn(history, progress);
    }

    private static Choice modelled(TrialHistory history, String since) {
        int number = history.size();
        if (number < FIRST_TRIALS || number % 2 == 0 || (number % 4 == 1 && isGettingOn(history))) {
            return new Choice(Algorithm.GP, since);
        }
        return new Choice(
                OTHERS.get(number / 2 % OTHERS.size()),
                "every second trial, or fourth while the model gets on, is another's");
    }

    /** Whether the best so far is new and the model's: what is said of it when it is asked for tells. */
    private static boolean isGettingOn(TrialHistory history) {
        return history.best()
                .filter(best -> best.suggestedBy().startsWith(MODELLED)
                        && history.size() - best.id().number() <= RECENT)
                .isPresent();
    }

    private static Choice inTurn(TrialHistory history, String since) {
        return new Choice(OTHERS.get(history.size() % OTHERS.size()), since);
    }
}
