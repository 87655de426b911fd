package dev.sluice.console.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.console.problem.Problem;
import dev.sluice.console.problem.ProblemException;
import dev.sluice.console.specification.SweepSpecification;
import dev.sluice.search.expression.Expression;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.study.PreparedAsk;
import dev.sluice.search.study.WarmStart;
import dev.sluice.search.terminator.Termination;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.TrialState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The transitions of sweeps, trials and attempts. */
final class LiveSweepTest {
    private static SweepRig external(String... lines) {
        return new SweepRig(SweepFiles.external(lines));
    }

    private static SweepRig command(String... lines) {
        return new SweepRig(SweepFiles.command(lines));
    }

    // ---- budgets --------------------------------------------------------------------------------------------------

    @Test
    void completesWhenAllTrialsOfTheBudgetAreDone() {
        var rig = external("budget: {trials: 2}");
        rig.complete(rig.lease(), 0.5);
        assertThat(rig.state()).isEqualTo(SweepState.RUNNING);
        rig.complete(rig.lease(), 0.7);
        assertThat(rig.states()).containsExactly(SweepState.RUNNING, SweepState.COMPLETED);
        assertThat(rig.sweep().reason()).isEqualTo("all 2 trials are done");
        assertThat(rig.sweep().endedAt()).contains(rig.now);
        assertThat(rig.sweep().bestTrial()).contains(1);
        assertThat(rig.live.isDone()).isTrue();
    }

    @Test
    void neverRunsMoreTrialsThanParallelOrCapacityAllow() {
        var rig = external("budget: {trials: 10, parallel: 3}");
        assertThat(rig.lease("a", 2)).hasSize(2);
        assertThat(rig.lease("b", 5)).hasSize(1);
        assertThat(rig.lease("c", 1)).isEmpty();
    }

    @Test
    void theBudgetBoundsTheTrialsThatAreStarted() {
        var rig = external("budget: {trials: 2, parallel: 8}");
        assertThat(rig.lease("a", 8)).hasSize(2);
        assertThat(rig.lease("b", 8)).isEmpty();
    }

    @Test
    void enqueuedPointsAreTheFirstTrials() {
        var rig = external("budget: {trials: 3}", "enqueue: [{x: 0.25}, {x: 0.75}]");
        assertThat(rig.sweep().counts().queued()).isEqualTo(2);
        assertThat(rig.lease().params()).containsEntry("x", 0.25);
    }

    @Test
    void wallTimeStopsTheRunningTrialsAndCompletesTheSweep() {
        var rig = external("budget: {wallTime: 10m, parallel: 2}");
        var reported = rig.lease("a", 1).getFirst();
        var silent = rig.lease("b", 1).getFirst();
        rig.report(reported, 0, 1, 0.5);
        rig.pass(Duration.ofSeconds(50));
        rig.run(sweep -> sweep.heartbeat(reported.id()));
        rig.run(sweep -> sweep.heartbeat(silent.id()));
        for (int i = 0; i < 11; i++) {
            rig.run(sweep -> sweep.activeAttempts().forEach(a -> sweep.heartbeat(a.id())));
            rig.pass(Duration.ofSeconds(55));
        }
        assertThat(rig.state()).isEqualTo(SweepState.COMPLETED);
        assertThat(rig.sweep().reason()).isEqualTo("the wall time of 10m is used");
        assertThat(rig.trial(reported).state()).isEqualTo(TrialState.PRUNED);
        assertThat(rig.trial(silent).state()).isEqualTo(TrialState.CANCELLED);
    }

    @Test
    void wallTimeBeginsWithTheFirstTrial() {
        var rig = external("budget: {wallTime: 10m}");
        rig.pass(Duration.ofMinutes(11));
        assertThat(rig.state()).isEqualTo(SweepState.RUNNING);
        rig.lease();
        rig.pass(Duration.ofMinutes(11));
        assertThat(rig.state()).isEqualTo(SweepState.COMPLETED);
    }

    @Test
    void aSweepInWhichEveryTrialFailedHasFailed() {
        var rig = external("budget: {trials: 2}");
        rig.fail(rig.lease(), "no such file");
        rig.fail(rig.lease(), "no such file");
        assertThat(rig.state()).isEqualTo(SweepState.FAILED);
        assertThat(rig.sweep().reason()).isEqualTo("every trial failed, the last one: no such file");
    }

    @Test
    void aSweepWithOneGoodTrialIsCompletedWhateverElseFailed() {
        var rig = external("budget: {trials: 2}");
        rig.fail(rig.lease(), "no such file");
        rig.complete(rig.lease(), 0.5);
        assertThat(rig.state()).isEqualTo(SweepState.COMPLETED);
    }

    @Test
    void wallTimeStopsWhatStillRunsAfterStagnation() {
        var rig = command("budget: {trials: 50, parallel: 2, wallTime: 10m, stall: {trials: 1}}");
        var slow = rig.local();
        var first = rig.local();
        rig.report(first, -5, 1, 0.9);
        rig.ended(first, 0);
        var second = rig.local();
        rig.report(second, -5, 1, 0.1);
        rig.ended(second, 0);
        assertThat(rig.live.hasWork()).isFalse();
        rig.pass(Duration.ofMinutes(11));
        assertThat(rig.attempt(slow).stopReason()).contains("the wall time of 10m is used");
    }

    @Test
    void aTrialThatRunsOutOfItsTimeIsPrunedIfItHasReportedElseFailed() {
        var rig = command("budget: {trials: 2, parallel: 2, trialTime: 5m}");
        var reported = rig.local();
        var silent = rig.local();
        rig.report(reported, -9, 1, 0.5);
        rig.pass(Duration.ofMinutes(5).plusSeconds(1));
        assertThat(rig.attempt(reported).stopReason()).contains("the trial time of 5m is used");
        assertThat(rig.trial(reported).state()).isEqualTo(TrialState.RUNNING);
        rig.killed(reported);
        rig.killed(silent);
        assertThat(rig.trial(reported).state()).isEqualTo(TrialState.PRUNED);
        assertThat(rig.trial(silent).state()).isEqualTo(TrialState.FAILED);
        assertThat(rig.trial(silent).reason()).contains("trial time");
        assertThat(rig.attempt(silent).state()).isEqualTo(AttemptState.STOPPED);
    }

    @Test
    void theTimeOfATrialIsThatOfAllItsAttemptsTogether() {
        var rig = command("budget: {trials: 1, trialTime: 5m}", "retries: {max: 3, backoff: 1s}");
        var first = rig.local();
        rig.pass(Duration.ofMinutes(3));
        rig.ended(first, 1);
        rig.pass(Duration.ofMinutes(30));
        var second = rig.local();
        rig.restart();
        rig.pass(Duration.ofMinutes(1));
        assertThat(rig.attempt(second).stopReason()).isEmpty();
        rig.pass(Duration.ofMinutes(1).plusSeconds(1));
        assertThat(rig.attempt(second).stopReason()).isPresent();
    }

