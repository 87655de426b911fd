package dev.sluice.console.service;

import dev.sluice.console.folder.DataFolder;
import dev.sluice.console.promote.PromotionService;
import dev.sluice.console.study.StudyDesk;
import dev.sluice.console.sweep.SweepLoop;
import dev.sluice.console.tracking.SystemMetrics;
import dev.sluice.console.tracking.Tracking;
import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The order in which the service starts and stops. Listeners first, so that nothing is missed; what acts comes last.
 * At the end local trials go on by themselves, and the local MLflow is stopped last.
 */
@ApplicationScoped
public class Lifecycle {
    private final DataFolder data;
    private final StudyDesk desk;
    private final Tracking tracking;
    private final SystemMetrics systemMetrics;
    private final PromotionService promotions;
    private final SweepLoop loop;
    private final String host;
    private final int port;

    Lifecycle(
            DataFolder data,
            StudyDesk desk,
            Tracking tracking,
            SystemMetrics systemMetrics,
            PromotionService promotions,
            SweepLoop loop,
            @ConfigProperty(name = "quarkus.http.host") String host,
            @ConfigProperty(name = "quarkus.http.port") int port) {
        this.data = data;
        this.desk = desk;
        this.tracking = tracking;
        this.systemMetrics = systemMetrics;
        this.promotions = promotions;
        this.loop = loop;
        this.host = host;
        this.port = port;
    }

    void start(@Observes StartupEvent event) {
        tracking.start();
        promotions.start();
        loop.start();
        Log.infof("event=serving address=http://%s:%d data=%s", host, port, data.root());
    }

    void stop(@Observes ShutdownEvent event) {
        loop.stop();
        promotions.stop();
        desk.close();
        systemMetrics.close();
        tracking.stop();
        Log.info("event=stopped");
    }
}
