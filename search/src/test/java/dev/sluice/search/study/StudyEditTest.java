package dev.sluice.search.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.search.catalog.Samplers;
import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.space.CategoricalDistribution;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.IntDistribution;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.Report;
import dev.sluice.search.trial.TrialId;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A study whose space is edited while it goes on. */
final class StudyEditTest {
    private static final SearchSpace WIDE = space(-4, 4, 1, 9, "a", "b", "c");
    private static final SearchSpace NARROW = space(-1, 2, 3, 6, "b", "c", "d");

    static Stream<String> algorithms() {
        return Samplers.algorithms().stream().map(AlgorithmSpec::name);
    }

    @ParameterizedTest
    @MethodSource("algorithms")
    void goesOnInTheNewSpaceAndAReplayAnswersAlike(String algorithm) {
        var events = new ArrayList<StudyEvent>();
        var study = new Study(spec(algorithm, WIDE, 40), events::add);
        run(study, 14);
        study.respecify(spec(algorithm, NARROW, 60));
        for (int more = 0; more < 8; more++) {
            var before = List.copyOf(events);
            var next = study.ask();

            var replayed = Study.replay(spec(algorithm, NARROW, 60), before, event -> {});
            assertThat(replayed.ask()).isEqualTo(next);
            if (next.isEmpty()) {
                break; // a sampler may find that all was tried
            }
            assertThat(NARROW.violations(next.get().values())).isEmpty();
            finish(study, next.get());
        }
        study.respecify(spec(algorithm, WIDE, 60));
        run(study, 3);
        assertThat(study.history().size()).isGreaterThan(17);
    }

    @Test
    void whatIsNoPointAnyMoreKeepsItsResultAndIsCalledOffForTheSampler() {
        var study = new Study(spec("random", WIDE, 40), event -> {});
        var best = point(3.5, 5, "a");
        done(study, study.enqueue(best), 0.0);
        done(study, study.enqueue(point(1, 5, "b")), 1.0);
        var running = study.enqueue(point(-3, 5, "c"));
        study.start(running, 1, -1);
        var lineage = study.frozenSearched().lineage();

        study.respecify(spec("random", NARROW, 40));

        assertThat(study.best().orElseThrow().values()).isEqualTo(best);
        var seen = study.frozenSearched();
        assertThat(seen.lineage()).isNotSameAs(lineage);
        assertThat(seen.size()).isEqualTo(3);
        assertThat(seen.best().orElseThrow().id().number()).isEqualTo(1);
        assertThat(seen.concluded()).hasSize(1);
        assertThat(seen.count(TrialState.CANCELLED)).isEqualTo(2);
        assertThat(seen.in(TrialState.CANCELLED))
                .allSatisfy(trial -> assertThat(trial.state()).isEqualTo(TrialState.CANCELLED));
        assertThat(seen.pending()).isEmpty();
        assertThat(seen.count(TrialState.RUNNING)).isZero();
        assertThat(study.history().count(TrialState.RUNNING)).isEqualTo(1);
        assertThat(study.frozenHistory().concluded()).hasSize(2);

        study.respecify(spec("random", WIDE, 40));
        assertThat(study.frozenSearched().best().orElseThrow().values()).isEqualTo(best);
        assertThat(study.frozenSearched().lineage()).isSameAs(lineage);
    }

    @Test
    void anEditThatHidesNothingShowsTheSamplerTheSameHistory() {
        var study = new Study(spec("random", NARROW, 40), event -> {});
        run(study, 5);
        var lineage = study.frozenSearched().lineage();

        study.respecify(spec("random", space(-4, 4, 1, 9, "a", "b", "c", "d"), 80));

        assertThat(study.frozenSearched().lineage()).isSameAs(lineage);
        assertThat(study.frozenSearched().concluded()).hasSize(5);
    }

    @Test
    void aPointOfTheOldSpaceCanNoLongerBeEnqueued() {
        var study = new Study(spec("random", WIDE, 40), event -> {});
        study.respecify(spec("random", NARROW, 40));

        assertThatThrownBy(() -> study.enqueue(point(3.5, 5, "a"))).hasMessageContaining("x must be");
    }

    @Test
    void onlySpaceAndPlanCanBeEdited() {
        var study = new Study(spec("random", WIDE, 40), event -> {});
        var wide = spec("random", WIDE, 40);

        assertThatThrownBy(() -> study.respecify(spec("tpe", WIDE, 40))).hasMessageContaining("keeps its search");
        assertThatThrownBy(() -> study.respecify(wide.withPruning(new AlgorithmChoice("median", Map.of()))))
                .hasMessageContaining("keeps its pruning");
        var other = SearchSpace.builder().add("y", FloatDistribution.of(0, 1)).build();
        assertThatThrownBy(() -> study.respecify(spec("random", other, 40)))
                .hasMessageContaining("keeps its parameters");
        assertThat(study.spec()).isEqualTo(wide);
    }

    private static StudySpec spec(String algorithm, SearchSpace space, int trials) {
        var objectives = algorithm.equals("ehvi") || algorithm.equals("nsga2")
                ? List.of(objective("loss"), objective("cost"))
                : List.of(objective("loss"));
        return new StudySpec(
                space,
                new Goals(objectives, List.of()),
                AlgorithmChoice.of(algorithm),
                AlgorithmChoice.of("none"),
                7,
                OptionalInt.of(trials),
                2);
    }

    private static Objective objective(String metric) {
        return new Objective(metric, Direction.MINIMIZE, Report.LAST);
    }

    private static SearchSpace space(double low, double high, int least, int most, String... choices) {
        return SearchSpace.builder()
                .add("x", FloatDistribution.stepped(low, high, 0.5))
                .add("count", IntDistribution.of(least, most))
                .add("choice", CategoricalDistribution.of((Object[]) choices))
                .build();
    }

    private static ParameterValues point(double x, int count, String choice) {
        return WIDE.complete(Map.of("x", x, "count", count, "choice", choice));
    }

    private static void run(Study study, int trials) {
        IntStream.range(0, trials)
                .mapToObj(i -> study.ask())
                .flatMap(Optional::stream)
                .forEach(next -> finish(study, next));
    }

    private static void finish(Study study, Suggestion next) {
        double loss = number(next, "x") * number(next, "x") + number(next, "count");
        done(study, next.id(), loss);
    }

    private static double number(Suggestion of, String name) {
        return ((Number) Objects.requireNonNull(of.values().toPlain().get(name))).doubleValue();
    }

    private static void done(Study study, TrialId id, double loss) {
        study.start(id, 1, -1);
        study.report(id, new Measurement(0, Map.of("loss", loss, "cost", -loss)));
        study.tell(id, Outcome.Completed.asReported());
    }
}