    @Test
    void stagnationEndsTheSweepAndCallsOffWhatWaits() {
        var rig = external("budget: {trials: 50, stall: {trials: 2}}");
        rig.complete(rig.lease(), 0.9);
        rig.complete(rig.lease(), 0.5);
        var last = rig.lease();
        rig.run(sweep -> sweep.enqueue(ParameterValues.ofPlain(Map.of("x", 0.5))));
        rig.complete(last, 0.6);
        assertThat(rig.state()).isEqualTo(SweepState.COMPLETED);
        assertThat(rig.sweep().reason()).isEqualTo("the last 2 trials brought nothing better");
        assertThat(rig.live.trial(3).state()).isEqualTo(TrialState.CANCELLED);
    }

    @Test
    void moreFailuresThanAreBorneFailTheSweepAndStopWhatRuns() {
        var rig = external("budget: {trials: 50, parallel: 2, failedTrials: 1}");
        var running = rig.lease("a", 1).getFirst();
        rig.fail(rig.lease("b", 1).getFirst(), "broken");
        assertThat(rig.state()).isEqualTo(SweepState.RUNNING);
        rig.fail(rig.lease("b", 1).getFirst(), "broken");
        assertThat(rig.states()).containsExactly(SweepState.RUNNING, SweepState.STOPPING, SweepState.FAILED);
        assertThat(rig.trial(running).state()).isEqualTo(TrialState.CANCELLED);
    }

    @Test
    void aSweepWhoseFirstFiveTrialsFailIsFailed() {
        var rig = external("budget: {trials: 50}");
        for (int i = 0; i < 4; i++) {
            rig.fail(rig.lease(), "no such file");
            assertThat(rig.state()).isEqualTo(SweepState.RUNNING);
        }
        rig.fail(rig.lease(), "no such file");
        assertThat(rig.state()).isEqualTo(SweepState.FAILED);
        assertThat(rig.sweep().reason()).contains("first 5 trials").contains("no such file");
    }

    @Test
    void fiveFailuresAfterASuccessAreBorne() {
        var rig = external("budget: {trials: 50}");
        rig.complete(rig.lease(), 0.5);
        for (int i = 0; i < 8; i++) {
            rig.fail(rig.lease(), "oops");
        }
        assertThat(rig.state()).isEqualTo(SweepState.RUNNING);
    }

    @Test
    void whoAllowsTenFailuresGetsThemFromTheFirstTrialOn() {
        var rig = external("budget: {trials: 50, failedTrials: 10}");
        for (int i = 0; i < 10; i++) {
            rig.fail(rig.lease(), "oops");
        }
        assertThat(rig.state()).isEqualTo(SweepState.RUNNING);
    }

    // ---- no further point -----------------------------------------------------------------------------------------

    /** Of this space two points were enqueued, and none is ever drawn. */
    private static SweepRig thin(String... lines) {
        var file = SweepFiles.external(Stream.concat(
                        Stream.of(lines),
                        Stream.of(
                                "parameters: {x: {min: 0.0, max: 1.0}, y: {min: 0.0, max: 1.0}}",
                                "enqueue: [{x: 0.25, y: 0.25}, {x: 0.5, y: 0.5}]"))
                .toArray(String[]::new));
        var space = SearchSpace.builder();
        file.space().parameters().forEach(space::add);
        return new SweepRig(SweepFiles.with(
                file, space.constraint(Expression.parse("x == y")).build()));
    }

    @Test
    void aSweepWithoutAFurtherPointCompletesWhenItsTrialsAreDone() {
        var rig = thin("budget: {trials: 50, parallel: 4}");
        var leases = rig.lease("w", 4);
        assertThat(leases).hasSize(2);
        leases.forEach(lease -> rig.complete(lease, 0.5));
        assertThat(rig.state()).isEqualTo(SweepState.COMPLETED);
        assertThat(rig.sweep().reason()).contains("x == y");
    }

    @Test
    void withoutAFurtherPointALostTrialIsTriedAgain() {
        var rig = thin("budget: {trials: 50, parallel: 4}");
        var leases = rig.lease("w", 4);
        rig.complete(leases.getFirst(), 0.5);
        rig.pass(Duration.ofSeconds(61));
        assertThat(rig.trial(leases.getLast()).state()).isEqualTo(TrialState.QUEUED);
        var again = rig.lease("v", 1).getFirst();
        assertThat(again.attempt().number()).isEqualTo(2);
        rig.complete(again, 0.4);
        assertThat(rig.state()).isEqualTo(SweepState.COMPLETED);
        assertThat(rig.sweep().counts().complete()).isEqualTo(2);
    }

    @Test
    void withoutAFurtherPointAFailedTrialIsRetried() {
        var rig = thin("budget: {trials: 50, parallel: 4}", "retries: {max: 1, backoff: 10s}");
        var leases = rig.lease("w", 4);
        rig.complete(leases.getFirst(), 0.5);
        rig.fail(leases.getLast(), "flaky");
        assertThat(rig.state()).isEqualTo(SweepState.RUNNING);
        assertThat(rig.lease("w", 1)).isEmpty();
        rig.pass(Duration.ofSeconds(11));
        rig.complete(rig.lease(), 0.4);
        assertThat(rig.state()).isEqualTo(SweepState.COMPLETED);
    }

    // ---- retries and losses ---------------------------------------------------------------------------------------

    @Test
    void aFailedTrialIsRetriedAfterABackOffThatDoubles() {
        var rig = external("budget: {trials: 1}", "retries: {max: 2, backoff: 10s}");
        rig.fail(rig.lease(), "flaky");
        assertThat(rig.live.trial(0).state()).isEqualTo(TrialState.QUEUED);
        assertThat(rig.live.trial(0).reason()).isEqualTo("flaky; try 2 of 3");
        rig.pass(Duration.ofSeconds(9));
        assertThat(rig.lease("w", 1)).isEmpty();
        rig.pass(Duration.ofSeconds(1));
        rig.fail(rig.lease(), "flaky");
        rig.pass(Duration.ofSeconds(19));
        assertThat(rig.lease("w", 1)).isEmpty();
        rig.pass(Duration.ofSeconds(1));
        rig.fail(rig.lease(), "flaky");
        assertThat(rig.live.trial(0).state()).isEqualTo(TrialState.FAILED);
        assertThat(rig.state()).isEqualTo(SweepState.FAILED);
    }

    @Test
    void whileOneTrialWaitsForItsRetryOthersAreStarted() {
        var rig = external("budget: {trials: 2}", "retries: {max: 1, backoff: 10s}");
        rig.fail(rig.lease(), "flaky");
        assertThat(rig.lease().attempt().trialNumber()).isEqualTo(1);
    }

    @Test
    void aLostTrialIsTriedTenTimesAgainWhateverTheRetries() {
        var rig = command("budget: {trials: 1}");
        for (int i = 0; i < 10; i++) {
            rig.killed(rig.local());
            assertThat(rig.live.trial(0).state()).isEqualTo(TrialState.QUEUED);
        }
        rig.killed(rig.local());
        assertThat(rig.live.trial(0).state()).isEqualTo(TrialState.FAILED);
        assertThat(rig.store.attempts).hasSize(11);
        assertThat(rig.store.attempts.values()).allMatch(a -> a.state() == AttemptState.LOST);
    }

