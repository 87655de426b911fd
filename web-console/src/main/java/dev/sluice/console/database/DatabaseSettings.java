package dev.sluice.console.database;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Where sweeps are kept, each below `sluice.db.`, as in SLUICE_DB_URL. */
@ConfigMapping(prefix = "sluice.db")
public interface DatabaseSettings {
    /** `jdbc:postgresql://host:port/database`, without a user or a password; default: H2, in a file of the data folder. */
    Optional<String> url();

    /** Whom PostgreSQL knows us as. */
    @WithDefault("sluice")
    String user();

    Optional<String> password();

    /** A file whose first line is the password, read anew for each connection: it may be replaced while we run. */
    Optional<Path> passwordFile();

    /** How long a start waits for a PostgreSQL that is not there yet, as when both are started together. */
    @WithDefault("15s")
    Duration patience();

    /** A file to save everything to, instead of serving: what `./sluice backup` asks where no service runs. */
    Optional<Path> backup();

    /** A file to fill the database from, instead of serving: what `./sluice restore` asks. */
    Optional<Path> restore();

    /** Whether what is in the database goes when it is filled. */
    @WithDefault("false")
    boolean replace();
}
