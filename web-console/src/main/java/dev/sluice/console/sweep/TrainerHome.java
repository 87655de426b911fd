package dev.sluice.console.sweep;

import dev.sluice.console.problem.Problem;
import dev.sluice.console.specification.TrialSection.TrainerTrial;
import dev.sluice.trainer.protocol.OperatorFolder;
import dev.sluice.trainer.protocol.TrialCommandLine;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The folder that the trainer's build laid out: the class path of a trial, its JVM options and its catalogue. Beside it the
 * operator's folders of data sets and of jars: what a sweep names there is a name, never a path.
 */
@ApplicationScoped
public class TrainerHome {
    private final Optional<Path> home;
    private final Optional<Path> data;
    private final Optional<OperatorFolder> jars;

    TrainerHome(
            @ConfigProperty(name = "sluice.trainer.home") Optional<Path> home,
            @ConfigProperty(name = "sluice.trainer.data") Optional<Path> data,
            @ConfigProperty(name = "sluice.trainer.jars") Optional<Path> jars) {
        this.home = home.map(Path::toAbsolutePath).filter(Files::isDirectory);
        this.data = data.map(Path::toAbsolutePath);
        this.jars = jars.map(Path::toAbsolutePath).map(OperatorFolder::new);
    }

    /** Names, options and schemas of tasks, models and callbacks. */
    public Optional<Path> catalog() {
        return home.map(h -> h.resolve("catalog.json")).filter(Files::isRegularFile);
    }

    /** The operator's data sets. */
    Optional<Path> data() {
        return data;
    }

    /** What a trial needs and is not there: said when a sweep comes, not by each of its trials. */
    List<Problem.Fault> missing(TrainerTrial trial) {
        List<Problem.Fault> faults = new ArrayList<>();
        for (int place = 0; place < trial.jars().size(); place++) {
            try {
                var unused = jar(trial.jars().get(place));
            } catch (IllegalArgumentException e) {
                faults.add(
                        new Problem.Fault("/trial/trainer/jars/" + place, String.valueOf(e.getMessage()), null, null));
            }
        }
        if (trial.jars().isEmpty()) { // a task in a jar may mean something else by it
            missing(trial, "data").ifPresent(faults::add);
            missing(trial, "module").ifPresent(faults::add);
        }
        return faults;
    }

    /** What is wrong with the name of an entry of the folder of data sets, if a task is told one. */
    private Optional<Problem.Fault> missing(TrainerTrial trial, String option) {
        if (!(trial.options().get(option) instanceof String name)) {
            return Optional.empty();
        }
        if (data.isPresent() && new OperatorFolder(data.get()).find(name).isPresent()) {
            return Optional.empty();
        }
        return Optional.of(new Problem.Fault(
                "/trial/trainer/options/" + option,
                data.isEmpty()
                        ? "this service has no folder of data sets; its operator names one by the setting sluice.trainer.data"
                        : "'" + name
                                + "' is no data set of this service: the name of a file or folder in its folder of data sets",
                null,
                null));
    }

    /** The command that trains one trial. */
    List<String> command(TrainerTrial trial) {
        var folder = home.orElseThrow(() -> new IllegalArgumentException(
                "sluice.trainer.home names no folder: the trainer was not built or not found"));
        var own = trial.jars().stream().map(this::jar).toList();
        var command =
                new ArrayList<>(TrialCommandLine.arguments(Path.of(System.getProperty("java.home")), folder, own));
        if (Runtime.version().feature() >= 24) {
            // Protobuf's use of sun.misc.Unsafe, which newer JDKs warn of in every log and older ones cannot silence.
            command.add(1, "--sun-misc-unsafe-memory-access=allow");
        }
        return command;
    }

    /** The jar of a name, in the operator's folder and nowhere else. */
    private Path jar(String name) {
        var folder = jars.orElseThrow(() -> new IllegalArgumentException(
                "this service has no folder of jars; its operator names one by the setting sluice.trainer.jars"));
        try {
            var jar = folder.find(name).filter(Files::isRegularFile);
            if (jar.isPresent() && folder.holds(jar.get())) {
                return jar.get().toRealPath();
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("the jar '" + name + "' cannot be read: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException(
                "'" + name + "' is no jar of this service: the name of a file in its folder of jars");
    }
}
