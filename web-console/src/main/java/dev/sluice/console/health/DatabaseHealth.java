package dev.sluice.console.health;

import dev.sluice.console.database.Database;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Whether the database answers: at `/q/health/ready`. Without it nothing can be decided. */
@Readiness
public class DatabaseHealth implements HealthCheck {
    private final Database database;

    DatabaseHealth(Database database) {
        this.database = database;
    }

    @Override
    public HealthCheckResponse call() {
        var status = database.check();
        var response = HealthCheckResponse.named("database").status(status.up()).withData("kind", database.kind());
        if (!status.up()) {
            response.withData("since", status.since().toString()).withData("reason", status.reason());
        }
        return response.build();
    }
}
