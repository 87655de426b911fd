package dev.sluice.console.cli;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What a command is given beside its arguments.
 *
 * @param environment the process's environment variables
 * @param home the folder that {@code ./sluice} stands in
 * @param trainerHome the folder of a trial's class path, which holds the trainer's catalogue
 * @param answerLimit how long one call may take before it is given up
 * @param pollInterval the time between two looks at a running sweep
 */
record CommandContext(
        Terminal terminal,
        Map<String, String> environment,
        Path home,
        Path trainerHome,
        String version,
        Duration answerLimit,
        Duration pollInterval) {

    static final String DEFAULT_URL = "http://127.0.0.1:8420";

    CommandContext {
        environment = Map.copyOf(environment);
    }

    static CommandContext ofProcess() {
        return new CommandContext(
                Terminal.ofProcess(),
                System.getenv(),
                Path.of(System.getProperty("sluice.home", "")).toAbsolutePath(),
                Path.of(System.getProperty("sluice.trainer.home", "")).toAbsolutePath(),
                System.getProperty("sluice.version", "unknown"),
                Duration.ofSeconds(30),
                Duration.ofSeconds(1));
    }

    Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(value -> !value.isEmpty());
    }

    /** A client of the service that {@code SLUICE_URL} names, else of the local one. */
    ServiceClient client() {
        return client(serviceUrl());
    }

    ServiceClient client(URI url) {
        return new ServiceClient(url, variable("SLUICE_TOKEN"), answerLimit);
    }

    private URI serviceUrl() {
        String text = variable("SLUICE_URL").orElse(DEFAULT_URL);
        try {
            URI url = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            if (url.getHost() != null && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
                return url;
            }
        } catch (IllegalArgumentException malformed) {
            // said below, as for a URL without a host
        }
        throw CommandFailure.wrongUsage("SLUICE_URL must be a URL such as " + DEFAULT_URL + ", was '" + text + "'");
    }
}