    @Test
    void anExpiredLeaseIsLostAndFenced() {
        var rig = external("budget: {trials: 1}");
        var lease = rig.lease();
        rig.pass(Duration.ofSeconds(61));
        assertThat(rig.attempt(lease).state()).isEqualTo(AttemptState.LOST);
        assertThat(rig.live.trial(0).state()).isEqualTo(TrialState.QUEUED);
        assertRefused(() -> rig.report(lease, 0, 1, 0.5), Problem.LeaseLost.class);
        assertRefused(() -> rig.complete(lease, 0.5), Problem.LeaseLost.class);
    }

    @Test
    void aHeartbeatAndAReportRenewALease() {
        var rig = external("budget: {trials: 1}");
        var lease = rig.lease();
        rig.pass(Duration.ofSeconds(50));
        rig.run(sweep -> sweep.heartbeat(lease.id()));
        rig.pass(Duration.ofSeconds(50));
        assertThat(rig.report(lease, 0, 1, 0.5).expiresAt()).isEqualTo(rig.now.plusSeconds(60));
        rig.pass(Duration.ofSeconds(50));
        assertThat(rig.trial(lease).state()).isEqualTo(TrialState.RUNNING);
    }

    @Test
    void aServiceThatComesUpExtendsAllLeases() {
        var rig = external("budget: {trials: 1}");
        var lease = rig.lease();
        rig.now = rig.now.plus(Duration.ofHours(1));
        rig.restart();
        rig.run(LiveSweep::extendLeases);
        rig.pass(Duration.ofSeconds(59));
        assertThat(rig.report(lease, 0, 1, 0.5).directive()).isEqualTo(Reply.CONTINUE);
    }

    @Test
    void aWorkerThatAsksAgainGetsItsUnfinishedLeasesFirst() {
        var rig = external("budget: {trials: 10, parallel: 4}");
        var first = rig.lease("w", 2);
        var again = rig.lease("w", 3);
        assertThat(again)
                .extracting(Lease::id)
                .startsWith(first.get(0).id(), first.get(1).id())
                .hasSize(3);
        assertThat(rig.lease("w", 1))
                .extracting(Lease::id)
                .containsExactly(first.get(0).id());
        assertThat(rig.lease("v", 2)).hasSize(1);
    }

    @Test
    void aRetryResumesFromTheNewestCheckpoint() {
        var rig = command("budget: {trials: 1}", "retries: {max: 1, backoff: 0s}");
        var first = rig.local();
        rig.report(first, -9, 1, 0.1);
        rig.report(first, -8, 2, 0.9);
        rig.ended(first, 1);
        var second = rig.call(sweep -> sweep.lease(
                        Attempt.LOCAL, 1, trial -> Optional.of(new LiveSweep.Checkpoint("/c/checkpoint-1", 1))))
                .getFirst();
        assertThat(second.attempt().resumeFrom()).contains("/c/checkpoint-1");
        assertThat(rig.trial(second).step()).isEqualTo(1);
        assertThat(rig.trial(second).values()).containsEntry("score", 0.1);
        rig.report(second, -9, 2, 0.2);
        rig.ended(second, 0);
        assertThat(rig.trial(second).values()).containsEntry("score", 0.2);
    }

    // ---- pruning --------------------------------------------------------------------------------------------------

    private static final String MEDIAN = "pruning: {algorithm: median, startupTrials: 1, warmupSteps: 0}";

    private static Lease pruned(SweepRig rig) {
        var good = rig.lease("good", 1).getFirst();
        rig.report(good, 0, 1, 0.9);
        rig.complete(good, 0.9);
        var poor = rig.lease("poor", 1).getFirst();
        assertThat(rig.report(poor, 0, 1, 0.1).directive()).isEqualTo(Reply.STOP);
        return poor;
    }

    @Test
    void aPruneVerdictComesWithTheAnswerAndStays() {
        var rig = external("budget: {trials: 3}", MEDIAN);
        var poor = pruned(rig);
        assertThat(rig.report(poor, 1, 2, 0.99).directive()).isEqualTo(Reply.STOP);
        assertThat(rig.call(sweep -> sweep.heartbeat(poor.id())).directive()).isEqualTo(Reply.STOP);
        var trial = rig.call(sweep -> sweep.complete(poor.id(), TrialState.PRUNED, Map.of(), ""));
        assertThat(trial.state()).isEqualTo(TrialState.PRUNED);
        assertThat(trial.reason()).isNotBlank();
        assertThat(rig.attempt(poor).state()).isEqualTo(AttemptState.STOPPED);
    }

    @Test
    void aWorkerThatWasToldToStopAndFallsSilentHasStopped() {
        var rig = external("budget: {trials: 3}", MEDIAN);
        var poor = pruned(rig);
        rig.pass(Duration.ofSeconds(61));
        assertThat(rig.trial(poor).state()).isEqualTo(TrialState.PRUNED);
        assertThat(rig.attempt(poor).state()).isEqualTo(AttemptState.STOPPED);
    }

    @Test
    void aProcessThatIsKilledAfterAVerdictIsPruned() {
        var rig = command("budget: {trials: 3}", MEDIAN);
        var good = rig.local();
        rig.report(good, -9, 1, 0.9);
        rig.ended(good, 0);
        var poor = rig.local();
        assertThat(rig.report(poor, -9, 1, 0.1).directive()).isEqualTo(Reply.STOP);
        rig.killed(poor);
        assertThat(rig.trial(poor).state()).isEqualTo(TrialState.PRUNED);
    }

    // ---- reports --------------------------------------------------------------------------------------------------

    @Test
    void aReplayedReportIsAnsweredAsBeforeAndChangesNothing() {
        var rig = external("budget: {trials: 1}");
        var lease = rig.lease();
        var answer = rig.report(lease, 0, 1, 0.5);
        int events = rig.events().size();
        assertThat(rig.report(lease, 0, 1, 0.7)).isEqualTo(answer);
        assertThat(rig.events()).hasSize(events);
        assertThat(rig.trial(lease).values()).containsEntry("score", 0.5);
    }

    @Test
    void stepsMustRiseAndARefusedReportChangesNothing() {
        var rig = external("budget: {trials: 1}");
        var lease = rig.lease();
        rig.report(lease, 0, 5, 0.5);
        var before = rig.attempt(lease);
        rig.now = rig.now.plusSeconds(10);
        assertRefused(
                () -> rig.call(sweep -> sweep.report(
                        lease.id(), 1, List.of(Measurement.of(6, "score", 0.6), Measurement.of(6, "score", 0.7)))),
                Problem.Invalid.class);
        rig.run(sweep -> {});
        assertThat(rig.attempt(lease)).isEqualTo(before);
        assertThat(rig.trial(lease).step()).isEqualTo(5);
        assertThat(rig.report(lease, 1, 6, 0.6).directive()).isEqualTo(Reply.CONTINUE);
    }

    @Test
    void onceATrialReportsByItselfWhatItPrintsIsNews() {
        var rig = command("budget: {trials: 1}");
        var lease = rig.local();
        rig.report(lease, Long.MIN_VALUE + 100, 1, 0.1);
        rig.report(lease, Long.MIN_VALUE + 200, 2, 0.2);
        // It begins to report over REST, from its first step on: what was read from its stdout is not taken twice.
        rig.call(sweep -> sweep.report(
                lease.id(),
                0,
                List.of(
                        Measurement.of(1, "score", 0.1),
                        Measurement.of(2, "score", 0.2),
                        Measurement.of(3, "score", 0.3))));
        rig.report(lease, Long.MIN_VALUE + 300, 4, 0.9);
        assertThat(rig.trial(lease).step()).isEqualTo(3);
        assertThat(rig.trial(lease).values()).containsEntry("score", 0.3);
    }

