package dev.sluice.console.study;

import dev.sluice.search.study.StudyEvent;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.TrialState;
import io.agroal.api.AgroalDataSource;
import io.quarkus.panache.common.Page;
import io.quarkus.panache.common.Parameters;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/** Everything that is written down about sweeps, for reading. It shows only what is committed. Thread-safe. */
@ApplicationScoped
public class Archive {
    private static final int FETCH = 5000;

    private final AgroalDataSource source;

    Archive(AgroalDataSource source) {
        this.source = source;
    }

    @Transactional
    public Optional<SweepSnapshot> sweep(UUID id) {
        return SweepEntity.<SweepEntity>findByIdOptional(id).map(SweepEntity::snapshot);
    }

    /** The sweep that was created under this key, with the hash of the request that made it. */
    @Transactional
    public Optional<Keyed> sweepByKey(String key) {
        return SweepEntity.<SweepEntity>find("idempotencyKey", key)
                .firstResultOptional()
                .map(e -> new Keyed(e.snapshot(), e.requestHash));
    }

    /** A sweep and the hash of the request that made it. */
    public record Keyed(SweepSnapshot sweep, String requestHash) {}

    /** Newest first, older than the sweep `before`. */
    @Transactional
    public List<SweepSnapshot> sweeps(Optional<SweepState> state, String text, Optional<UUID> before, int limit) {
        var where = new StringBuilder("1 = 1");
        var parameters = new Parameters();
        state.ifPresent(s -> {
            where.append(" and state = :state");
            parameters.and("state", s);
        });
        if (!text.isBlank()) {
            where.append(" and lower(name) like :text escape '!'");
            parameters.and("text", "%" + text.toLowerCase(java.util.Locale.ROOT).replaceAll("([!%_])", "!$1") + "%");
        }
        before.flatMap(id -> SweepEntity.<SweepEntity>findByIdOptional(id)).ifPresent(b -> {
            where.append(" and (createdAt < :at or (createdAt = :at and id < :id))");
            parameters.and("at", b.createdAt).and("id", b.id);
        });
        return SweepEntity.<SweepEntity>find(where.toString(), Sort.descending("createdAt", "id"), parameters)
                .page(Page.ofSize(limit))
                .list()
                .stream()
                .map(SweepEntity::snapshot)
                .toList();
    }

    /** The newest sweep of exactly this name. */
    @Transactional
    public Optional<SweepSnapshot> newestOfName(String name) {
        return SweepEntity.<SweepEntity>find("name = ?1", Sort.descending("createdAt", "id"), name)
                .firstResultOptional()
                .map(SweepEntity::snapshot);
    }

    /** The sweep of this id, or two of those whose ids begin like this. */
    @Transactional
    public List<SweepSnapshot> sweepsOfPrefix(String prefix) {
        var begins = prefix.toLowerCase(java.util.Locale.ROOT);
        if (!begins.matches("[0-9a-f-]{1,36}")) {
            return List.of();
        }
        return SweepEntity.<SweepEntity>find("cast(id as string) like ?1", begins + "%")
                .page(Page.ofSize(2))
                .list()
                .stream()
                .map(SweepEntity::snapshot)
                .toList();
    }

    /** What the sweep began with of earlier ones; empty for most. */
    public List<EarlierSweep> warmStart(UUID sweep) {
        var from = new ArrayList<EarlierSweep>();
        scan(
                "select pos, kind, trial, at, payload from event where sweep = ? and pos <= 2 and kind = 'WARM_STARTED'",
                List.of(sweep),
                row -> {
                    if (row.recorded().event() instanceof SweepEvent.WarmStarted started) {
                        from.addAll(started.from());
                    }
                });
        return from;
    }

    /** Sweeps that must be taken up at a start: not over, or with attempts that are. */
    @Transactional
    public List<SweepSnapshot> unfinished() {
        return SweepEntity.<SweepEntity>find(
                        "state in (?1) or id in (select a.sweep from AttemptEntity a where a.state in (?2)) order by createdAt",
                        List.of(SweepState.RUNNING, SweepState.PAUSED, SweepState.STOPPING),
                        List.of(AttemptState.LAUNCHING, AttemptState.RUNNING))
                .list()
                .stream()
                .map(SweepEntity::snapshot)
                .toList();
    }

