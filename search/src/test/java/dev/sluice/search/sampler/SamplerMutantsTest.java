package dev.sluice.search.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.search.mutant.ContractRun;
import dev.sluice.search.mutant.HistoryView;
import dev.sluice.search.sampler.cmaes.CmaEsSampler;
import dev.sluice.search.sampler.genetic.GeneticSampler;
import dev.sluice.search.sampler.tpe.TpeSampler;
import dev.sluice.search.space.FloatValue;
import dev.sluice.search.space.Parameter;
import dev.sluice.search.space.ParameterValue;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The kits catch samplers that are broken on purpose, each by the tests that are named for it, and let sound ones pass. */
class SamplerMutantsTest {
    /**
     * A sampler that is broken.
     *
     * @param caughtBy the tests that fail for it
     */
    record Mutant(String name, Function<SearchSpace, Sampler> maker, Set<String> caughtBy) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** The kit, with whatever sampler is under test. */
    static final class Kit extends SearchingContract {
        private static Function<SearchSpace, Sampler> maker = RandomSampler::of;

        @Override
        protected Sampler sampler(SearchSpace space) {
            return maker.apply(space);
        }

        @Override
        protected String algorithm() {
            return "random";
        }
    }

    private static ContractRun.Result run(Function<SearchSpace, Sampler> maker, Set<String> tests) {
        Kit.maker = maker;
        return ContractRun.of(Kit.class, tests);
    }

    private static Mutant mutant(String name, Function<SearchSpace, Sampler> maker, String... caughtBy) {
        return new Mutant(name, maker, Set.of(caughtBy));
    }

    /** The samplers that search, in a fixed order. */
    private static final SequencedMap<String, Function<SearchSpace, Sampler>> SOUND = sound();

    private static SequencedMap<String, Function<SearchSpace, Sampler>> sound() {
        var sound = new LinkedHashMap<String, Function<SearchSpace, Sampler>>();
        sound.put("tpe", space -> TpeSampler.builder(space).build());
        sound.put("genetic", space -> GeneticSampler.builder(space).build());
        sound.put("cmaes", space -> CmaEsSampler.builder(space).build());
        return sound;
    }

    private static Function<SearchSpace, Sampler> seeing(
            Function<SearchSpace, Sampler> maker, UnaryOperator<TrialHistory> view) {
        return space -> {
            var sound = maker.apply(space);
            return (history, random) -> sound.suggest(view.apply(history), random);
        };
    }

    private static Function<SearchSpace, Sampler> blindTo(
            Function<SearchSpace, Sampler> maker, Predicate<Trial> unseen) {
        return seeing(maker, history -> HistoryView.only(history, unseen.negate()));
    }

    /** A sampler that draws at random, and then has something done to its points. */
    private static Function<SearchSpace, Sampler> spoiling(
            Function<SearchSpace, UnaryOperator<Map<String, ParameterValue>>> spoiler) {
        return space -> (history, random) -> {
            var values =
                    new LinkedHashMap<>(RandomSampler.of(space).draw(random).asMap());
            return Optional.of(
                    new Suggested(ParameterValues.of(spoiler.apply(space).apply(values)), "spoilt"));
        };
    }

