package dev.sluice.console.alert;

import dev.sluice.console.database.Database;
import dev.sluice.console.folder.DataFolder;
import dev.sluice.console.problem.LostDatabase;
import dev.sluice.console.specification.SizeText;
import dev.sluice.console.tracking.Tracking;
import io.quarkus.logging.Log;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Looks at what the service needs, and raises an alert when something has gone: once, until it has come back. */
@ApplicationScoped
public class ServiceWatch {
    static final String DATABASE_AWAY = "database-away";
    static final String TRACKING_AWAY = "mlflow-away";
    static final String TRACKING_PARKED = "mlflow-set-aside";
    static final String DISK_LOW = "disk-low";

    private static final long INTERVAL_SECONDS = 10;
    private static final int MEBI = 20;

    private final Alerts alerts;
    private final Database database;
    private final Tracking tracking;
    private final DataFolder data;
    private final Duration trackingAway;
    private final String diskFree;
    private final Clock clock = Clock.systemUTC();
    private @Nullable ScheduledExecutorService timer;

    // The watch's own.
    private @Nullable Instant databaseAwaySince;
    private @Nullable Instant trackingAwaySince;
    private boolean saidTrackingAway;
    private long diskFreeBytes;
    private boolean saidDiskLow;
    private long setAside;

    ServiceWatch(Alerts alerts, Database database, Tracking tracking, DataFolder data, AlertSettings settings) {
        this.alerts = alerts;
        this.database = database;
        this.tracking = tracking;
        this.data = data;
        this.trackingAway = settings.trackingAway();
        this.diskFree = settings.diskFree();
    }

    /**
     * Begins to look.
     *
     * @throws IllegalArgumentException a setting is wrong
     */
    public void start() {
        diskFreeBytes = SizeText.parse(diskFree)
                .orElseThrow(() -> new IllegalArgumentException(
                        "sluice.alerts.disk-free must be an amount such as 2GiB, was \"%s\"".formatted(diskFree)));
        var executor = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("service-watch").factory());
        timer = executor;
        var unused = executor.scheduleWithFixedDelay(this::look, 0, INTERVAL_SECONDS, TimeUnit.SECONDS);
    }

    public void stop() {
        if (timer != null) {
            timer.shutdownNow();
        }
    }

    /** One look at everything; what cannot be said now is said at a later one. */
    void look() {
        try {
            lookAtDatabase();
            if (database.status().up()) {
                lookAtTracking();
                lookAtDisk();
            }
        } catch (RuntimeException e) {
            if (!LostDatabase.isCauseOf(e)) {
                Log.error("event=watch-failed", e);
            }
        }
    }

    private void lookAtDatabase() {
        var status = database.status();
        if (!status.up()) {
            databaseAwaySince = databaseAwaySince == null ? status.since() : databaseAwaySince;
        } else if (databaseAwaySince != null) {
            // While it is away nothing can be written, an alert no more than anything else.
            var since = databaseAwaySince;
            alerts.raise(DATABASE_AWAY, "the database was away from %s to %s".formatted(since, status.since()), null);
            databaseAwaySince = null;
        }
    }

    private void lookAtTracking() {
        var overview = tracking.overview();
        if (!overview.state().equals("AWAY")) {
            trackingAwaySince = null;
            saidTrackingAway = false;
        } else {
            trackingAwaySince = trackingAwaySince == null ? clock.instant() : trackingAwaySince;
            if (!saidTrackingAway && !trackingAwaySince.plus(trackingAway).isAfter(clock.instant())) {
                alerts.raise(
                        TRACKING_AWAY,
                        "MLflow has been away since %s; %d points wait here and nothing is lost: %s"
                                .formatted(trackingAwaySince, overview.pointsWaiting(), overview.message()),
                        null);
                saidTrackingAway = true;
            }
        }
        long aside = overview.quarantined() + overview.parked().size();
        if (aside > setAside) {
            alerts.raise(
                    TRACKING_PARKED,
                    "MLflow does not take some of what was recorded: %d entries and %d runs are set aside, see GET /api/v1/tracking"
                            .formatted(overview.quarantined(), overview.parked().size()),
                    null);
        }
        setAside = aside;
    }

    private void lookAtDisk() {
        try {
            long free = Files.getFileStore(data.root()).getUsableSpace();
            if (free >= diskFreeBytes) {
                saidDiskLow = false;
            } else if (!saidDiskLow) {
                alerts.raise(
                        DISK_LOW,
                        "%s is free on the disk of the data folder, less than %s"
                                .formatted(SizeText.of(free >> MEBI << MEBI), SizeText.of(diskFreeBytes)),
                        null);
                saidDiskLow = true;
            }
        } catch (IOException e) {
            Log.debug("event=disk-not-seen", e);
        }
    }
}