    /** Sweeps of which something may still be on its way to MLflow. */
    @Transactional
    public List<SweepSnapshot> untracked() {
        return SweepEntity.<SweepEntity>find("tracked = false order by createdAt").list().stream()
                .map(SweepEntity::snapshot)
                .toList();
    }

    /** All of it that there was at this revision is in MLflow; what has come since is not. */
    @Transactional
    public void markTracked(UUID sweep, long revision) {
        SweepEntity.update("tracked = true where id = ?1 and revision = ?2", sweep, revision);
    }

    @Transactional
    public Optional<TrialSnapshot> trial(UUID id) {
        return TrialEntity.<TrialEntity>findByIdOptional(id).map(TrialEntity::snapshot);
    }

    @Transactional
    public Optional<TrialSnapshot> trial(UUID sweep, int number) {
        return TrialEntity.<TrialEntity>find("sweep = ?1 and number = ?2", sweep, number)
                .firstResultOptional()
                .map(TrialEntity::snapshot);
    }

    /** The best trials of these sweeps, by sweep: of those that have one. */
    @Transactional
    public Map<UUID, TrialSnapshot> best(List<SweepSnapshot> sweeps) {
        var best = new HashMap<UUID, TrialSnapshot>();
        TrialEntity.<TrialEntity>find(
                        "select t from TrialEntity t, SweepEntity s"
                                + " where s.id in ?1 and t.sweep = s.id and t.number = s.bestTrial",
                        sweeps.stream().map(SweepSnapshot::id).toList())
                .list()
                .forEach(t -> best.put(t.sweep, t.snapshot()));
        return best;
    }

    /** By number, those after `after`. */
    @Transactional
    public List<TrialSnapshot> trials(UUID sweep, Optional<TrialState> state, int after, int limit) {
        var query = state.isPresent()
                ? TrialEntity.<TrialEntity>find(
                        "sweep = ?1 and number > ?2 and state = ?3", Sort.by("number"), sweep, after, state.get())
                : TrialEntity.<TrialEntity>find("sweep = ?1 and number > ?2", Sort.by("number"), sweep, after);
        return query.page(Page.ofSize(limit)).list().stream()
                .map(TrialEntity::snapshot)
                .toList();
    }

    /** Trials that changed after a revision, by number. */
    @Transactional
    public List<TrialSnapshot> changedTrials(UUID sweep, long revision) {
        return TrialEntity.<TrialEntity>find("sweep = ?1 and revision > ?2", Sort.by("number"), sweep, revision)
                .list()
                .stream()
                .map(TrialEntity::snapshot)
                .toList();
    }

    @Transactional
    public Optional<Attempt> attempt(UUID id) {
        return AttemptEntity.<AttemptEntity>findByIdOptional(id).map(AttemptEntity::snapshot);
    }

    @Transactional
    public List<Attempt> attempts(UUID trial) {
        return AttemptEntity.<AttemptEntity>find("trial = ?1", Sort.by("number"), trial).list().stream()
                .map(AttemptEntity::snapshot)
                .toList();
    }

    @Transactional
    public List<Attempt> attemptsOf(UUID sweep) {
        return AttemptEntity.<AttemptEntity>find("sweep = ?1", Sort.by("trialNumber", "number"), sweep).list().stream()
                .map(AttemptEntity::snapshot)
                .toList();
    }

    /** The newest first; those before a position. */
    @Transactional
    public List<Audited> audit(UUID sweep, long before, int limit) {
        return AuditEntity.<AuditEntity>find("sweep = ?1 and pos < ?2 order by pos desc", sweep, before)
                .page(0, limit)
                .stream()
                .map(AuditEntity::view)
                .toList();
    }

