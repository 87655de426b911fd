package dev.sluice.console.alert;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;

/** One webhook that is to hear of one alert: the intent, written before the first try, and what came of it. */
@Entity
@Table(name = "delivery")
@IdClass(DeliveryEntity.Key.class)
@NullUnmarked // filled by Hibernate
class DeliveryEntity extends PanacheEntityBase {
    record Key(UUID alert, String webhook) implements Serializable {}

    @Id
    UUID alert;

    @Id
    String webhook;

    @Enumerated(EnumType.STRING)
    DeliveryState state;

    int tries;

    @Column(name = "next_at")
    Instant nextAt;

    @Column(name = "ended_at")
    Instant endedAt;

    /** Null: there was no answer. */
    Integer status;

    /** How the last answer began, or why there was none. */
    String answer;

    AlertView.Delivery view() {
        return new AlertView.Delivery(webhook, state, tries, status, answer == null ? "" : answer, nextAt, endedAt);
    }
}
