package dev.sluice.console.study;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The row of one attempt in the writer's hands. Confined to the writer; leaves as an {@link Attempt}. */
final class AttemptRow {
    final UUID id;
    final TrialRow trial;
    final int number;
    final String worker;
    final Instant startedAt;

    AttemptState state;

    @Nullable
    String resumeFrom;

    @Nullable
    Instant expiresAt;

    @Nullable
    Instant endedAt;

    String reason = "";
    /** Reports over REST count from 0; lines that were printed are numbered below that. */
    long lastSeq = Long.MIN_VALUE;

    String directive = Reply.CONTINUE;
    String directiveReason = "";

    @Nullable
    String stopReason;

    boolean reported;
    boolean completed;

    @Nullable
    String launch;

    boolean fresh = true;

    AttemptRow(UUID id, TrialRow trial, int number, String worker, AttemptState state, Instant startedAt) {
        this.id = id;
        this.trial = trial;
        this.number = number;
        this.worker = worker;
        this.state = state;
        this.startedAt = startedAt;
    }

    static AttemptRow of(Attempt saved, TrialRow trial) {
        var row = new AttemptRow(saved.id(), trial, saved.number(), saved.worker(), saved.state(), saved.startedAt());
        row.resumeFrom = saved.resumeFrom().orElse(null);
        row.expiresAt = saved.expiresAt().orElse(null);
        row.endedAt = saved.endedAt().orElse(null);
        row.reason = saved.reason();
        row.lastSeq = saved.lastSeq();
        row.directive = saved.directive();
        row.directiveReason = saved.directiveReason();
        row.stopReason = saved.stopReason().orElse(null);
        row.reported = saved.reported();
        row.completed = saved.completed();
        row.launch = saved.launch().orElse(null);
        row.fresh = false;
        return row;
    }

    boolean isLocal() {
        return worker.equals(Attempt.LOCAL);
    }

    Attempt snapshot() {
        return new Attempt(
                id,
                trial.sweep,
                trial.id,
                trial.number,
                number,
                worker,
                state,
                Optional.ofNullable(resumeFrom),
                startedAt,
                Optional.ofNullable(expiresAt),
                Optional.ofNullable(endedAt),
                reason,
                lastSeq,
                directive,
                directiveReason,
                Optional.ofNullable(stopReason),
                reported,
                completed,
                Optional.ofNullable(launch));
    }
}
