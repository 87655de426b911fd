package dev.sluice.search.terminator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.StudyEvent;
import dev.sluice.search.study.StudySpec;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.TrialId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every terminator keeps. A test of one extends this, says how it is made and what brings it to its end. */
public abstract class TerminatorContract {
    private static final StudySpec SPEC = StudySpec.of(
            SearchSpace.builder().add("x", FloatDistribution.of(0, 1)).build(),
            Objective.minimize("loss"),
            "random",
            1);

    private final List<StudyEvent> events = new ArrayList<>();

    /** The study of the test at hand. */
    protected final Study study = new Study(SPEC, events::add);

    protected abstract Terminator terminator();

    /** Lives through what makes {@link #terminator} stop. */
    protected abstract void bringToItsEnd();

    protected final TrialId begin() {
        var id = study.ask().orElseThrow().id();
        study.start(id, study.trial(id).attempt() + 1, -1);
        return id;
    }

    protected final TrialId complete(double value) {
        var id = begin();
        study.report(id, Measurement.of(1, "loss", value));
        study.tell(id, Outcome.Completed.asReported());
        return id;
    }

    protected final TrialId fail(String reason) {
        var id = begin();
        study.tell(id, new Outcome.Failed(reason));
        return id;
    }

    @Test
    void letsAStudyBegin() {
        assertThat(terminator().check(study.history())).isEmpty();
    }

    @Test
    void stopsAndSaysWhy() {
        bringToItsEnd();
        assertThat(terminator().check(study.history()))
                .hasValueSatisfying(
                        termination -> assertThat(termination.reason()).isNotBlank());
    }

    @Test
    void isPure() {
        bringToItsEnd();
        long revision = study.history().revision();
        var terminator = terminator();
        assertThat(terminator.check(study.history())).isEqualTo(terminator.check(study.history()));
        assertThat(study.history().revision()).isEqualTo(revision);
    }

    @Test
    void answersAlikeAfterReplay() {
        bringToItsEnd();
        var again = Study.replay(SPEC, events, event -> {});
        assertThat(terminator().check(again.history())).isEqualTo(terminator().check(study.history()));
    }

    @Test
    void saysNothingBeforeTheLastStraw() {
        bringToItsEnd();
        var allButTheLast = events.subList(0, events.size() - 1);
        var before = Study.replay(SPEC, allButTheLast, event -> {});
        assertThat(terminator().check(before.history())).isEmpty();
    }
}
