package dev.sluice.trainer;

import dev.sluice.trainer.callback.CallbackCatalog;
import dev.sluice.trainer.callback.CallbackType;
import dev.sluice.trainer.json.JsonText;
import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.protocol.TrialCommandLine;
import dev.sluice.trainer.task.Members;
import dev.sluice.trainer.task.TaskCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the trainer's catalogue, from which the service completes the sweep file's schema: run by the build over the
 * classes that it has just compiled, so that catalogue and code cannot come apart.
 */
public final class CatalogMain {
    private CatalogMain() {}

    /**
     * Writes {@code catalog.json} and {@code jvm.options} into a folder.
     *
     * @param arguments the folder
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1) {
            throw new IllegalArgumentException("one argument is expected, the folder, was " + List.of(arguments));
        }
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        Files.writeString(folder.resolve("catalog.json"), JsonText.write(catalog()) + "\n");
        Files.write(folder.resolve("jvm.options"), TrialCommandLine.javaOptions());
    }

    /** {@code {trainer, tasks, callbacks}} of all that is on the class path. */
    static Map<String, Object> catalog() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put(
                "trainer",
                Members.DECLARED.stream().map(OptionSpec::toSchemaTree).toList());
        tree.put("tasks", TaskCatalog.installed().toTree());
        tree.put(
                "callbacks",
                CallbackCatalog.installed().types().stream()
                        .map(CallbackType::toTree)
                        .toList());
        return tree;
    }
}
