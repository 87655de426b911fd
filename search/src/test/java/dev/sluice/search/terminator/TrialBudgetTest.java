package dev.sluice.search.terminator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.search.trial.Outcome;
import org.junit.jupiter.api.Test;

class TrialBudgetTest extends TerminatorContract {
    @Override
    protected Terminator terminator() {
        return new TrialBudget(3);
    }

    @Override
    protected void bringToItsEnd() {
        complete(1);
        fail("broke");
        study.ask();
    }

    @Test
    void countsAQueuedTrialOnceOnly() {
        complete(1);
        var failed = fail("broke");
        study.requeue(failed, "again");
        assertThat(begin()).isEqualTo(failed);
        study.tell(failed, new Outcome.Cancelled("enough"));
        assertThat(terminator().check(study.history())).isEmpty();
    }

    @Test
    void needsAtLeastOneTrial() {
        assertThatThrownBy(() -> new TrialBudget(0)).hasMessage("trials must be >= 1, was 0");
    }
}
