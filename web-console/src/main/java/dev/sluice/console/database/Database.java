package dev.sluice.console.database;

import dev.sluice.console.folder.DataFolder;
import dev.sluice.console.problem.LostDatabase;
import io.agroal.api.AgroalDataSource;
import io.quarkus.logging.Log;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.jspecify.annotations.Nullable;

/*
 * On PostgreSQL one connection is kept aside for as long as the service runs. It holds a lock of the database, so that no
 * second service works on the same sweeps, and it is looked at every second: when it is gone, so is the server, and
 * when another can be had, the server is back. What another service does meanwhile is fenced by the event log's key.
 */

/** The service's database: opened once, watched until the end. Thread-safe. */
@ApplicationScoped
public class Database {
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration TRY_AGAIN = Duration.ofMillis(500);
    private static final int VALID_SECONDS = 2;
    /** The first half of the lock's name; the other is the schema. */
    private static final int LOCK = 0x51ca1ce;

    private final AgroalDataSource source;
    private final Flyway flyway;
    private final DatabaseSettings settings;
    private final DataFolder data;
    private final String kind;
    /** What PostgreSQL calls our own connection, so that we know it again when it has outlived us. */
    private final String instance = "sluice-" + UUID.randomUUID();

    private final List<Runnable> onBack = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition closing = lock.newCondition();
    private boolean open = true;
    private @Nullable Connection own;
    private volatile Status status = new Status(false, Instant.now(), "it is not opened yet");
    private volatile Runnable onTaken = () -> {};

    /**
     * How the database is.
     *
     * @param since when that began
     * @param reason why it cannot be used; empty where it can
     */
    public record Status(boolean up, Instant since, String reason) {}

    Database(
            AgroalDataSource source,
            Flyway flyway,
            DatabaseSettings settings,
            DataFolder data,
            @ConfigProperty(name = "quarkus.datasource.db-kind") String kind) {
        this.source = source;
        this.flyway = flyway;
        this.settings = settings;
        this.data = data;
        this.kind = kind;
    }

    /** `H2` or `PostgreSQL`. */
    public String kind() {
        return DatabaseAddress.Kind.ofBuild(kind).title();
    }

    public Status status() {
        return status;
    }

    /** Is run each time the database is back, on a thread of its own. */
    public void onBack(Runnable listener) {
        onBack.add(listener);
    }

    /** Is run when the database was away and now belongs to another service. */
    public void onTaken(Runnable listener) {
        onTaken = listener;
    }

    /**
     * Opens it, and brings its tables up to date.
     *
     * @throws DatabaseException it cannot be used as it is
     */
    public void open() {
        var address = address();
        try {
            connect(address);
            migrate(address);
        } catch (SQLException | FlywayException e) {
            throw new DatabaseException(fault(address, e).sentence(), e);
        }
        status = new Status(true, Instant.now(), "");
        if (isPostgresql()) {
            Thread.ofPlatform().daemon().name("database-watch").start(() -> watch(address));
        }
    }

    /** Tries the database now. */
    public Status check() {
        var before = status;
        if (!before.up()) {
            return before;
        }
        try (var connection = source.getConnection()) {
            return connection.isValid(VALID_SECONDS) ? before : new Status(false, Instant.now(), "it does not answer");
        } catch (SQLException e) {
            return new Status(false, Instant.now(), fault(address(), e).sentence());
        }
    }

    /** The version of the tables that this program writes. */
    int schema() {
        int newest = 0;
        for (var migration : flyway.info().all()) {
            if (migration.getVersion() != null && !isOfTheFuture(migration)) {
                newest =
                        Math.max(newest, Integer.parseInt(migration.getVersion().getVersion()));
            }
        }
        return newest;
    }

    public void close() {
        lock.lock();
        try {
            open = false;
            closing.signalAll();
            letGo();
        } finally {
            lock.unlock();
        }
    }

    private boolean isPostgresql() {
        return DatabaseAddress.Kind.ofBuild(kind) == DatabaseAddress.Kind.POSTGRESQL;
    }

    private DatabaseAddress address() {
        return DatabaseAddress.of(
                settings.url(),
                DatabaseAddress.Kind.ofBuild(kind),
                data.root().resolve("db").toString());
    }

    private DatabaseFault fault(DatabaseAddress address, Throwable thrown) {
        return DatabaseFault.of(thrown, address, settings.user());
    }

    /** Waits for a while for a server that is being started too. */
    private void connect(DatabaseAddress address) throws SQLException {
        var until = Instant.now().plus(settings.patience());
        boolean said = false;
        while (true) {
            try {
                if (isPostgresql()) {
                    take(address);
                } else {
                    source.getConnection().close();
                }
                return;
            } catch (SQLException | RuntimeException e) {
                var fault = fault(address, e);
                if (!fault.passing() || Instant.now().isAfter(until)) {
                    throw new DatabaseException(
                            fault.passing()
                                    ? "%s; it was tried for %d s"
                                            .formatted(
                                                    fault.sentence(),
                                                    settings.patience().toSeconds())
                                    : fault.sentence(),
                            e);
                }
                if (!said) {
                    said = true;
                    Log.infof("event=database-awaited reason=\"%s\"", fault.sentence());
                }
            }
            pause(TRY_AGAIN);
        }
    }

