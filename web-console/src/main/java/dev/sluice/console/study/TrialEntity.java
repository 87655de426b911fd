package dev.sluice.console.study;

import dev.sluice.search.trial.TrialState;
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
@Table(name = "trial")
@NullUnmarked // filled by Hibernate
class TrialEntity extends PanacheEntityBase {
    @Id
    UUID id;

    UUID sweep;
    int number;

    @Enumerated(EnumType.STRING)
    TrialState state;

    String params;
    String objectives;
    long step;
    String reason;

    @Column(name = "suggested_by")
    String suggestedBy;

    long seed;
    int attempt;

    @Column(name = "queued_at")
    Instant queuedAt;

    @Column(name = "started_at")
    Instant startedAt;

    @Column(name = "ended_at")
    Instant endedAt;

    long revision;

    @Column(name = "imported_from")
    String importedFrom;

    TrialSnapshot snapshot() {
        return new TrialSnapshot(
                id,
                sweep,
                number,
                state,
                EventCodec.plain(EventCodec.parse(params)),
                EventCodec.metrics(EventCodec.parse(objectives)),
                step,
                reason == null ? "" : reason,
                suggestedBy,
                seed,
                attempt,
                queuedAt,
                Optional.ofNullable(startedAt),
                Optional.ofNullable(endedAt),
                revision,
                Optional.ofNullable(importedFrom));
    }
}