    /** Removes a sweep that is over, with all that belongs to it. */
    @Transactional
    public void delete(UUID sweep) {
        try (var connection = source.getConnection()) {
            for (var table : List.of("promotion", "alert", "audit", "event", "attempt", "trial")) {
                try (var delete = connection.prepareStatement("delete from " + table + " where sweep = ?")) {
                    delete.setObject(1, sweep);
                    delete.executeUpdate();
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException("cannot delete sweep " + sweep, e);
        }
        SweepEntity.deleteById(sweep);
    }

    /** All events after a position, in order, one at a time. */
    public void events(UUID sweep, long after, Consumer<Committed.Recorded> consumer) {
        scan(
                "select pos, kind, trial, at, payload from event where sweep = ? and pos > ? order by pos",
                List.of(sweep, after),
                row -> consumer.accept(row.recorded()));
    }

    /** What the study of a sweep decided, in order. */
    public List<StudyEvent> studyEvents(UUID sweep) {
        var events = new ArrayList<StudyEvent>();
        events(sweep, 0, recorded -> {
            if (recorded.event() instanceof SweepEvent.Studied studied) {
                events.add(studied.event());
            }
        });
        return events;
    }

    /** What happened to one trial, in order. */
    public List<Committed.Recorded> events(UUID sweep, int trial) {
        var events = new ArrayList<Committed.Recorded>();
        scan(
                "select pos, kind, trial, at, payload from event where sweep = ? and trial = ? order by pos",
                List.of(sweep, trial),
                row -> events.add(row.recorded()));
        return events;
    }

    /** The reports of a trial as its study sees them: an attempt that resumed replaced what came after its step. */
    public List<Measurement> measurements(UUID sweep, int trial) {
        var curve = new ArrayList<Measurement>();
        for (var recorded : events(sweep, trial)) {
            if (recorded.event() instanceof SweepEvent.Studied studied) {
                apply(studied.event(), curve);
            }
        }
        return curve;
    }

    /** The reports of all trials by number, as {@link #measurements(UUID, int)} gives them. */
    public Map<Integer, List<Measurement>> measurements(UUID sweep) {
        var curves = new LinkedHashMap<Integer, List<Measurement>>();
        scan("""
                select pos, kind, trial, at, payload from event
                where sweep = ? and kind in ('STARTED', 'REPORTED') order by pos""", List.of(sweep), row -> {
            if (row.recorded().event() instanceof SweepEvent.Studied studied) {
                apply(studied.event(), curves.computeIfAbsent(row.trial(), n -> new ArrayList<>()));
            }
        });
        return curves;
    }

    /** Reports after a position up to another, at most `limit`: for live pages. */
    public List<Reported> reports(UUID sweep, long after, long upTo, int limit) {
        var reports = new ArrayList<Reported>();
        scan(
                """
                select pos, kind, trial, at, payload from event
                where sweep = ? and pos > ? and pos <= ? and kind = 'REPORTED'
                order by pos fetch first %d rows only""".formatted(limit),
                List.of(sweep, after, upTo),
                row -> reports.add(new Reported(row.trial(), EventCodec.measurement(row.payload()))));
        return reports;
    }

    /** A report with the number of its trial. */
    public record Reported(int trial, Measurement measurement) {}

    private static void apply(StudyEvent event, List<Measurement> curve) {
        switch (event) {
            case StudyEvent.AttemptStarted started -> curve.removeIf(m -> m.step() > started.resumedFrom());
            case StudyEvent.MeasurementReported reported -> curve.add(reported.measurement());
            case StudyEvent.TrialAsked e -> {}
            case StudyEvent.TrialEnqueued e -> {}
            case StudyEvent.TrialImported e -> {}
            case StudyEvent.TrialTold e -> {}
            case StudyEvent.TrialRequeued e -> {}
        }
    }

    private record Row(long pos, String kind, int trial, OffsetDateTime at, String payload) {
        Committed.Recorded recorded() {
            return new Committed.Recorded(pos, at.toInstant(), EventCodec.read(kind, trial, payload));
        }
    }

    private void scan(String sql, List<Object> arguments, Consumer<Row> consumer) {
        try (var connection = source.getConnection()) {
            // PostgreSQL's driver reads the whole answer into memory unless both of these are set.
            connection.setAutoCommit(false);
            try (var query = connection.prepareStatement(sql)) {
                query.setFetchSize(FETCH);
                for (int i = 0; i < arguments.size(); i++) {
                    query.setObject(i + 1, arguments.get(i));
                }
                try (var rows = query.executeQuery()) {
                    while (rows.next()) {
                        consumer.accept(new Row(
                                rows.getLong(1),
                                rows.getString(2),
                                rows.getInt(3),
                                rows.getObject(4, OffsetDateTime.class),
                                rows.getString(5)));
                    }
                }
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("The event log cannot be read.", e);
        }
    }
}
