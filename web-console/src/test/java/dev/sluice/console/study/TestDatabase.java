package dev.sluice.console.study;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalPropertiesReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;

/** A database as the service has it, without the service. */
final class TestDatabase {
    private static final List<String> MIGRATIONS = List.of(
            "V1__sweeps.sql",
            "V2__warm_start.sql",
            "V3__promotion_rollback.sql",
            "V4__promotion_verification.sql",
            "V5__steering.sql",
            "V6__alerts.sql");

    private TestDatabase() {}

    /** Opens it; makes the tables where there are none. */
    static AgroalDataSource open(Path folder) throws SQLException {
        try (var schema = schema();
                var settings = TestDatabase.class.getResourceAsStream("/application.properties")) {
            if (settings == null) {
                throw new IllegalStateException("the service's resources are not on the class path");
            }
            var properties = new Properties();
            properties.load(settings);
            var url = properties
                    .getProperty("quarkus.datasource.jdbc.url")
                    .replace("${sluice.data}", folder.toAbsolutePath().toString());
            var source = AgroalDataSource.from(new AgroalPropertiesReader()
                    .readProperties(Map.of("jdbcUrl", url, "maxSize", "4"))
                    .get());
            try (var connection = source.getConnection();
                    var statement = connection.createStatement()) {
                var tables = connection.getMetaData().getTables(null, null, "SWEEP", null);
                if (!tables.next()) {
                    statement.execute(new String(schema.readAllBytes(), StandardCharsets.UTF_8));
                }
            }
            return source;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All migrations, one after the other. */
    private static InputStream schema() {
        return MIGRATIONS.stream()
                .map(name -> Objects.requireNonNull(
                        TestDatabase.class.getResourceAsStream("/db/migration/" + name), "no migration " + name))
                .reduce(SequenceInputStream::new)
                .orElseThrow();
    }
}