    @Test
    void notANumberIsAValueThatAnyOtherBetters() {
        var rig = external("budget: {trials: 1}");
        var lease = rig.lease();
        rig.report(lease, 0, 1, Double.NaN);
        assertThat(rig.trial(lease).values()).containsEntry("score", Double.NaN);
        rig.report(lease, 1, 2, 0.5);
        rig.report(lease, 2, 3, Double.NaN);
        rig.call(sweep -> sweep.complete(lease.id(), TrialState.COMPLETE, Map.of(), ""));
        assertThat(rig.trial(lease).values()).containsEntry("score", 0.5);
    }

    // ---- complete -------------------------------------------------------------------------------------------------

    @Test
    void valuesOfCompleteCountAsOneMoreReport() {
        var rig = external("budget: {trials: 1}");
        var lease = rig.lease();
        rig.report(lease, 0, 4, 0.5);
        var trial = rig.complete(lease, 0.8);
        assertThat(trial.state()).isEqualTo(TrialState.COMPLETE);
        assertThat(trial.step()).isEqualTo(5);
        assertThat(trial.values()).containsEntry("score", 0.8);
        assertThat(rig.attempt(lease).state()).isEqualTo(AttemptState.SUCCEEDED);
        assertThat(rig.attempt(lease).completed()).isTrue();
    }

    @Test
    void completeWithoutAnyValueIsRefused() {
        var rig = external("budget: {trials: 1}");
        var lease = rig.lease();
        assertRefused(
                () -> rig.call(sweep -> sweep.complete(lease.id(), TrialState.COMPLETE, Map.of("loss", 1.0), "")),
                Problem.Invalid.class);
        assertThat(rig.trial(lease).state()).isEqualTo(TrialState.RUNNING);
        assertThat(rig.trial(lease).step()).isEqualTo(-1);
    }

    @Test
    void aWorkerMayCallATrialInfeasible() {
        var rig = external("budget: {trials: 1}");
        var lease = rig.lease();
        var trial = rig.call(sweep -> sweep.complete(lease.id(), TrialState.INFEASIBLE, Map.of(), "too large"));
        assertThat(trial.state()).isEqualTo(TrialState.INFEASIBLE);
        assertThat(trial.reason()).isEqualTo("too large");
        assertThat(rig.state()).isEqualTo(SweepState.COMPLETED);
    }

    @Test
    void aReasonOfAnyLengthAndContentFits() {
        var rig = external("budget: {trials: 1}");
        var lease = rig.lease();
        var trial = rig.fail(lease, "\u0000\u001b[31m" + "x".repeat(1_000_000));
        assertThat(trial.reason()).hasSizeLessThan(2100).startsWith(" [31mxxx").endsWith("…");
        assertThat(rig.events().toString()).hasSizeLessThan(20_000).doesNotContain("\u0000");
    }

    @Test
    void aLocalProcessThatCompletesByRestHoldsItsPlaceUntilItIsGone() {
        var rig = command("budget: {trials: 2}", "retries: {max: 1, backoff: 0s}");
        var lease = rig.local();
        rig.fail(lease, "I give up");
        assertThat(rig.live.trial(0).state()).isEqualTo(TrialState.QUEUED);
        assertThat(rig.live.hasWork()).isFalse();
        assertThat(rig.events().getLast().event()).isInstanceOf(SweepEvent.Studied.class);
        assertThat(rig.events()).anyMatch(e -> e.event() instanceof SweepEvent.AttemptStopping);
        assertRefused(() -> rig.report(lease, 3, 9, 0.5), Problem.LeaseLost.class);
        rig.restart();
        rig.ended(lease, 0);
        assertThat(rig.attempt(lease).state()).isEqualTo(AttemptState.FAILED);
        assertThat(rig.attempt(lease).reason()).isEqualTo("I give up");
        var again = rig.local();
        assertThat(again.attempt().trialNumber()).isZero();
        rig.complete(again, 0.5);
        assertThat(rig.complete(again, 0.9).values()).containsEntry("score", 0.5);
        rig.ended(again, 1);
        assertThat(rig.attempt(again).state()).isEqualTo(AttemptState.SUCCEEDED);
        assertThat(rig.live.trial(0).state()).isEqualTo(TrialState.COMPLETE);
    }

    // ---- the end of a process -------------------------------------------------------------------------------------

    @Test
    void exitCodeZeroIsSuccessWithTheBestValue() {
        var rig = command("budget: {trials: 1}");
        var lease = rig.local();
        rig.report(lease, -9, 1, 0.7);
        rig.report(lease, -8, 2, 0.6);
        rig.ended(lease, 0);
        assertThat(rig.trial(lease).state()).isEqualTo(TrialState.COMPLETE);
        assertThat(rig.trial(lease).values()).containsEntry("score", 0.7);
    }

    @Test
    void exitCodeZeroWithoutAValueIsAFailureThatSaysSo() {
        var rig = command("budget: {trials: 1}");
        var lease = rig.local();
        rig.ended(lease, 0);
        assertThat(rig.trial(lease).state()).isEqualTo(TrialState.FAILED);
        assertThat(rig.trial(lease).reason()).isEqualTo("it ended well but never reported a value of `score`");
    }

    @Test
    void anExitCodeIsAFailureWithTheLastLine() {
        var rig = command("budget: {trials: 1}");
        var lease = rig.local();
        rig.run(sweep -> sweep.ended(lease.id(), new Exit(OptionalInt.of(3), "ValueError: bad", Optional.empty())));
        assertThat(rig.trial(lease).reason()).isEqualTo("exit code 3: ValueError: bad");
        assertThat(rig.attempt(lease).state()).isEqualTo(AttemptState.FAILED);
    }

    @Test
    void aFailurePolicyDecidesWithoutAnotherTry() {
        var rig = command("budget: {trials: 1}", "retries: {max: 5}");
        var lease = rig.local();
        var policy = new Exit.Policy(TrialState.INFEASIBLE, "CUDA out of memory");
        rig.run(sweep -> sweep.ended(lease.id(), new Exit(OptionalInt.of(1), "", Optional.of(policy))));
        assertThat(rig.trial(lease).state()).isEqualTo(TrialState.INFEASIBLE);
        assertThat(rig.trial(lease).reason()).isEqualTo("CUDA out of memory");
    }

    @Test
    void theEndOfAProcessMayBeToldTwice() {
        var rig = command("budget: {trials: 2}");
        var lease = rig.local();
        rig.report(lease, -9, 1, 0.5);
        rig.ended(lease, 0);
        int events = rig.events().size();
        rig.ended(lease, 0);
        rig.run(sweep -> sweep.notStarted(lease.id(), "gone", false));
        assertThat(rig.events()).hasSize(events);
    }

