package dev.sluice.endtoend.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A Python program for command trials. Standard library only, so any Python 3 will do. */
public record Script(Path path) {

    /** Writes the program to a file of that name. */
    public static Script of(String name, String text) {
        try {
            var file = Build.folder("scripts/" + name).resolve(name + ".py");
            Files.writeString(file, text);
            return new Script(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The command line of a sweep file: a YAML list. */
    public String command(String... arguments) {
        return commandOf("python3", arguments);
    }

    /** The same, run by the Python that has MLflow. */
    public String commandInMlflowsPython(String... arguments) {
        return commandOf('"' + Build.python().toString() + '"', arguments);
    }

    private String commandOf(String python, String[] arguments) {
        var items = new StringBuilder("[" + python + ", -u, \"" + path + '"');
        for (var argument : arguments) {
            items.append(", \"").append(argument).append('"');
        }
        return items.append(']').toString();
    }
}
