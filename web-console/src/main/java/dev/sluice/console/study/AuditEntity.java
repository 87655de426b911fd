package dev.sluice.console.study;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;

/** A line of a sweep's audit log. Written by the sweep's journal, with the event that says the same. */
@Entity
@Table(name = "audit")
@IdClass(AuditEntity.Key.class)
@NullUnmarked // filled by Hibernate
class AuditEntity extends PanacheEntityBase {
    record Key(UUID sweep, long pos) implements Serializable {}

    @Id
    UUID sweep;

    @Id
    long pos;

    Instant at;
    String who;
    String action;
    int trial;
    String was;
    String became;

    Audited view() {
        return new Audited(pos, at, who, action, trial < 0 ? null : trial, was, became);
    }
}
