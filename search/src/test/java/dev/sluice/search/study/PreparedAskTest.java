package dev.sluice.search.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.search.catalog.Samplers;
import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.sampler.Suggested;
import dev.sluice.search.simulate.BenchmarkFunction;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.Trial;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PreparedAskTest {
    private static final BenchmarkFunction FUNCTION = BenchmarkFunction.branin();

    private final List<StudyEvent> events = new ArrayList<>();

    static Stream<String> algorithms() {
        return Samplers.algorithms().stream().map(AlgorithmSpec::name).filter(name -> !name.equals("grid"));
    }

    private Study study(String algorithm) {
        var study = new Study(StudySpec.of(FUNCTION.space(), BenchmarkFunction.objective(), algorithm, 3), events::add);
        for (int i = 0; i < 14; i++) {
            run(study);
        }
        return study;
    }

    private static void run(Study study) {
        var next = study.ask().orElseThrow();
        study.start(next.id(), 1, Trial.NO_STEP);
        study.report(next.id(), Measurement.of(1, BenchmarkFunction.METRIC, FUNCTION.at(next.values())));
        study.tell(next.id(), Outcome.Completed.asReported());
    }

    @ParameterizedTest
    @MethodSource("algorithms")
    void answersWhatTheStudyWouldHaveAnsweredThen(String algorithm) {
        var study = study(algorithm);
        var ask = study.prepareAsk();
        var there = study(algorithm).ask().orElseThrow();
        study.enqueue(study.trial(
                        there.id().number() > 0
                                ? study.history().all().getFirst().id()
                                : there.id())
                .values());
        run(study);

        var answer = ask.suggest().orElseThrow();

        assertThat(answer.values()).isEqualTo(there.values());
    }

    @ParameterizedTest
    @MethodSource("algorithms")
    void nothingIsLostBetweenAnAskBesideTheStudyAndOneInIt(String algorithm) {
        var study = study(algorithm);
        var ask = study.prepareAsk();
        study.accept(ask, ask.suggest().orElseThrow());
        var goingOn = study.ask();
        run(study);
        var replayed = Study.replay(study.spec(), List.copyOf(events), event -> {});

        assertThat(goingOn).isPresent();
        assertThat(study.ask().orElseThrow().values())
                .isEqualTo(replayed.ask().orElseThrow().values());
    }

    @Test
    void theTrialNamesTheEventItWasBasedOn() {
        var study = study("random");
        var ask = study.prepareAsk();
        run(study);

        study.accept(ask, ask.suggest().orElseThrow());

        assertThat(events.getLast()).isInstanceOfSatisfying(StudyEvent.TrialAsked.class, asked -> {
            assertThat(asked.basedOn()).isEqualTo(14 * 4);
            assertThat(asked.id().number()).isEqualTo(15);
        });
    }

    @Test
    void mayRunBesideTheStudy() {
        var study = study("tpe");
        var ask = study.prepareAsk();
        var answer = CompletableFuture.supplyAsync(ask::suggest);
        for (int i = 0; i < 30; i++) {
            var id = study.enqueue(study.history().all().get(i % 10).values());
            study.start(id, 1, Trial.NO_STEP);
            study.report(id, Measurement.of(1, BenchmarkFunction.METRIC, i));
            study.tell(id, Outcome.Completed.asReported());
        }

        Suggested suggested = answer.join().orElseThrow();

        assertThat(suggested.values())
                .isEqualTo(study("tpe").ask().orElseThrow().values());
    }
}
