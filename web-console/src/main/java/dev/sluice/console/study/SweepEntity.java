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
@Table(name = "sweep")
@NullUnmarked // filled by Hibernate
class SweepEntity extends PanacheEntityBase {
    @Id
    UUID id;

    String name;

    @Enumerated(EnumType.STRING)
    SweepState state;

    @Enumerated(EnumType.STRING)
    SweepState target;

    String reason;
    String specification;

    @Column(name = "idempotency_key")
    String idempotencyKey;

    @Column(name = "request_hash")
    String requestHash;

    @Column(name = "created_at")
    Instant createdAt;

    @Column(name = "ended_at")
    Instant endedAt;

    long revision;
    int queued;
    int running;
    int complete;
    int pruned;
    int infeasible;
    int failed;
    int cancelled;
    int imported;

    @Column(name = "best_trial")
    Integer bestTrial;

    boolean tracked;

    @Column(name = "extended_at")
    Instant extendedAt;

    SweepSnapshot snapshot() {
        return new SweepSnapshot(
                id,
                name,
                state,
                Optional.ofNullable(target),
                reason == null ? "" : reason,
                specification,
                createdAt,
                Optional.ofNullable(endedAt),
                revision,
                new SweepSnapshot.Counts(queued, running, complete, pruned, infeasible, failed, cancelled, imported),
                Optional.ofNullable(bestTrial),
                Optional.ofNullable(extendedAt));
    }
}