    /** Has a connection of its own hold the lock of the database. */
    private void take(DatabaseAddress address) throws SQLException {
        var connection = source.getConnection();
        boolean taken = false;
        try (var statement = connection.createStatement()) {
            statement.execute("set application_name = '" + instance + "'");
            taken = lock(connection);
            if (!taken && endGhost(connection)) {
                taken = lock(connection);
            }
            if (!taken) {
                throw new DatabaseException(
                        "another service works on %s: stop it, or give each service a database of its own"
                                .formatted(address));
            }
            lock.lock();
            try {
                letGo();
                own = connection;
            } finally {
                lock.unlock();
            }
            for (var setting : List.of("fsync", "synchronous_commit")) {
                try (var rows = statement.executeQuery("show " + setting)) {
                    if (rows.next() && rows.getString(1).equals("off")) {
                        Log.warnf(
                                "event=database-not-durable setting=%s reason=\"a power cut loses what was acknowledged\"",
                                setting);
                    }
                }
            }
        } finally {
            if (!taken) {
                connection.close();
            }
        }
    }

    private static boolean lock(Connection connection) throws SQLException {
        try (var query =
                connection.prepareStatement("select pg_try_advisory_lock(?, hashtext(current_schema()::text))")) {
            query.setInt(1, LOCK);
            try (var rows = query.executeQuery()) {
                return rows.next() && rows.getBoolean(1);
            }
        }
    }

    /** A connection of ours that broke on our side alone still holds the lock: PostgreSQL notices that after hours. */
    private boolean endGhost(Connection connection) throws SQLException {
        try (var query = connection.prepareStatement("""
                select pg_terminate_backend(l.pid, 2000) from pg_locks l join pg_stat_activity a on a.pid = l.pid
                where l.locktype = 'advisory' and l.classid = ? and a.application_name = ? and a.pid <> pg_backend_pid()""")) {
            query.setInt(1, LOCK);
            query.setString(2, instance);
            try (var rows = query.executeQuery()) {
                return rows.next();
            }
        }
    }

    private void migrate(DatabaseAddress address) {
        var newer = newestOfTheFuture();
        if (newer.isPresent()) {
            throw new DatabaseException(
                    "%s has schema version %s, and this Sluice knows versions up to %d: a newer Sluice has written it; start that one, or restore a backup"
                            .formatted(address, newer.get(), schema()));
        }
        try {
            var done = flyway.migrate();
            Log.infof(
                    "event=database kind=%s place=%s schema=%d migrations=%d",
                    kind(), address.place(), schema(), done.migrationsExecuted);
        } catch (FlywayException e) {
            if (LostDatabase.isCauseOf(e)) {
                throw e;
            }
            var fault = fault(address, e);
            throw new DatabaseException("the tables of " + fault.sentence(), e);
        }
    }

    private Optional<String> newestOfTheFuture() {
        Optional<String> newest = Optional.empty();
        for (var migration : flyway.info().applied()) {
            if (isOfTheFuture(migration) && migration.getVersion() != null) {
                newest = Optional.of(migration.getVersion().getVersion());
            }
        }
        return newest;
    }

    private static boolean isOfTheFuture(MigrationInfo migration) {
        return migration.getState() == MigrationState.FUTURE_SUCCESS
                || migration.getState() == MigrationState.FUTURE_FAILED;
    }

    private void watch(DatabaseAddress address) {
        while (pause(LOOK)) {
            if (isHeld()) {
                continue;
            }
            var before = status;
            if (before.up()) {
                status = new Status(false, Instant.now(), "%s does not answer".formatted(address));
                Log.warnf("event=database-away place=%s", address.place());
            }
            try {
                take(address);
            } catch (SQLException | RuntimeException e) {
                var fault = fault(address, e);
                if (!fault.sentence().equals(status.reason())) {
                    status = new Status(false, status.since(), fault.sentence());
                    Log.warnf("event=database-away reason=\"%s\"", fault.sentence());
                }
                if (e instanceof DatabaseException && fault.sentence().startsWith("another service")) {
                    Log.error("event=database-taken reason=\"another service works on it now; this one ends\"");
                    onTaken.run();
                    return;
                }
                continue;
            }
            back();
        }
    }

    private void back() {
        source.flush(AgroalDataSource.FlushMode.INVALID);
        var away = Duration.between(status.since(), Instant.now());
        status = new Status(true, Instant.now(), "");
        Log.infof("event=database-back away=%ds", away.toSeconds());
        for (var listener : onBack) {
            try {
                listener.run();
            } catch (RuntimeException e) {
                Log.error("event=database-listener-failed", e);
            }
        }
    }

    private boolean isHeld() {
        Connection held;
        lock.lock();
        try {
            held = own;
        } finally {
            lock.unlock();
        }
        try {
            return held != null && held.isValid(VALID_SECONDS);
        } catch (SQLException e) {
            return false;
        }
    }

    /** The caller holds the lock. */
    private void letGo() {
        var held = own;
        own = null;
        if (held != null) {
            try {
                // Never to the pool: with it would go the lock of the database.
                held.unwrap(Connection.class).abort(Runnable::run);
                held.close();
            } catch (SQLException e) {
                Log.debug("event=connection-not-closed", e);
            }
        }
    }

    /** False where the database is closed meanwhile. */
    private boolean pause(Duration time) {
        lock.lock();
        try {
            long left = time.toNanos();
            while (open && left > 0) {
                left = closing.awaitNanos(left);
            }
            return open;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }
}
