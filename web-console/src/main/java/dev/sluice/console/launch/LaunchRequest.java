package dev.sluice.console.launch;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Everything that is needed to start one attempt of a trial.
 *
 * @param attemptId the attempt's id, unique for ever
 * @param trialId the trial that it is an attempt of
 * @param attempt the attempt's number within the trial, {@code >= 1}; names the attempt's folder
 * @param folder the trial's folder, absolute: the process's working directory; made if absent
 * @param argv the program and its arguments, handed over as they are, never read by a shell
 * @param environment what the process is given beside the service's own environment; wins over it, secrets included, but for the
 *     visible devices and {@link Launcher#MARK}
 * @param devices the devices lent to the attempt; the caller gives them back when {@link TrialHandle#onExit} has completed
 */
public record LaunchRequest(
        UUID attemptId,
        UUID trialId,
        int attempt,
        Path folder,
        List<String> argv,
        Map<String, String> environment,
        DeviceLease devices) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    public LaunchRequest {
        argv = List.copyOf(argv);
        environment = Map.copyOf(environment);
        if (attempt < 1) {
            throw new IllegalArgumentException("attempt must be >= 1, was " + attempt);
        }
        if (!folder.isAbsolute()) {
            throw new IllegalArgumentException("folder must be absolute, was " + folder);
        }
        if (argv.isEmpty() || argv.getFirst().isBlank() || argv.getFirst().startsWith("-")) {
            throw new IllegalArgumentException("argv must begin with the name of a program, was " + argv);
        }
        for (String argument : argv) {
            if (argument.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("argv must not hold NUL characters, was " + argv);
            }
        }
        environment.forEach((name, value) -> {
            // A shell drops other names from the environment that it hands on, without a word.
            if (!NAME.matcher(name).matches() || value.indexOf('\0') >= 0) {
                throw new IllegalArgumentException(
                        "environment must hold names of letters, digits and _ and values without NUL characters, was \""
                                + name + "\"");
            }
        });
    }
}
