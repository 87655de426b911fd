package dev.sluice.console.study;

import io.agroal.api.AgroalDataSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Optional;

/**
 * Writes what a batch changed in one transaction, durable on return: the events, and the rows that lists and pages
 * read. Plain JDBC, one connection a batch. Thread-safe.
 */
@ApplicationScoped
public class SweepJournal {
    private final AgroalDataSource source;

    SweepJournal(AgroalDataSource source) {
        this.source = source;
    }

    /** @throws SQLException nothing or everything was written; only reading it again tells */
    void create(LiveSweep.Changes changes, Optional<String> idempotencyKey, String requestHash) throws SQLException {
        try (var connection = open()) {
            var sweep = changes.sweep();
            try (var insert = connection.prepareStatement("""
                    insert into sweep (id, name, state, reason, specification, idempotency_key, request_hash, created_at,
                        revision, queued, running, complete, pruned, infeasible, failed, cancelled, imported, tracked)
                    values (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, 0, 0, 0, false)""")) {
                insert.setObject(1, sweep.id());
                insert.setString(2, text(sweep.name()));
                insert.setString(3, sweep.state().name());
                insert.setString(4, text(sweep.reason()));
                insert.setString(5, sweep.specification());
                insert.setString(6, idempotencyKey.orElse(null));
                insert.setString(7, requestHash);
                insert.setObject(8, time(sweep.createdAt()));
                insert.setLong(9, sweep.revision());
                insert.executeUpdate();
            }
            write(connection, changes);
        }
    }

    /** @throws SQLException as {@link #create}; a key violation means that another writer owns the sweep */
    void append(LiveSweep.Changes changes) throws SQLException {
        try (var connection = open()) {
            write(connection, changes);
        }
    }

    private Connection open() throws SQLException {
        var connection = source.getConnection();
        connection.setAutoCommit(false);
        return connection;
    }

    private static void write(Connection connection, LiveSweep.Changes changes) throws SQLException {
        try {
            events(connection, changes);
            alerts(connection, changes);
            audit(connection, changes);
            sweep(connection, changes.sweep());
            for (var row : changes.trials()) {
                trial(connection, row.value(), row.fresh());
            }
            for (var row : changes.attempts()) {
                attempt(connection, row.value(), row.fresh());
            }
            connection.commit();
            if (connection.getMetaData().getDatabaseProductName().equals("H2")) {
                // H2 has written by now, not synced: without this, a power cut loses what was acknowledged.
                try (var statement = connection.createStatement()) {
                    statement.execute("checkpoint sync");
                }
            }
            connection.setAutoCommit(true);
        } catch (AssertionError e) {
            // PostgreSQL's driver, which asserts that a connection is open that the server has just closed.
            throw new SQLException("the connection broke in the middle of a batch", "08006", e);
        } catch (SQLException | RuntimeException e) {
            try {
                connection.rollback();
                connection.setAutoCommit(true);
            } catch (SQLException broken) {
                e.addSuppressed(broken);
            }
            throw e;
        }
    }

