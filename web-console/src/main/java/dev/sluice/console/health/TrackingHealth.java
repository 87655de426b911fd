package dev.sluice.console.health;

import dev.sluice.console.tracking.Tracking;
import io.smallrye.health.api.Wellness;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

/** How MLflow is doing: at `/q/health/well`. It does not count for readiness: no trial ever waits for MLflow. */
@Wellness
public class TrackingHealth implements HealthCheck {
    private final Tracking tracking;

    TrackingHealth(Tracking tracking) {
        this.tracking = tracking;
    }

    @Override
    public HealthCheckResponse call() {
        var overview = tracking.overview();
        return HealthCheckResponse.named("mlflow")
                .status(!overview.state().equals("AWAY"))
                .withData("state", overview.state())
                .withData("detail", overview.detail())
                .withData("message", overview.message())
                .withData("pointsWaiting", overview.pointsWaiting())
                .withData("quarantined", overview.quarantined())
                .withData("parked", overview.parked().size())
                .withData("artifactsResting", overview.resting().size())
                .build();
    }
}
