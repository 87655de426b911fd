package dev.sluice.console.service;

import dev.sluice.console.alert.Dispatcher;
import dev.sluice.console.alert.ServiceWatch;
import dev.sluice.console.database.Backup;
import dev.sluice.console.database.Database;
import dev.sluice.console.database.DatabaseException;
import dev.sluice.console.database.DatabaseSettings;
import dev.sluice.console.folder.DataFolder;
import dev.sluice.console.metrics.ServiceMeters;
import dev.sluice.console.promote.PromotionService;
import dev.sluice.console.study.StudyDesk;
import dev.sluice.console.sweep.SweepLoop;
import dev.sluice.console.trace.TrialTraces;
import dev.sluice.console.tracking.SystemMetrics;
import dev.sluice.console.tracking.Tracking;
import io.quarkus.logging.Log;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.SQLException;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The order in which the service starts and stops. Listeners first, so that nothing is missed; what acts comes last.
 * At the end local trials go on by themselves, and the local MLflow is stopped last.
 */
@ApplicationScoped
public class Lifecycle {
    private final DataFolder data;
    private final Database database;
    private final DatabaseSettings settings;
    private final Backup backup;
    private final StudyDesk desk;
    private final Tracking tracking;
    private final SystemMetrics systemMetrics;
    private final PromotionService promotions;
    private final SweepLoop loop;
    private final Dispatcher webhooks;
    private final ServiceWatch watch;
    private final ServiceMeters meters;
    private final TrialTraces traces;
    private final String host;
    private final int port;
    private boolean serving;

    Lifecycle(
            DataFolder data,
            Database database,
            DatabaseSettings settings,
            Backup backup,
            StudyDesk desk,
            Tracking tracking,
            SystemMetrics systemMetrics,
            PromotionService promotions,
            SweepLoop loop,
            Dispatcher webhooks,
            ServiceWatch watch,
            ServiceMeters meters,
            TrialTraces traces,
            @ConfigProperty(name = "quarkus.http.host") String host,
            @ConfigProperty(name = "quarkus.http.port") int port) {
        this.data = data;
        this.database = database;
        this.settings = settings;
        this.backup = backup;
        this.desk = desk;
        this.tracking = tracking;
        this.systemMetrics = systemMetrics;
        this.promotions = promotions;
        this.loop = loop;
        this.webhooks = webhooks;
        this.watch = watch;
        this.meters = meters;
        this.traces = traces;
        this.host = host;
        this.port = port;
    }

    void start(@Observes StartupEvent event) {
        try {
            database.open();
            if (didOtherThanServe()) {
                Quarkus.asyncExit(0);
                return;
            }
            serving = true;
            webhooks.start();
            watch.start();
        } catch (DatabaseException | IllegalArgumentException e) {
            // A sentence, and no stack trace of a framework around it.
            throw new ConfigurationException("sluice: " + e.getMessage());
        } catch (SQLException e) {
            throw new ConfigurationException("sluice: the database failed: " + e.getMessage(), e);
        }
        meters.start();
        traces.start();
        tracking.start();
        promotions.start();
        loop.start();
        database.onBack(() -> loop.takeUp(desk.takeUp()));
        database.onBack(promotions::takeUp);
        database.onTaken(() -> Quarkus.asyncExit(1));
        Log.infof("event=serving address=http://%s:%d data=%s", host, port, data.root());
    }

    /** What `./sluice backup` and `./sluice restore` want of a service that does not run. */
    private boolean didOtherThanServe() throws SQLException {
        if (settings.restore().isPresent()) {
            var content = backup.restore(settings.restore().get(), settings.replace());
            Log.infof("Restored %s from %s", content, settings.restore().get());
            return true;
        }
        if (settings.backup().isPresent()) {
            var content = backup.save(settings.backup().get());
            Log.infof("Saved %s to %s", content, settings.backup().get());
            return true;
        }
        return false;
    }

    void stop(@Observes ShutdownEvent event) {
        loop.stop();
        watch.stop();
        promotions.stop();
        webhooks.stop();
        traces.stop();
        desk.close();
        systemMetrics.close();
        tracking.stop();
        database.close();
        if (serving) {
            Log.info("event=stopped");
        }
    }
}