    @Test
    void whatCouldNotBeStartedFailsAndWhatWasNeverStartedIsLost() {
        var rig = command("budget: {trials: 2, parallel: 2}");
        var broken = rig.local();
        var lost = rig.local();
        rig.run(sweep -> sweep.notStarted(broken.id(), "no such program", true));
        rig.run(sweep -> sweep.notStarted(lost.id(), "the service ended", false));
        assertThat(rig.trial(broken).state()).isEqualTo(TrialState.FAILED);
        assertThat(rig.trial(lost).state()).isEqualTo(TrialState.QUEUED);
    }

    // ---- steering -------------------------------------------------------------------------------------------------

    @Test
    void aPausedSweepStartsNothingAndRunningTrialsGoOn() {
        var rig = external("budget: {trials: 3}");
        var lease = rig.lease();
        rig.run(LiveSweep::pause);
        assertThat(rig.lease("v", 1)).isEmpty();
        rig.complete(lease, 0.5);
        assertThat(rig.lease("v", 1)).isEmpty();
        rig.run(LiveSweep::resume);
        assertThat(rig.lease("v", 1)).hasSize(1);
    }

    @Test
    void stopLetsRunningTrialsFinishAndCompletes() {
        var rig = external("budget: {trials: 3}", "enqueue: [{x: 0.1}, {x: 0.2}]");
        var lease = rig.lease();
        rig.run(LiveSweep::stop);
        assertThat(rig.state()).isEqualTo(SweepState.STOPPING);
        assertThat(rig.live.trial(1).state()).isEqualTo(TrialState.CANCELLED);
        assertThat(rig.lease("v", 1)).isEmpty();
        rig.run(LiveSweep::stop);
        rig.complete(lease, 0.5);
        assertThat(rig.states()).containsExactly(SweepState.RUNNING, SweepState.STOPPING, SweepState.COMPLETED);
        assertRefused(() -> rig.lease("v", 1), Problem.Over.class);
    }

    @Test
    void stopOfASweepThatRunsNothingCompletesItAtOnce() {
        var rig = external("budget: {trials: 3}");
        rig.run(LiveSweep::stop);
        assertThat(rig.state()).isEqualTo(SweepState.COMPLETED);
    }

    @Test
    void cancelEndsWorkersLeasesAtOnceAndWaitsForProcesses() {
        var external = external("budget: {trials: 3}");
        var lease = external.lease();
        external.report(lease, 0, 1, 0.5);
        external.run(LiveSweep::cancel);
        assertThat(external.state()).isEqualTo(SweepState.CANCELLED);
        assertThat(external.trial(lease).state()).isEqualTo(TrialState.PRUNED);

        var command = command("budget: {trials: 3}");
        var process = command.local();
        command.run(LiveSweep::cancel);
        assertThat(command.state()).isEqualTo(SweepState.STOPPING);
        command.run(LiveSweep::cancel);
        command.killed(process);
        assertThat(command.state()).isEqualTo(SweepState.CANCELLED);
        assertThat(command.trial(process).state()).isEqualTo(TrialState.CANCELLED);
    }

    @Test
    void cancelAfterStopIsSeenInTheLog() {
        var rig = command("budget: {trials: 3}");
        var process = rig.local();
        rig.run(LiveSweep::stop);
        long revision = rig.sweep().revision();
        rig.run(LiveSweep::cancel);
        assertThat(rig.sweep().revision()).isGreaterThan(revision);
        assertThat(rig.sweep().target()).contains(SweepState.CANCELLED);
        rig.killed(process);
        assertThat(rig.state()).isEqualTo(SweepState.CANCELLED);
    }

    @Test
    void whatTheStateForbidsIsAConflictAndChangesNothing() {
        var rig = external("budget: {trials: 3}");
        assertRefused(() -> rig.run(LiveSweep::resume), Problem.Conflict.class);
        rig.run(LiveSweep::pause);
        assertRefused(() -> rig.run(LiveSweep::pause), Problem.Conflict.class);
        rig.run(LiveSweep::cancel);
        int events = rig.events().size();
        assertRefused(() -> rig.run(LiveSweep::pause), Problem.Conflict.class);
        assertRefused(() -> rig.run(LiveSweep::stop), Problem.Conflict.class);
        assertRefused(() -> rig.run(LiveSweep::cancel), Problem.Conflict.class);
        assertRefused(
                () -> rig.run(sweep -> sweep.enqueue(ParameterValues.ofPlain(Map.of("x", 0.5)))),
                Problem.Conflict.class);
        assertThat(rig.events()).hasSize(events);
    }

    @Test
    void aTrialThatAUserStopsIsPrunedIfItHasReportedElseCancelled() {
        var rig = external("budget: {trials: 3, parallel: 3}", "enqueue: [{x: 0.1}, {x: 0.2}, {x: 0.3}]");
        var reported = rig.lease("a", 1).getFirst();
        var silent = rig.lease("b", 1).getFirst();
        rig.report(reported, 0, 1, 0.5);
        rig.run(sweep -> sweep.stopTrial(0));
        rig.run(sweep -> sweep.stopTrial(1));
        rig.run(sweep -> sweep.stopTrial(2));
        assertThat(rig.trial(reported).state()).isEqualTo(TrialState.PRUNED);
        assertThat(rig.trial(reported).reason()).isEqualTo("stopped by a user");
        assertThat(rig.trial(silent).state()).isEqualTo(TrialState.CANCELLED);
        assertThat(rig.live.trial(2).state()).isEqualTo(TrialState.CANCELLED);
        assertRefused(() -> rig.report(reported, 1, 2, 0.6), Problem.LeaseLost.class);
        assertRefused(() -> rig.run(sweep -> sweep.stopTrial(0)), Problem.Conflict.class);
    }

    @Test
    void anyOfSeveralWorkersTrialsCanBeStopped() {
        var rig = external("budget: {trials: 9, parallel: 3}");
        rig.lease("w", 3);
        rig.run(sweep -> sweep.stopTrial(0));
        assertThat(rig.live.trial(0).state()).isEqualTo(TrialState.CANCELLED);
        assertThat(rig.live.activeAttempts()).hasSize(2);
    }

    @Test
    void aFailedTrialCanBeRunAgainWithAllItsRetries() {
        var rig = external("budget: {trials: 2}", "retries: {max: 1, backoff: 0s}");
        rig.fail(rig.lease(), "a");
        rig.fail(rig.lease(), "b");
        assertThat(rig.live.trial(0).state()).isEqualTo(TrialState.FAILED);
        rig.run(sweep -> sweep.rerun(0, "tester"));
        rig.restart();
        rig.fail(rig.lease(), "c");
        assertThat(rig.live.trial(0).state()).isEqualTo(TrialState.QUEUED);
        var last = rig.lease();
        assertThat(last.attempt().number()).isEqualTo(4);
        rig.complete(last, 0.5);
        assertRefused(() -> rig.run(sweep -> sweep.rerun(0, "tester")), Problem.Conflict.class);
    }

    @Test
    void aPointOutsideTheSpaceIsRefused() {
        var rig = external("budget: {trials: 2}");
        assertRefused(
                () -> rig.run(sweep -> sweep.enqueue(ParameterValues.ofPlain(Map.of("x", 7.0)))),
                Problem.Invalid.class);
        assertThat(rig.sweep().counts().total()).isZero();
    }

