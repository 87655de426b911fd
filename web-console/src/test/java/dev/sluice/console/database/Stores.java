package dev.sluice.console.database;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalPropertiesReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.flywaydb.core.Flyway;

/** Databases beside the service's own, and those that earlier releases have written. */
public final class Stores {
    /** Every version of the tables that was released; each has its file in `db/released`. */
    public static final int RELEASED = 4;

    private Stores() {}

    /** An H2 database in a file of that folder, new or as it is. */
    public static AgroalDataSource h2(Path folder) throws SQLException {
        return source("jdbc:h2:file:%s/sluice;WRITE_DELAY=0".formatted(folder.toAbsolutePath()), "sluice", "");
    }

    /** A new and empty PostgreSQL database. */
    public static AgroalDataSource postgres() throws SQLException {
        return source(Postgres.shared().database(), Postgres.USER, Postgres.PASSWORD);
    }

    /** What the release with these tables has left: sweeps that are over, paused and under way. */
    public static AgroalDataSource released(int version, Path folder) throws SQLException, IOException {
        try (var packed = new GZIPInputStream(Objects.requireNonNull(
                Stores.class.getResourceAsStream("/db/released/V%d.mv.db.gz".formatted(version))))) {
            Files.copy(packed, folder.resolve("sluice.mv.db"));
        }
        return h2(folder);
    }

    /** Brings the tables up to date, as the service does it. */
    public static void migrate(AgroalDataSource source) throws SQLException {
        migrate(source, "latest");
    }

    /** Brings the tables to a version, as the release that had it did. */
    public static void migrate(AgroalDataSource source, int version) throws SQLException {
        migrate(source, Integer.toString(version));
    }

    private static void migrate(AgroalDataSource source, String version) throws SQLException {
        Flyway.configure()
                .dataSource(source)
                .locations(
                        isPostgres(source)
                                ? new String[] {"db/migration", "db/postgresql"}
                                : new String[] {"db/migration"})
                .target(version)
                .load()
                .migrate();
    }

    /** Saves and fills that database, with what the program knows of tables. */
    public static Backup backup(AgroalDataSource source, Database program) {
        return new Backup(source, program);
    }

    /** Adds the rows of a file to those that are there. */
    public static void add(AgroalDataSource source, Database program, Path file) throws SQLException, IOException {
        new Backup(source, program).add(file);
    }

    private static boolean isPostgres(AgroalDataSource source) throws SQLException {
        try (var connection = source.getConnection()) {
            return connection.getMetaData().getDatabaseProductName().equals("PostgreSQL");
        }
    }

    private static AgroalDataSource source(String url, String user, String password) throws SQLException {
        return AgroalDataSource.from(new AgroalPropertiesReader()
                .readProperties(Map.of("jdbcUrl", url, "maxSize", "4", "principal", user, "credential", password))
                .get());
    }
}
