package dev.sluice.trainer.protocol;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How the process is started that runs a packaged model on the sample that its trainer left, and what its exit codes mean.
 * Its answer is one line of stdout, for people.
 */
public final class ModelCheckCommand {
    /** The main class. */
    public static final String MAIN_CLASS = "dev.sluice.trainer.ModelCheckMain";

    /** The graph, in a package. */
    public static final String GRAPH = "model.onnx";

    /** A few inputs and what the trainer says to them, in a package. */
    public static final String SAMPLE = "sluice/sample.json";

    /** Exit code: the model answers as its trainer did. */
    public static final int EXIT_AGREES = 0;

    /** Exit code: the model answers otherwise, or it does not run. */
    public static final int EXIT_DIFFERS = 1;

    /** Exit code: the sample or the arguments make no sense. */
    public static final int EXIT_INVALID = 2;

    private ModelCheckCommand() {}

    /**
     * The argument vector.
     *
     * @param javaHome the JDK or JRE to run with, 21 or newer
     * @param classPathFolder as {@link TrialCommandLine#arguments} takes it
     * @param limit after which the process ends by itself, whether or not anybody still waits for it
     */
    public static List<String> arguments(Path javaHome, Path classPathFolder, Path graph, Path sample, Duration limit) {
        List<String> arguments = new ArrayList<>(TrialCommandLine.arguments(javaHome, classPathFolder));
        arguments.removeLast();
        arguments.add(MAIN_CLASS);
        arguments.add(graph.toAbsolutePath().toString());
        arguments.add(sample.toAbsolutePath().toString());
        arguments.add(Long.toString(limit.toMillis()));
        return List.copyOf(arguments);
    }
}
