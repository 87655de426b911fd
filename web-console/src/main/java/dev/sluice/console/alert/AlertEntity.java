package dev.sluice.console.alert;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;

/** An alert. Those about sweeps are written by the sweep's own journal, together with what set them off. */
@Entity
@Table(name = "alert")
@NullUnmarked // filled by Hibernate
class AlertEntity extends PanacheEntityBase {
    @Id
    UUID id;

    /** Null: it is about the service. */
    UUID sweep;

    /** -1: about no trial. */
    int trial;

    int attempt;
    String rule;
    String message;

    /** Null: for every webhook. */
    String webhook;

    Instant at;
}