    private static void events(Connection connection, LiveSweep.Changes changes) throws SQLException {
        if (changes.events().isEmpty()) {
            return;
        }
        try (var insert = connection.prepareStatement(
                "insert into event (sweep, pos, kind, trial, at, payload) values (?, ?, ?, ?, ?, ?)")) {
            for (var recorded : changes.events()) {
                var stored = EventCodec.write(recorded.event());
                insert.setObject(1, changes.sweep().id());
                insert.setLong(2, recorded.pos());
                insert.setString(3, stored.kind());
                insert.setInt(4, recorded.event().trial());
                insert.setObject(5, time(recorded.at()));
                insert.setString(6, stored.payload());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** What a person should hear of: the alarms, and that a sweep is over. */
    private static void alerts(Connection connection, LiveSweep.Changes changes) throws SQLException {
        for (var recorded : changes.events()) {
            if (recorded.event() instanceof SweepEvent.Alerted alerted) {
                alert(connection, changes, recorded, alerted.attempt(), alerted.rule(), alerted.message());
            } else if (recorded.event() instanceof SweepEvent.StateChanged changed
                    && changed.state().isOver()) {
                alert(
                        connection,
                        changes,
                        recorded,
                        0,
                        "sweep-" + changed.state().name().toLowerCase(Locale.ROOT),
                        changed.reason());
            }
        }
    }

    private static void audit(Connection connection, LiveSweep.Changes changes) throws SQLException {
        for (var recorded : changes.events()) {
            if (recorded.event() instanceof SweepEvent.Steered steered) {
                try (var insert = connection.prepareStatement(
                        "insert into audit (sweep, pos, at, who, action, trial, was, became) values (?, ?, ?, ?, ?, ?, ?, ?)")) {
                    insert.setObject(1, changes.sweep().id());
                    insert.setLong(2, recorded.pos());
                    insert.setObject(3, time(recorded.at()));
                    insert.setString(4, text(steered.who()));
                    insert.setString(5, steered.action());
                    insert.setInt(6, steered.trial());
                    insert.setString(7, text(steered.before()));
                    insert.setString(8, text(steered.after()));
                    insert.executeUpdate();
                }
            }
        }
    }

    private static void alert(
            Connection connection,
            LiveSweep.Changes changes,
            Committed.Recorded recorded,
            int attempt,
            String rule,
            String message)
            throws SQLException {
        try (var insert = connection.prepareStatement(
                "insert into alert (id, sweep, trial, attempt, rule, message, at) values (?, ?, ?, ?, ?, ?, ?)")) {
            insert.setObject(1, Ids.next());
            insert.setObject(2, changes.sweep().id());
            insert.setInt(3, recorded.event().trial());
            insert.setInt(4, attempt);
            insert.setString(5, rule);
            insert.setString(6, text(message));
            insert.setObject(7, time(recorded.at()));
            insert.executeUpdate();
        }
    }

    private static void sweep(Connection connection, SweepSnapshot sweep) throws SQLException {
        try (var update = connection.prepareStatement("""
                update sweep set state = ?, target = ?, reason = ?, ended_at = ?, revision = ?, queued = ?, running = ?,
                    complete = ?, pruned = ?, infeasible = ?, failed = ?, cancelled = ?, best_trial = ?, imported = ?, name = ?,
                    specification = ?, extended_at = ?, tracked = false where id = ?""")) {
            update.setString(1, sweep.state().name());
            update.setString(2, sweep.target().map(Enum::name).orElse(null));
            update.setString(3, text(sweep.reason()));
            time(update, 4, sweep.endedAt());
            update.setLong(5, sweep.revision());
            update.setInt(6, sweep.counts().queued());
            update.setInt(7, sweep.counts().running());
            update.setInt(8, sweep.counts().complete());
            update.setInt(9, sweep.counts().pruned());
            update.setInt(10, sweep.counts().infeasible());
            update.setInt(11, sweep.counts().failed());
            update.setInt(12, sweep.counts().cancelled());
            if (sweep.bestTrial().isPresent()) {
                update.setInt(13, sweep.bestTrial().get());
            } else {
                update.setNull(13, Types.INTEGER);
            }
            update.setInt(14, sweep.counts().imported());
            update.setString(15, text(sweep.name()));
            update.setString(16, sweep.specification());
            time(update, 17, sweep.extendedAt());
            update.setObject(18, sweep.id());
            update.executeUpdate();
        }
    }

    private static void trial(Connection connection, TrialSnapshot trial, boolean fresh) throws SQLException {
        var sql = fresh ? """
                insert into trial (state, objectives, step, reason, attempt, started_at, ended_at, revision, id, sweep,
                    number, params, suggested_by, seed, queued_at, imported_from)
                    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""" : """
                update trial set state = ?, objectives = ?, step = ?, reason = ?, attempt = ?, started_at = ?,
                    ended_at = ?, revision = ? where id = ?""";
        try (var statement = connection.prepareStatement(sql)) {
            statement.setString(1, trial.state().name());
            statement.setString(2, EventCodec.metrics(trial.values()).toString());
            statement.setLong(3, trial.step());
            statement.setString(4, text(trial.reason()));
            statement.setInt(5, trial.attempt());
            time(statement, 6, trial.startedAt());
            time(statement, 7, trial.endedAt());
            statement.setLong(8, trial.revision());
            statement.setObject(9, trial.id());
            if (fresh) {
                statement.setObject(10, trial.sweep());
                statement.setInt(11, trial.number());
                statement.setString(12, EventCodec.plain(trial.params()).toString());
                statement.setString(13, text(trial.suggestedBy()));
                statement.setLong(14, trial.seed());
                statement.setObject(15, time(trial.queuedAt()));
                statement.setString(
                        16, trial.importedFrom().map(SweepJournal::text).orElse(null));
            }
            statement.executeUpdate();
        }
    }

    private static void attempt(Connection connection, Attempt attempt, boolean fresh) throws SQLException {
        var sql = fresh ? """
                insert into attempt (state, resume_from, expires_at, ended_at, reason, last_seq, directive,
                    directive_reason, stop_reason, reported, completed, launch, id, sweep, trial, trial_number, number,
                    worker, started_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""" : """
                update attempt set state = ?, resume_from = ?, expires_at = ?, ended_at = ?, reason = ?, last_seq = ?,
                    directive = ?, directive_reason = ?, stop_reason = ?, reported = ?, completed = ?, launch = ?
                    where id = ?""";
        try (var statement = connection.prepareStatement(sql)) {
            statement.setString(1, attempt.state().name());
            statement.setString(2, attempt.resumeFrom().map(SweepJournal::text).orElse(null));
            time(statement, 3, attempt.expiresAt());
            time(statement, 4, attempt.endedAt());
            statement.setString(5, text(attempt.reason()));
            statement.setLong(6, attempt.lastSeq());
            statement.setString(7, attempt.directive());
            statement.setString(8, text(attempt.directiveReason()));
            statement.setString(9, attempt.stopReason().map(SweepJournal::text).orElse(null));
            statement.setBoolean(10, attempt.reported());
            statement.setBoolean(11, attempt.completed());
            statement.setString(12, attempt.launch().map(SweepJournal::text).orElse(null));
            statement.setObject(13, attempt.id());
            if (fresh) {
                statement.setObject(14, attempt.sweep());
                statement.setObject(15, attempt.trial());
                statement.setInt(16, attempt.trialNumber());
                statement.setInt(17, attempt.number());
                statement.setString(18, text(attempt.worker()));
                statement.setObject(19, time(attempt.startedAt()));
            }
            statement.executeUpdate();
        }
    }

    private static void time(PreparedStatement statement, int index, Optional<Instant> time) throws SQLException {
        if (time.isPresent()) {
            statement.setObject(index, time(time.get()));
        } else {
            statement.setNull(index, Types.TIMESTAMP_WITH_TIMEZONE);
        }
    }

    /** PostgreSQL keeps no text with a NUL in it, and a log line that became a reason may hold one. */
    private static String text(String free) {
        return free.indexOf('\0') < 0 ? free : free.replace('\0', '\uFFFD');
    }

    static OffsetDateTime time(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }
}
