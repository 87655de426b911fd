package dev.sluice.console.promote;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;

/** A promotion: the intent, written before the act, and what became of it. */
@Entity
@Table(name = "promotion")
@NullUnmarked // filled by Hibernate
class PromotionEntity extends PanacheEntityBase {
    @Id
    UUID id;

    UUID sweep;

    /** Null until the best trial is known. */
    UUID trial;

    String model;
    String alias;

    /** By the sweep file's `promotion`, when the sweep completed. */
    boolean automatic;

    @Enumerated(EnumType.STRING)
    PromotionState state;

    String version;

    /** What the alias pointed to before it was moved; empty: nothing; null: not known, or not moved. */
    String previous;

    /** How the model that MLflow holds was compared with the trainer's; null: not yet. */
    String verification;

    String reason;

    @Column(name = "created_at")
    Instant createdAt;

    @Column(name = "ended_at")
    Instant endedAt;

    PromotionView view() {
        return new PromotionView(
                id,
                sweep,
                trial,
                state,
                model,
                version,
                alias,
                previous,
                verification,
                reason == null ? "" : reason,
                createdAt,
                endedAt);
    }
}