    /** What is wrong with them has nothing to do with how they search. */
    static Stream<Mutant> mutants() {
        return Stream.of(
                mutant(
                        "takes the best again",
                        space -> (history, random) -> history.best()
                                .map(best -> Optional.of(new Suggested(best.values(), "the best")))
                                .orElseGet(() -> RandomSampler.of(space).suggest(history, random)),
                        "triesEveryPointOfAFiniteSpaceBeforeItRepeatsOne",
                        "proposesSomethingElseForEachOfManyWorkers",
                        "answersDifferentlyForAnotherSeed"),
                mutant(
                        "ignores conditions",
                        spoiling(space -> values -> {
                            for (Parameter parameter : space.order()) {
                                values.putIfAbsent(
                                        parameter.name(),
                                        parameter.distribution().middle());
                            }
                            return values;
                        }),
                        "staysInsideItsSpaceWhateverBecomesOfTrials"),
                mutant(
                        "leaves an active parameter out",
                        spoiling(space -> values -> {
                            values.remove(space.order().getLast().name());
                            return values;
                        }),
                        "staysInsideItsSpaceWhateverBecomesOfTrials"),
                mutant(
                        "goes out of range",
                        spoiling(space -> values -> {
                            values.replaceAll((name, value) ->
                                    value instanceof FloatValue(double x) && x > 0 ? new FloatValue(1.4 * x) : value);
                            return values;
                        }),
                        "staysInsideItsSpaceWhateverBecomesOfTrials"),
                mutant(
                        "misses the grid",
                        spoiling(space -> values -> {
                            values.computeIfPresent(
                                    "stepped", (name, value) -> new FloatValue(Math.max(0, value.asDouble() - 0.05)));
                            return values;
                        }),
                        "staysInsideItsSpaceWhateverBecomesOfTrials"),
                mutant(
                        "ignores constraints",
                        space -> {
                            var free = SearchSpace.builder();
                            space.parameters().forEach(free::add);
                            return RandomSampler.of(free.build());
                        },
                        "staysInsideItsSpaceWhateverBecomesOfTrials",
                        "saysWhichConstraintsCannotBeSatisfied"),
                mutant(
                        "forgets what is under way",
                        space -> (history, random) -> RandomSampler.of(space)
                                .suggest(
                                        HistoryView.only(history, trial -> !isPending(trial)),
                                        new SplittableRandom(history.concluded().size())),
                        "doesNotProposeAgainWhatIsStillUnderWay",
                        "proposesSomethingElseEachTimeWhereNothingHasEndedYet",
                        "proposesSomethingElseForEachOfManyWorkers",
                        "neverProposesATwinOfATrialUnderWay"),
                mutant(
                        "repeats itself in finite spaces",
                        space -> (history, random) -> Optional.of(
                                new Suggested(RandomSampler.of(space).draw(random), "drawn")),
                        "triesEveryPointOfAFiniteSpaceBeforeItRepeatsOne",
                        "doesNotProposeAgainWhatIsStillUnderWay",
                        "neverProposesATwinOfATrialUnderWay"),
                mutant(
                        "counts its asks",
                        space -> {
                            var asks = new SplittableRandom(1);
                            return (history, random) -> RandomSampler.of(space).suggest(history, asks);
                        },
                        "answersAlikeWhenItIsBuiltAnewFromTheEvents"),
                mutant(
                        "has randomness of its own",
                        space -> {
                            var own = new SplittableRandom();
                            return (history, random) -> RandomSampler.of(space).suggest(history, own);
                        },
                        "answersAlikeForTheSameSeedAndHistory",
                        "answersAlikeWhenItIsBuiltAnewFromTheEvents"),
                mutant(
                        "ignores the seed",
                        space -> (history, random) ->
                                RandomSampler.of(space).suggest(history, new SplittableRandom(history.size())),
                        "answersDifferentlyForAnotherSeed"),
                mutant(
                        "breaks on what failed",
                        space -> (history, random) -> {
                            history.in(TrialState.FAILED)
                                    .forEach(trial -> trial.objectiveValue(0).orElseThrow());
                            return RandomSampler.of(space).suggest(history, random);
                        },
                        "staysInsideItsSpaceWhateverBecomesOfTrials",
                        "proposesWhereNothingHasEverWorked"),
                mutant(
                        "breaks on NaN",
                        space -> (history, random) -> {
                            for (Trial trial : history.concluded()) {
                                if (Double.isNaN(trial.objectiveValue(0).orElse(0))) {
                                    throw new ArithmeticException("NaN");
                                }
                            }
                            return RandomSampler.of(space).suggest(history, random);
                        },
                        "staysInsideItsSpaceWhateverBecomesOfTrials"),
                mutant(
                        "breaks where all values are equal",
                        space -> (history, random) -> {
                            var values = history.concluded().stream()
                                    .mapToDouble(
                                            trial -> trial.objectiveValue(0).orElse(0))
                                    .summaryStatistics();
                            if (values.getCount() > 1 && values.getMax() == values.getMin()) {
                                throw new ArithmeticException("division by zero");
                            }
                            return RandomSampler.of(space).suggest(history, random);
                        },
                        "proposesWhereAllValuesAreEqual"),
                mutant(
                        "gives up early",
                        space -> (history, random) -> history.size() < 20
                                ? RandomSampler.of(space).suggest(history, random)
                                : Optional.empty(),
                        "staysInsideItsSpaceWhateverBecomesOfTrials",
                        "proposesWhereNothingHasEverWorked"),
                mutant(
                        "does not say why",
                        space -> (history, random) -> RandomSampler.of(space)
                                .suggest(history, random)
                                .map(suggested -> new Suggested(suggested.values(), " ")),
                        "saysWhy"),
                mutant(
                        "ignores the history",
                        space -> (history, random) -> RandomSampler.of(space).suggest(history, random),
                        "findsBetterPointsThanRandomSearchWithEightWorkers",
                        "turnsAwayFromWhatCannotBeRun",
                        "learnsFromPrunedTrialsWhereNothingElseHasEnded"));
    }

