package dev.sluice.search.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.search.mutant.ContractRun;
import dev.sluice.search.mutant.HistoryView;
import dev.sluice.search.pareto.ParetoFront;
import dev.sluice.search.sampler.cmaes.CmaEsSampler;
import dev.sluice.search.sampler.genetic.GeneticSampler;
import dev.sluice.search.sampler.genetic.Nsga2Sampler;
import dev.sluice.search.sampler.gp.GaussianProcessSampler;
import dev.sluice.search.sampler.gp.GreedyGaussianProcess;
import dev.sluice.search.sampler.gp.HypervolumeSampler;
import dev.sluice.search.sampler.tpe.TpeSampler;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.FloatValue;
import dev.sluice.search.space.Parameter;
import dev.sluice.search.space.ParameterValue;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
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
     * @param run runs these tests of the kit on it
     * @param caughtBy the tests that fail for it
     */
    record Mutant(String name, Function<Set<String>, ContractRun.Result> run, Set<String> caughtBy) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** How a sampler is made that searches for one objective, and how much it is asked. Asks of a model take long, and few show what it does. */
    private record Subject(Function<SearchSpace, Sampler> maker, int trialsToWarmUp, int studies, int trials) {
        Subject of(Function<SearchSpace, Sampler> other) {
            return new Subject(other, trialsToWarmUp, studies, trials);
        }
    }

    /** Makes a sampler for a study of this seed. */
    private interface Maker {
        Sampler of(SearchSpace space, Goals goals, long seed);
    }

    /** The same for one that searches for several. */
    private record SeveralSubject(Maker maker, int trialsToWarmUp, int studies, int trials) {
        SeveralSubject of(Maker other) {
            return new SeveralSubject(other, trialsToWarmUp, studies, trials);
        }
    }

    private static final Subject RANDOM = new Subject(RandomSampler::of, 40, 40, 80);

    /** The kit, with whatever sampler is under test. */
    static final class Kit extends SearchingContract {
        private static Subject subject = RANDOM;

        @Override
        protected Sampler sampler(SearchSpace space) {
            return subject.maker().apply(space);
        }

        @Override
        protected String algorithm() {
            return "random";
        }

        @Override
        protected int trialsToWarmUp() {
            return subject.trialsToWarmUp();
        }

        @Override
        protected int studies() {
            return subject.studies();
        }

        @Override
        protected int trialsOfAStudy() {
            return subject.trials();
        }
    }

    /** The kit for several objectives, likewise. */
    static final class SeveralKit extends MultiObjectiveSamplerContract {
        private static SeveralSubject subject =
                new SeveralSubject((space, goals, seed) -> RandomSampler.of(space), 40, 20, 60);

        @Override
        protected Sampler sampler(SearchSpace space, Goals goals) {
            return sampler(space, goals, 1);
        }

        @Override
        protected Sampler sampler(SearchSpace space, Goals goals, long seed) {
            return subject.maker().of(space, goals, seed);
        }

        @Override
        protected String algorithm() {
            return "random";
        }

        @Override
        protected int trialsToWarmUp() {
            return subject.trialsToWarmUp();
        }

        @Override
        protected int studies() {
            return subject.studies();
        }

        @Override
        protected int trials() {
            return subject.trials();
        }
    }

    private static Mutant mutant(String name, Subject subject, String... caughtBy) {
        return new Mutant(
                name,
                tests -> {
                    Kit.subject = subject;
                    return ContractRun.of(Kit.class, tests);
                },
                Set.of(caughtBy));
    }

    private static Mutant mutant(String name, Function<SearchSpace, Sampler> maker, String... caughtBy) {
        return mutant(name, RANDOM.of(maker), caughtBy);
    }

    private static Mutant mutant(String name, SeveralSubject subject, String... caughtBy) {
        return new Mutant(
                name,
                tests -> {
                    SeveralKit.subject = subject;
                    return ContractRun.of(SeveralKit.class, tests);
                },
                Set.of(caughtBy));
    }

    private static final Subject TPE =
            RANDOM.of(space -> TpeSampler.builder(space).build());
    private static final Subject GP = new Subject(
            space -> GaussianProcessSampler.builder(SamplerContext.of(space, Objective.minimize("loss")))
                    .build(),
            15,
            8,
            40);
    private static final SeveralSubject NSGA2 = new SeveralSubject(
            (space, goals, seed) -> Nsga2Sampler.builder(space).build(), 40, 20, 60);
    private static final SeveralSubject EHVI = new SeveralSubject(
            (space, goals, seed) -> HypervolumeSampler.builder(
                            new SamplerContext(space, goals, seed, OptionalInt.empty(), 1, OptionalLong.empty()))
                    .build(),
            14,
            8,
            22);

    /** The samplers that search, in a fixed order. */
    private static SequencedMap<String, Subject> sound() {
        var sound = new LinkedHashMap<String, Subject>();
        sound.put("tpe", TPE);
        sound.put("genetic", RANDOM.of(space -> GeneticSampler.builder(space).build()));
        sound.put("cmaes", RANDOM.of(space -> CmaEsSampler.builder(space).build()));
        sound.put("nsga2", RANDOM.of(space -> Nsga2Sampler.builder(space).build()));
        sound.put("gp", GP);
        return sound;
    }

    /** Those that search for several objectives. */
    private static SequencedMap<String, SeveralSubject> soundWithSeveral() {
        var sound = new LinkedHashMap<String, SeveralSubject>();
        sound.put("nsga2", NSGA2);
        sound.put("ehvi", EHVI);
        return sound;
    }

    private static Sampler seeing(Sampler sound, UnaryOperator<TrialHistory> view) {
        return (history, random) -> sound.suggest(view.apply(history), random);
    }

    private static Subject seeing(Subject sound, UnaryOperator<TrialHistory> view) {
        return sound.of(space -> seeing(sound.maker().apply(space), view));
    }

    private static SeveralSubject seeing(SeveralSubject sound, UnaryOperator<TrialHistory> view) {
        return sound.of((space, goals, seed) -> seeing(sound.maker().of(space, goals, seed), view));
    }

    /** It thinks that the goals are others, from the beginning. */
    private static SeveralSubject aimingAt(SeveralSubject sound, UnaryOperator<Goals> goals) {
        return sound.of((space, all, seed) -> seeing(
                sound.maker().of(space, goals.apply(all), seed),
                history -> HistoryView.judgedBy(history, goals.apply(history.goals()))));
    }

    private static Goals unconstrained(Goals goals) {
        return new Goals(goals.objectives(), List.of());
    }

    private static TrialHistory without(TrialHistory history, Predicate<Trial> unseen) {
        return HistoryView.only(history, unseen.negate());
    }

    /** Its points are pulled to a hundredth of their distance from one that is not beaten. */
    private static Sampler staying(SearchSpace space, Sampler sound) {
        return (history, random) -> {
            var suggested = sound.suggest(history, random);
            var front = ParetoFront.of(history).trials();
            return front.isEmpty()
                    ? suggested
                    : suggested.map(
                            far -> new Suggested(beside(space, front.getFirst().values(), far.values()), far.reason()));
        };
    }

    private static ParameterValues beside(SearchSpace space, ParameterValues best, ParameterValues far) {
        var values = new LinkedHashMap<>(best.asMap());
        for (Parameter parameter : space.parameters()) {
            if (parameter.distribution() instanceof FloatDistribution && far.contains(parameter.name())) {
                values.computeIfPresent(
                        parameter.name(),
                        (name, value) -> new FloatValue(
                                value.asDouble() + 0.01 * (far.get(name).asDouble() - value.asDouble())));
            }
        }
        return ParameterValues.of(values);
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

    private static Sampler spoilt(Sampler sound, UnaryOperator<Map<String, ParameterValue>> spoiler) {
        return (history, random) -> sound.suggest(history, random)
                .map(suggested -> new Suggested(
                        ParameterValues.of(spoiler.apply(
                                new LinkedHashMap<>(suggested.values().asMap()))),
                        suggested.reason()));
    }

    private static Map<String, ParameterValue> withInactive(SearchSpace space, Map<String, ParameterValue> values) {
        for (Parameter parameter : space.order()) {
            values.putIfAbsent(parameter.name(), parameter.distribution().middle());
        }
        return values;
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
                        spoiling(space -> values -> withInactive(space, values)),
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
        sound().forEach((name, sound) -> {
            mutants.add(mutant(
                    name + " without what is under way",
                    seeing(sound, history -> without(history, SamplerMutantsTest::isPending)),
                    "doesNotProposeAgainWhatIsStillUnderWay"));
            mutants.add(mutant(
                    name + " that forgets which points were tried",
                    seeing(sound, HistoryView::forgettingPoints),
                    "triesEveryPointOfAFiniteSpaceBeforeItRepeatsOne"));
            mutants.add(mutant(
                    name + " that always minimises",
                    seeing(sound, HistoryView::minimising),
                    "looksForLargeValuesWhereTheyAreWanted"));
            mutants.add(mutant(
                    name + " that ignores constraints on results",
                    seeing(sound, history -> HistoryView.judgedBy(history, unconstrained(history.goals()))),
                    "keepsToConstraintsMoreOftenThanRandomSearch"));
            mutants.add(mutant(
                    name + " that ignores conditions",
                    sound.of(space -> spoilt(sound.maker().apply(space), values -> withInactive(space, values))),
                    "staysInsideItsSpaceWhateverBecomesOfTrials"));
            mutants.add(mutant(
                    name + " that stays beside the best",
                    sound.of(space -> staying(space, sound.maker().apply(space))),
                    "triesOptionsOfWhichItKnowsNothing"));
            // these breed from feasible trials alone, so that it would be no mutant
            if (!Set.of("genetic", "nsga2").contains(name)) {
                mutants.add(mutant(
                        name + " without what is infeasible",
                        seeing(sound, history -> without(history, trial -> trial.state() == TrialState.INFEASIBLE)),
                        "turnsAwayFromWhatCannotBeRun"));
            }
            mutants.add(mutant(
                    name + " without what was pruned",
                    seeing(sound, history -> without(history, trial -> trial.state() == TrialState.PRUNED)),
                    "learnsFromPrunedTrialsWhereNothingElseHasEnded"));
            mutants.add(mutant(
                    name + " without a history",
                    seeing(sound, history -> without(history, trial -> true)),
                    "findsBetterPointsThanRandomSearchWithEightWorkers",
                    "learnsFromPrunedTrialsWhereNothingElseHasEnded"));
            mutants.add(mutant(
                    name + " that keeps one random number",
                    sound.of(space -> {
                        var one = sound.maker().apply(space);
                        return (history, random) -> one.suggest(history, new SplittableRandom(5));
                    }),
                    "answersDifferentlyForAnotherSeed"));
        });
        mutants.add(mutant(
                "gp that expects nothing of what is under way",
                seeing(GP, HistoryView::expectingNothing),
                "keepsTrialsUnderWayApart"));
        mutants.add(mutant(
                "gp that goes where it expects the least",
                GP.of(GreedyGaussianProcess::new),
                "triesOptionsOfWhichItKnowsNothing"));
        return mutants.stream();
    }

    /** The same with several objectives. */
    static Stream<Mutant> blindMutantsWithSeveral() {
        var mutants = new ArrayList<Mutant>();
        soundWithSeveral().forEach((name, sound) -> {
            mutants.add(mutant(
                    name + " of several without what is under way",
                    seeing(sound, history -> without(history, SamplerMutantsTest::isPending)),
                    "triesEveryPointOfAFiniteSpaceBeforeItRepeatsOneThoughSomeAreUnderWay"));
            mutants.add(mutant(
                    name + " of several that forgets which points were tried",
                    seeing(sound, HistoryView::forgettingPoints),
                    "triesEveryPointOfAFiniteSpaceBeforeItRepeatsOneThoughSomeAreUnderWay"));
            mutants.add(mutant(
                    name + " of several that always minimises",
                    sound.of((space, goals, seed) -> seeing(
                            sound.maker().of(space, HistoryView.minimising(goals), seed), HistoryView::minimising)),
                    "looksForLargeValuesWhereTheyAreWanted"));
            mutants.add(mutant(
                    name + " of several that goes for the first alone",
                    aimingAt(
                            sound, goals -> new Goals(List.of(goals.objectives().getFirst()), goals.constraints())),
                    "goesForEachObjectiveAlike"));
            mutants.add(mutant(
                    name + " of several that ignores constraints on results",
                    aimingAt(sound, SamplerMutantsTest::unconstrained),
                    "keepsToConstraintsMoreOftenThanRandomSearch"));
            mutants.add(mutant(
                    name + " of several that stays beside what is not beaten",
                    sound.of(
                            (space, goals, seed) -> staying(space, sound.maker().of(space, goals, seed))),
                    "coversMoreThanRandomSearch"));
            mutants.add(mutant(
                    name + " of several that ignores conditions",
                    sound.of((space, goals, seed) ->
                            spoilt(sound.maker().of(space, goals, seed), values -> withInactive(space, values))),
                    "staysInsideItsSpaceWhateverBecomesOfTrials"));
            // nsga2 breeds from feasible trials alone
            if (!name.equals("nsga2")) {
                mutants.add(mutant(
                        name + " of several without what is infeasible",
                        seeing(sound, history -> without(history, trial -> trial.state() == TrialState.INFEASIBLE)),
                        "turnsAwayFromWhatCannotBeRun"));
            }
            mutants.add(mutant(
                    name + " of several without what was pruned",
                    seeing(sound, history -> without(history, trial -> trial.state() == TrialState.PRUNED)),
                    "learnsFromPrunedTrialsWhereNothingElseHasEnded"));
            mutants.add(mutant(
                    name + " of several without a history",
                    seeing(sound, history -> without(history, trial -> true)),
                    "coversMoreThanRandomSearch",
                    "learnsFromPrunedTrialsWhereNothingElseHasEnded"));
            mutants.add(mutant(
                    name + " of several that keeps one random number",
                    sound.of((space, goals, seed) -> {
                        var one = sound.maker().of(space, goals, seed);
                        return (history, random) -> one.suggest(history, new SplittableRandom(5));
                    }),
                    "answersDifferentlyForAnotherSeed"));
        });
        mutants.add(mutant(
                "ehvi that expects nothing of what is under way",
                seeing(EHVI, HistoryView::expectingNothing),
                "keepsTrialsUnderWayApart"));
        return mutants.stream();
    }

    private static boolean isPending(Trial trial) {
        return trial.state() == TrialState.QUEUED || trial.state() == TrialState.RUNNING;
    }

    @ParameterizedTest
    @MethodSource({"mutants", "blindMutants", "blindMutantsWithSeveral"})
    void catches(Mutant mutant) {
        assertThat(mutant.run().apply(mutant.caughtBy()).failed()).isEqualTo(mutant.caughtBy());
    }

    private static Set<String> catching(Stream<Mutant> mutants) {
        var tests = new TreeSet<String>();
        mutants.forEach(mutant -> tests.addAll(mutant.caughtBy()));
        return tests;
    }

    /** Their own tests run the whole kit; this shows that what catches the mutants runs here, and lets what is sound pass. */
    @Test
    void letsASoundSamplerPass() {
        var tests = catching(Stream.concat(mutants(), blindMutants()));
        Kit.subject = TPE;
        var result = ContractRun.of(Kit.class, tests);
        assertThat(result.run()).isEqualTo(tests);
        assertThat(result.failed()).isEmpty();
    }

    @Test
    void letsASoundSamplerOfSeveralObjectivesPass() {
        var tests = catching(blindMutantsWithSeveral());
        SeveralKit.subject = NSGA2;
        var result = ContractRun.of(SeveralKit.class, tests);
        assertThat(result.run()).isEqualTo(tests);
        assertThat(result.failed()).isEmpty();
    }
}
