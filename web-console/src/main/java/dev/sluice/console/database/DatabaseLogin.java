package dev.sluice.console.database;

import io.quarkus.arc.Unremovable;
import io.quarkus.credentials.CredentialsProvider;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Whom we log in as, asked for at each new connection. The password is in no setting of the pool, so that no page or log shows it. */
@ApplicationScoped
@Unremovable
public class DatabaseLogin implements CredentialsProvider {
    private final DatabaseSettings settings;

    DatabaseLogin(DatabaseSettings settings) {
        this.settings = settings;
    }

    @Override
    public Map<String, String> getCredentials(String name) {
        return Map.of(USER_PROPERTY_NAME, settings.user(), PASSWORD_PROPERTY_NAME, password());
    }

    private String password() {
        return settings.passwordFile()
                .map(DatabaseLogin::read)
                .or(settings::password)
                .orElse("");
    }

    /** @throws DatabaseException where there is no such file */
    static String read(Path file) {
        try (var lines = Files.lines(file)) {
            return lines.findFirst().orElse("");
        } catch (IOException | java.io.UncheckedIOException e) {
            throw new DatabaseException("the file of SLUICE_DB_PASSWORD_FILE cannot be read: " + file);
        }
    }
}