    @Test
    void aLeaseThatNobodyHasIsLost() {
        var rig = external("budget: {trials: 2}");
        assertRefused(() -> rig.run(sweep -> sweep.heartbeat(new UUID(1, 2))), Problem.LeaseLost.class);
    }

    // ---- what is written down -------------------------------------------------------------------------------------

    @Test
    void positionsHaveNoGapsAndRowsCarryTheRevisionOfTheirChange() {
        var rig = external("budget: {trials: 4, parallel: 2}", MEDIAN);
        for (int i = 0; i < 4; i++) {
            var lease = rig.lease();
            rig.report(lease, 0, 1, i * 0.1);
            rig.complete(lease, i * 0.1);
        }
        for (int i = 0; i < rig.events().size(); i++) {
            assertThat(rig.events().get(i).pos()).isEqualTo(i + 1);
        }
        assertThat(rig.sweep().revision()).isEqualTo(rig.events().size());
        assertThat(rig.store.trials.values())
                .extracting(TrialSnapshot::revision)
                .isSorted();
    }

    @Test
    void aRestoredSweepIsTheSameAndGoesOnAlike() {
        var rig = external(
                "budget: {trials: 12, parallel: 3}", "retries: {max: 2, backoff: 30s}", "enqueue: [{x: 0.1}]", MEDIAN);
        rig.complete(rig.lease("a", 1).getFirst(), 0.9);
        var running = rig.lease("a", 1).getFirst();
        rig.report(running, 4, 1, Double.NaN);
        rig.report(running, 5, 2, 0.2);
        rig.fail(rig.lease("b", 1).getFirst(), "flaky");
        rig.lease("c", 1);
        rig.pass(Duration.ofSeconds(40));
        rig.run(sweep -> sweep.heartbeat(running.id()));
        rig.pass(Duration.ofSeconds(21));
        rig.fail(rig.lease("b", 1).getFirst(), "flaky again");

        var restored = rig.restored();
        assertThat(restored.snapshot()).isEqualTo(rig.live.snapshot());
        assertThat(restored.activeAttempts()).isEqualTo(rig.live.activeAttempts());
        assertThat(restored.hasWork()).isEqualTo(rig.live.hasWork());
        for (var time : List.of(1, 20, 40)) {
            rig.pass(Duration.ofSeconds(time));
            restored.at(rig.now);
            restored.tick();
            restored.settle();
            var wanted = rig.lease("d", 9);
            var got = restored.lease("d", 9, trial -> Optional.empty());
            restored.settle();
            assertThat(got)
                    .extracting(Lease::params)
                    .isEqualTo(wanted.stream().map(Lease::params).toList());
            assertThat(got)
                    .extracting(
                            l -> l.attempt().trialNumber() + "/" + l.attempt().number())
                    .isEqualTo(wanted.stream()
                            .map(l -> l.attempt().trialNumber() + "/"
                                    + l.attempt().number())
                            .toList());
            assertThat(restored.snapshot().counts())
                    .isEqualTo(rig.live.snapshot().counts());
        }
    }

    @Test
    void theBackOffOfARetryOutlivesARestart() {
        var rig = external("budget: {trials: 1}", "retries: {max: 1, backoff: 60s}");
        rig.fail(rig.lease(), "flaky");
        rig.restart();
        assertThat(rig.lease("w", 1)).isEmpty();
        rig.pass(Duration.ofSeconds(61));
        assertThat(rig.lease("w", 1)).hasSize(1);
    }

    // ---- edits ----------------------------------------------------------------------------------------------------

    @Test
    void anEditChangesTheFileAndSaysByWhom() {
        var rig = external("budget: {trials: 2}");
        rig.run(sweep -> sweep.edit(edited("budget: {trials: 3, parallel: 2}"), "ada"));

        assertThat(rig.lease("a", 5)).hasSize(2);
        assertThat(rig.sweep().specification()).contains("\"trials\":3");
        assertThat(rig.events().stream().map(Committed.Recorded::event).filter(SweepEvent.Steered.class::isInstance))
                .containsExactly(new SweepEvent.Steered(
                        -1,
                        "ada",
                        "edit",
                        "{\"budget\":{\"trials\":2,\"parallel\":1}}",
                        "{\"budget\":{\"trials\":3,\"parallel\":2}}"));
    }

    @Test
    void anEditThatChangesNothingIsNoEvent() {
        var rig = external("budget: {trials: 2}");
        long before = rig.sweep().revision();
        rig.run(sweep -> sweep.edit(edited("budget: {trials: 2}"), "ada"));
        assertThat(rig.sweep().revision()).isEqualTo(before);
    }

    @Test
    void parallelMayBeLoweredBelowWhatRuns() {
        var rig = external("budget: {trials: 9, parallel: 3}");
        var leases = rig.lease("a", 3);
        rig.run(sweep -> sweep.edit(edited("budget: {trials: 9, parallel: 1}"), "ada"));

        rig.complete(leases.get(0), 0.1);
        rig.complete(leases.get(1), 0.1);
        assertThat(rig.lease("b", 1)).isEmpty();
        rig.complete(leases.get(2), 0.1);
        assertThat(rig.lease("b", 1)).hasSize(1);
    }

    @Test
    void whatWaitsOutsideTheNewSpaceIsCalledOffAndNewTrialsLieInIt() {
        var rig = external("budget: {trials: 20}", "enqueue: [{x: 0.1}, {x: 0.9}]");
        rig.run(sweep -> sweep.edit(edited("budget: {trials: 20}", "parameters: {x: {min: 0.5, max: 2.0}}"), "ada"));

        assertThat(rig.live.trial(0).state()).isEqualTo(TrialState.CANCELLED);
        assertThat(rig.live.trial(0).reason()).contains("no point of the space any more");
        assertThat(rig.live.trial(1).state()).isEqualTo(TrialState.QUEUED);
        for (int i = 0; i < 8; i++) {
            var lease = rig.lease();
            assertThat(x(lease)).isBetween(0.5, 2.0);
            rig.complete(lease, 0.5);
        }
        assertRefused(() -> rig.run(sweep -> sweep.rerun(0, "ada")), Problem.Conflict.class);
    }

    @Test
    void anAnswerThatTheSamplerFoundForTheOldSpaceIsNotTaken() {
        var rig = external("budget: {trials: 20, parallel: 2}");
        var question = rig.call(sweep -> sweep.question("w", 1)).orElseThrow();
        var suggested = question.suggest();
        rig.run(sweep -> sweep.edit(edited("budget: {trials: 20}", "parameters: {x: {min: 5.0, max: 6.0}}"), "ada"));

        rig.run(sweep -> sweep.answer(question, suggested));

        assertThat(rig.sweep().counts().total()).isZero();
        assertThat(x(rig.lease())).isBetween(5.0, 6.0);
    }

