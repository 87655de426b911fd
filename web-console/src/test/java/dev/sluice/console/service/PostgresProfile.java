package dev.sluice.console.service;

import dev.sluice.console.database.Postgres;
import java.util.HashMap;
import java.util.Map;

/** As {@link AloneProfile}, with sweeps kept in a PostgreSQL database of its own. */
public final class PostgresProfile extends AloneProfile {
    @Override
    public String getConfigProfile() {
        return "postgresql";
    }

    @Override
    public Map<String, String> getConfigOverrides() {
        var settings = new HashMap<>(super.getConfigOverrides());
        settings.put("sluice.db.url", Postgres.shared().database());
        settings.put("sluice.db.user", Postgres.USER);
        settings.put("sluice.db.password", Postgres.PASSWORD);
        return settings;
    }
}
