package dev.sluice.search.terminator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class FailureBudgetTest extends TerminatorContract {
    @Override
    protected Terminator terminator() {
        return FailureBudget.of(2);
    }

    @Override
    protected void bringToItsEnd() {
        fail("a");
        complete(1);
        fail("b");
        fail("c");
    }

    @Test
    void bearsOneLessForEachThatRunsAgain() {
        bringToItsEnd();
        study.requeue(study.history().all().getFirst().id(), "again");
        assertThat(terminator().check(study.history())).isEmpty();
    }

    @Test
    void endsWhereTheFirstFiveAllFail() {
        for (int i = 0; i < 4; i++) {
            fail("no data");
        }
        assertThat(FailureBudget.unlimited().check(study.history())).isEmpty();
        fail("no such file");
        assertThat(FailureBudget.unlimited().check(study.history()))
                .hasValue(new Termination(
                        Termination.Kind.FAILURE,
                        "the first 5 trials all failed, the last of them with: no such file"));
    }

    @Test
    void bearsAnyNumberOnceOneHasWorked() {
        complete(1);
        for (int i = 0; i < 20; i++) {
            fail("broke");
        }
        assertThat(FailureBudget.unlimited().check(study.history())).isEmpty();
    }

    @Test
    void theFirstOfSeveralThatStopsIsHeard() {
        bringToItsEnd();
        var both = Terminator.firstOf(List.of(new TrialBudget(100), terminator(), new TrialBudget(1)));
        assertThat(both.check(study.history()).orElseThrow().kind()).isEqualTo(Termination.Kind.FAILURE);
    }

    @Test
    void needsANumber() {
        assertThatThrownBy(() -> FailureBudget.of(-1)).hasMessage("failed must be >= 0, was -1");
    }
}