    @Test
    void aSweepThatCompletedGoesOnWhereItIsGivenMoreToDo() {
        var rig = external("budget: {trials: 1}");
        rig.complete(rig.lease(), 0.5);
        assertThat(rig.state()).isEqualTo(SweepState.COMPLETED);
        rig.restart();

        assertRefused(
                () -> rig.run(sweep -> sweep.edit(edited("budget: {trials: 1}", "description: more"), "ada")),
                Problem.Conflict.class);
        rig.run(sweep -> sweep.edit(edited("budget: {trials: 2}"), "ada"));

        assertThat(rig.state()).isEqualTo(SweepState.RUNNING);
        assertThat(rig.sweep().endedAt()).isEmpty();
        rig.restart();
        rig.complete(rig.lease(), 0.7);
        assertThat(rig.states())
                .containsExactly(SweepState.RUNNING, SweepState.COMPLETED, SweepState.RUNNING, SweepState.COMPLETED);
        assertThat(rig.sweep().bestTrial()).contains(1);
    }

    @Test
    void theWallTimeOfAnExtendedSweepCountsFromItsExtension() {
        var rig = external("budget: {trials: 1, wallTime: 10m}");
        rig.complete(rig.lease(), 0.5);
        rig.pass(Duration.ofHours(3));
        rig.run(sweep -> sweep.edit(edited("budget: {trials: 2, wallTime: 10m}"), "ada"));
        rig.restart();

        rig.pass(Duration.ofMinutes(9));
        assertThat(rig.state()).isEqualTo(SweepState.RUNNING);
        rig.pass(Duration.ofMinutes(2));
        assertThat(rig.state()).isEqualTo(SweepState.COMPLETED);
    }

    @Test
    void stagnationIsForgottenWhereAnEditTakesItsRuleAway() {
        var rig = external("budget: {trials: 50, parallel: 2, stall: {trials: 1}}");
        var stays = rig.lease("a", 2);
        rig.complete(stays.get(0), 0.9);
        rig.complete(rig.further("a"), 0.1);
        assertThat(rig.lease("b", 1)).isEmpty();

        rig.run(sweep -> sweep.edit(edited("budget: {trials: 50, parallel: 2}"), "ada"));

        assertThat(rig.lease("b", 1)).hasSize(1);
    }

    @Test
    void failedTrialsOfASweepThatCompletedRunAgain() {
        var rig = external("budget: {trials: 3}");
        rig.complete(rig.lease(), 0.5);
        rig.fail(rig.lease(), "bad luck");
        rig.fail(rig.lease(), "bad luck");
        assertThat(rig.state()).isEqualTo(SweepState.COMPLETED);

        assertThat(rig.<Integer>call(sweep -> sweep.rerunAll(false, "ada"))).isEqualTo(2);

        assertThat(rig.state()).isEqualTo(SweepState.RUNNING);
        rig.complete(rig.lease(), 0.6);
        rig.complete(rig.lease(), 0.7);
        assertThat(rig.state()).isEqualTo(SweepState.COMPLETED);
        assertThat(rig.sweep().counts().complete()).isEqualTo(3);
        assertRefused(() -> rig.run(sweep -> sweep.rerunAll(true, "ada")), Problem.Conflict.class);
    }

    @Test
    void aSweepThatFailedOrWasCancelledIsNotEdited() {
        var rig = external("budget: {trials: 2}");
        rig.run(LiveSweep::cancel);
        assertRefused(() -> rig.run(sweep -> sweep.edit(edited("budget: {trials: 9}"), "ada")), Problem.Conflict.class);
    }

    @Test
    void decisionsAfterAnEditAreThoseOfAReplay() {
        var rig = new SweepRig(SweepFiles.read("""
                name: test
                objective: {metric: score, goal: maximize}
                search: {algorithm: tpe, seed: 7}
                parameters: {x: {min: 0.0, max: 1.0}}
                trial: {external: true}
                budget: {trials: 40}
                """));
        for (int i = 0; i < 15; i++) {
            var lease = rig.lease();
            rig.complete(lease, x(lease));
        }
        rig.run(sweep -> sweep.edit(
                file -> SweepFiles.with(
                        file,
                        SearchSpace.builder()
                                .add("x", FloatDistribution.of(0, 0.5))
                                .build()),
                "ada"));
        var again = rig.restored();
        var next = rig.lease().params();
        assertThat(again.lease("w", 1, trial -> Optional.empty()).getFirst().params())
                .isEqualTo(next);
        assertThat((Double) next.get("x")).isLessThanOrEqualTo(0.5);
    }

    private static double x(Lease lease) {
        return (Double) Objects.requireNonNull(lease.params().get("x"));
    }

    private static UnaryOperator<SweepSpecification> edited(String... lines) {
        return file -> SweepEdit.checked(file, SweepFiles.external(lines));
    }

