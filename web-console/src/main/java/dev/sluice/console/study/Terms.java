package dev.sluice.console.study;

import dev.sluice.console.specification.SweepSpecification;
import dev.sluice.search.terminator.FailureBudget;
import dev.sluice.search.terminator.RegretBoundTerminator;
import dev.sluice.search.terminator.StagnationTerminator;
import dev.sluice.search.terminator.Terminator;
import java.util.Optional;

/**
 * What a sweep's file says of when it has had enough.
 *
 * @param stagnation looks whether anything has got better lately
 * @param regret says when too little is left to gain; asked beside the writer, one question at a time
 * @param failures looks whether too much has failed
 */
record Terms(Optional<Terminator> stagnation, Optional<Terminator> regret, Terminator failures) {
    static Terms of(SweepSpecification file) {
        var budget = file.budget();
        return new Terms(
                budget.stallTrials().isPresent()
                        ? Optional.of(
                                new StagnationTerminator(budget.stallTrials().getAsInt()))
                        : Optional.empty(),
                budget.regret().isPresent()
                        ? Optional.of(RegretBoundTerminator.builder(
                                        LiveSweep.studySpec(file).context())
                                .regret(budget.regret().getAsDouble())
                                .build())
                        : Optional.empty(),
                new FailureBudget(budget.failedTrials()));
    }
}
