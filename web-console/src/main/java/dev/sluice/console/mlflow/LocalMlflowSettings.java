package dev.sluice.console.mlflow;

import java.nio.file.Path;
import java.util.Map;

/**
 * Where the local server lives.
 *
 * @param folder its own folder, absolute: database, artifacts, port, process id, logs
 * @param tools the folder shared by all services of this user, absolute, in which MLflow is installed
 * @param environment the service's own environment; {@code PATH} is where Python is looked for
 */
public record LocalMlflowSettings(Path folder, Path tools, Map<String, String> environment) {
    public LocalMlflowSettings {
        environment = Map.copyOf(environment);
        if (!folder.isAbsolute()) {
            throw new IllegalArgumentException("folder must be absolute, was " + folder);
        }
        if (!tools.isAbsolute()) {
            throw new IllegalArgumentException("tools must be absolute, was " + tools);
        }
    }

    /** The server of a service with this data folder, with the tools where this environment says. */
    public static LocalMlflowSettings of(Path dataFolder, Map<String, String> environment) {
        return new LocalMlflowSettings(
                dataFolder.toAbsolutePath().normalize().resolve("mlflow"), toolsFolder(environment), environment);
    }

    /** {@code ${SLUICE_TOOLS:-${XDG_CACHE_HOME:-~/.cache}/sluice}}. */
    public static Path toolsFolder(Map<String, String> environment) {
        String tools = environment.getOrDefault("SLUICE_TOOLS", "");
        if (!tools.isBlank()) {
            return Path.of(tools).toAbsolutePath().normalize();
        }
        String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
        // By its own specification an XDG folder that is not absolute is to be ignored.
        Path parent = cache.startsWith("/")
                ? Path.of(cache)
                : Path.of(environment.getOrDefault("HOME", System.getProperty("user.home", "/")), ".cache");
        return parent.resolve("sluice").toAbsolutePath().normalize();
    }
}