    /** Real samplers that are blind to something. */
    static Stream<Mutant> blindMutants() {
        var mutants = new ArrayList<Mutant>();
        SOUND.forEach((name, maker) -> {
            mutants.add(mutant(
                    name + " without what is under way",
                    blindTo(maker, SamplerMutantsTest::isPending),
                    "doesNotProposeAgainWhatIsStillUnderWay"));
            mutants.add(mutant(
                    name + " that always minimises",
                    seeing(maker, HistoryView::minimising),
                    "looksForLargeValuesWhereTheyAreWanted"));
            // genetic breeds from feasible trials alone, so that it would be no mutant
            if (!name.equals("genetic")) {
                mutants.add(mutant(
                        name + " without what is infeasible",
                        blindTo(maker, trial -> trial.state() == TrialState.INFEASIBLE),
                        "turnsAwayFromWhatCannotBeRun"));
            }
            mutants.add(mutant(
                    name + " without what was pruned",
                    blindTo(maker, trial -> trial.state() == TrialState.PRUNED),
                    "learnsFromPrunedTrialsWhereNothingElseHasEnded"));
            mutants.add(mutant(
                    name + " without a history",
                    blindTo(maker, trial -> true),
                    "findsBetterPointsThanRandomSearchWithEightWorkers",
                    "learnsFromPrunedTrialsWhereNothingElseHasEnded"));
            mutants.add(mutant(
                    name + " that keeps one random number",
                    space -> {
                        var sound = maker.apply(space);
                        return (history, random) -> sound.suggest(history, new SplittableRandom(5));
                    },
                    "answersDifferentlyForAnotherSeed"));
        });
        return mutants.stream();
    }

    private static boolean isPending(Trial trial) {
        return trial.state() == TrialState.QUEUED || trial.state() == TrialState.RUNNING;
    }

    @ParameterizedTest
    @MethodSource({"mutants", "blindMutants"})
    void catches(Mutant mutant) {
        assertThat(run(mutant.maker(), mutant.caughtBy()).failed()).isEqualTo(mutant.caughtBy());
    }

    private static Set<String> allCatching() {
        var tests = new TreeSet<String>();
        Stream.concat(mutants(), blindMutants()).forEach(mutant -> tests.addAll(mutant.caughtBy()));
        return tests;
    }

    /** Their own tests run the whole kit; this shows that what catches the mutants runs here, and lets what is sound pass. */
    @Test
    void letsASoundSamplerPass() {
        var tests = allCatching();
        var result = run(space -> TpeSampler.builder(space).build(), tests);
        assertThat(result.run()).isEqualTo(tests);
        assertThat(result.failed()).isEmpty();
    }
}
