package dev.sluice.console.sweep;

import dev.sluice.trainer.protocol.TrialCommandLine;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The folder that the trainer's build laid out: the class path of a trial, its JVM options and its catalogue. */
@ApplicationScoped
public class TrainerHome {
    private final Optional<Path> home;

    TrainerHome(@ConfigProperty(name = "sluice.trainer.home") Optional<Path> home) {
        this.home = home.map(Path::toAbsolutePath).filter(Files::isDirectory);
    }

    /** Names, options and schemas of tasks, models and callbacks. */
    public Optional<Path> catalog() {
        return home.map(h -> h.resolve("catalog.json")).filter(Files::isRegularFile);
    }

    /** The command that trains one trial. */
    List<String> command() {
        var folder = home.orElseThrow(() -> new IllegalArgumentException(
                "sluice.trainer.home names no folder: the trainer was not built or not found"));
        var command = new ArrayList<>(TrialCommandLine.arguments(Path.of(System.getProperty("java.home")), folder));
        if (Runtime.version().feature() >= 24) {
            // Protobuf's use of sun.misc.Unsafe, which newer JDKs warn of in every log and older ones cannot silence.
            command.add(1, "--sun-misc-unsafe-memory-access=allow");
        }
        return command;
    }
}
