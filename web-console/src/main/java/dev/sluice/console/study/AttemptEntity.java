package dev.sluice.console.study;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;

/** A row that {@link SweepJournal} writes, for reading. */
@Entity
@Table(name = "attempt")
@NullUnmarked // filled by Hibernate
class AttemptEntity extends PanacheEntityBase {
    @Id
    UUID id;

    UUID sweep;
    UUID trial;

    @Column(name = "trial_number")
    int trialNumber;

    int number;
    String worker;

    @Enumerated(EnumType.STRING)
    AttemptState state;

    @Column(name = "resume_from")
    String resumeFrom;

    @Column(name = "started_at")
    Instant startedAt;

    @Column(name = "expires_at")
    Instant expiresAt;

    @Column(name = "ended_at")
    Instant endedAt;

    String reason;

    @Column(name = "last_seq")
    long lastSeq;

    String directive;

    @Column(name = "directive_reason")
    String directiveReason;

    @Column(name = "stop_reason")
    String stopReason;

    boolean reported;
    boolean completed;
    String launch;

    Attempt snapshot() {
        return new Attempt(
                id,
                sweep,
                trial,
                trialNumber,
                number,
                worker,
                state,
                Optional.ofNullable(resumeFrom),
                startedAt,
                Optional.ofNullable(expiresAt),
                Optional.ofNullable(endedAt),
                reason == null ? "" : reason,
                lastSeq,
                directive,
                directiveReason,
                Optional.ofNullable(stopReason),
                reported,
                completed,
                Optional.ofNullable(launch));
    }
}