    private static void assertRefused(ThrowingCallable call, Class<? extends Problem> problem) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ProblemException.class, e -> assertThat(e.problem()).isInstanceOf(problem));
    }

    // ---- constraints on results -----------------------------------------------------------------------------------

    @Test
    void theLastValuesOfConstraintsCountWhereverTheObjectiveWasBest() {
        var rig = external("budget: {trials: 2}", "constraints: [\"ms <= 20\"]");
        var late = rig.lease();
        rig.report(late, 0, 1, 0.9);
        rig.call(sweep -> sweep.complete(late.id(), TrialState.COMPLETE, Map.of("ms", 12.0), ""));
        var spoilt = rig.lease();
        rig.call(sweep -> sweep.report(
                spoilt.id(),
                0,
                List.of(
                        new Measurement(1, Map.of("score", 0.95, "ms", 5.0)),
                        new Measurement(2, Map.of("score", 0.5, "ms", 50.0)))));
        rig.call(sweep -> sweep.complete(spoilt.id(), TrialState.COMPLETE, Map.of(), ""));

        assertThat(rig.trial(late).values()).isEqualTo(Map.of("score", 0.9, "ms", 12.0));
        assertThat(rig.trial(spoilt).values()).isEqualTo(Map.of("score", 0.95, "ms", 50.0));
        assertThat(rig.sweep().bestTrial()).contains(0);
        assertThat(Front.of(rig.live.specification().goals(), List.of(rig.trial(late), rig.trial(spoilt)))
                        .best())
                .extracting(placed -> placed.trial().number())
                .containsExactly(0);
    }

    // ---- questions that are answered beside the writer -------------------------------------------------------------

    @Test
    void takesReportsWhileTheSamplerThinks() {
        var rig = external("budget: {trials: 4, parallel: 2}");
        var running = rig.lease("a", 1).getFirst();
        var question = question(rig, "b", 1).orElseThrow();

        rig.report(running, 0, 1, 0.5);
        assertThat(rig.lease("b", 1)).as("nothing else is asked meanwhile").isEmpty();
        assertThat(question(rig, "b", 1)).isEmpty();
        rig.run(sweep -> sweep.answer(question, question.suggest()));

        assertThat(rig.lease("b", 1))
                .singleElement()
                .satisfies(lease -> assertThat(lease.attempt().trialNumber()).isEqualTo(1));
    }

    @Test
    void asksNothingThatWhatWaitsCanAnswer() {
        var rig = external("budget: {trials: 4, parallel: 2}", "enqueue: [{x: 0.25}]");

        assertThat(question(rig, "a", 1)).isEmpty();
        assertThat(question(rig, "a", 2)).isPresent();
    }

    @Test
    void forgetsWhatWasAskedBeforeItWasReadAgain() {
        var rig = external("budget: {trials: 4, parallel: 2}");
        var question = question(rig, "a", 1).orElseThrow();
        rig.restart();

        rig.run(sweep -> sweep.answer(question, question.suggest()));

        assertThat(rig.sweep().counts().total()).isZero();
        assertThat(rig.lease("a", 1)).hasSize(1);
    }

    @Test
    void goesOnAfterAQuestionThatWasGivenUp() {
        var rig = external("budget: {trials: 4, parallel: 2}");
        var question = question(rig, "a", 1).orElseThrow();

        rig.call(sweep -> sweep.unanswered(question));

        assertThat(rig.lease("a", 1)).hasSize(1);
    }

    @Test
    void takesNoTrialOnceItIsBeingStopped() {
        var rig = external("budget: {trials: 4, parallel: 2}");
        var running = rig.lease("a", 1).getFirst();
        var question = question(rig, "b", 1).orElseThrow();
        rig.run(LiveSweep::stop);

        rig.run(sweep -> sweep.answer(question, question.suggest()));
        rig.complete(running, 0.5);

        assertThat(rig.state()).isEqualTo(SweepState.COMPLETED);
        assertThat(rig.sweep().counts().total()).isEqualTo(1);
    }

    @Test
    void keepsWhatWasAskedBeforeAPause() {
        var rig = external("budget: {trials: 4, parallel: 2}");
        var question = question(rig, "a", 1).orElseThrow();
        rig.run(LiveSweep::pause);

        rig.run(sweep -> sweep.answer(question, question.suggest()));
        rig.run(LiveSweep::resume);

        assertThat(rig.lease("a", 1)).hasSize(1);
        assertThat(rig.sweep().counts().total()).isEqualTo(1);
    }

    // ---- what earlier sweeps know, and what is left to gain ---------------------------------------------------------

    private static Knowledge knowledge() {
        return new Knowledge(
                List.of(
                        new WarmStart.Known(
                                ParameterValues.ofPlain(Map.of("x", 0.5)),
                                new Outcome.Completed(Map.of("score", 0.9)),
                                "earlier, trial 4"),
                        new WarmStart.Known(
                                ParameterValues.ofPlain(Map.of("x", 0.75)),
                                new Outcome.Infeasible("infeasible in earlier"),
                                "earlier, trial 5")),
                List.of(ParameterValues.ofPlain(Map.of("x", 0.125))),
                List.of(new EarlierSweep(new UUID(1, 2), "earlier", 2, 1, List.of())));
    }

    @Test
    void trialsOfEarlierSweepsAreKnownAndCountedApart() {
        var rig = new SweepRig(SweepFiles.external("budget: {trials: 2}", "enqueue: [{x: 0.25}]"), knowledge());

        assertThat(rig.sweep().counts()).isEqualTo(new SweepSnapshot.Counts(2, 0, 0, 0, 0, 0, 0, 2));
        assertThat(rig.sweep().bestTrial()).contains(0);
        assertThat(rig.live.trial(0)).satisfies(trial -> {
            assertThat(trial.state()).isEqualTo(TrialState.COMPLETE);
            assertThat(trial.values()).containsEntry("score", 0.9);
            assertThat(trial.importedFrom()).contains("earlier, trial 4");
            assertThat(trial.startedAt()).isEmpty();
            assertThat(trial.attempt()).isZero();
        });
        assertThat(rig.live.trial(1).state()).isEqualTo(TrialState.INFEASIBLE);
        assertThat(rig.lease().params()).containsEntry("x", 0.25);
        rig.restart();
        assertThat(rig.live.snapshot().counts()).isEqualTo(new SweepSnapshot.Counts(1, 1, 0, 0, 0, 0, 0, 2));
        assertThat(rig.events().stream().filter(e -> e.event() instanceof SweepEvent.WarmStarted))
                .hasSize(1);
    }

    @Test
    void trialsOfEarlierSweepsUseUpNoBudget() {
        var rig = new SweepRig(SweepFiles.external("budget: {trials: 2}"), knowledge());

        var first = rig.lease();
        assertThat(first.params()).containsEntry("x", 0.125);
        rig.complete(first, 0.5);
        rig.complete(rig.lease(), 0.7);

        assertThat(rig.sweep().reason()).isEqualTo("all 2 trials are done");
        assertThat(rig.sweep().counts()).isEqualTo(new SweepSnapshot.Counts(0, 0, 2, 0, 0, 0, 0, 2));
        assertThat(rig.sweep().bestTrial()).contains(0);
    }

    @Test
    void aTrialOfAnEarlierSweepCanNeitherBeStoppedNorRunAgain() {
        var rig = new SweepRig(SweepFiles.external("budget: {trials: 2}"), knowledge());

        assertThatThrownBy(() -> rig.run(sweep -> sweep.stopTrial(0))).isInstanceOf(ProblemException.class);
        assertThatThrownBy(() -> rig.run(sweep -> sweep.rerun(1, "tester"))).isInstanceOf(ProblemException.class);
    }

    @Test
    void whetherEnoughIsLeftToGainIsAskedOnceForEachTrialThatEnds() {
        var rig = external("budget: {trials: 40, parallel: 2, regret: 0.01}");
        assertThat(doubt(rig)).isEmpty();
        rig.complete(rig.lease(), 0.5);

        assertThat(doubt(rig)).isPresent();
        assertThat(doubt(rig)).isEmpty();
        rig.complete(rig.lease(), 0.5);
        var doubt = doubt(rig).orElseThrow();
        assertThat(doubt.history().size()).isEqualTo(2);
        assertThat(doubt.terminator().check(doubt.history())).isEmpty();
    }

    @Test
    void endsWhenTooLittleIsLeftToGainAndSaysSo() {
        var rig = external("budget: {trials: 40, parallel: 2, regret: 0.01}");
        var running = rig.lease("a", 1).getFirst();
        rig.complete(rig.lease("b", 1).getFirst(), 0.5);
        var doubt = doubt(rig).orElseThrow();

        rig.run(sweep -> sweep.resolve(doubt, Optional.of(new Termination(Termination.Kind.STAGNATION, "enough"))));

        assertThat(rig.lease("b", 1)).isEmpty();
        assertThat(rig.state()).isEqualTo(SweepState.RUNNING);
        rig.complete(running, 0.6);
        assertThat(rig.state()).isEqualTo(SweepState.COMPLETED);
        assertThat(rig.sweep().reason()).isEqualTo("enough");
    }

    @Test
    void anAnswerToASweepThatWasReadAgainIsDropped() {
        var rig = external("budget: {trials: 40, regret: 0.01}");
        rig.complete(rig.lease(), 0.5);
        var doubt = doubt(rig).orElseThrow();
        rig.restart();

        rig.run(sweep -> sweep.resolve(doubt, Optional.of(new Termination(Termination.Kind.STAGNATION, "enough"))));

        assertThat(rig.lease()).isNotNull();
        assertThat(doubt(rig)).as("one trial runs, as many as may").isEmpty();
    }

    private static Optional<LiveSweep.Doubt> doubt(SweepRig rig) {
        return rig.call(sweep -> sweep.doubt("asks", 1));
    }

    private static Optional<PreparedAsk> question(SweepRig rig, String worker, int capacity) {
        return rig.call(sweep -> sweep.question(worker, capacity));
    }
}
