package dev.sluice.trainer.protocol;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How a trial's process is started, and what its exit codes mean. */
public final class TrialCommandLine {
    /** The main class of a trial's process. */
    public static final String MAIN_CLASS = "dev.sluice.trainer.TrialMain";

    /** In the folder of jars: what {@code scripts/build.sh} keeps of a trial's classes, parsed and verified. */
    private static final String ARCHIVE = "trial.jsa";

    /** Exit code: trained to its end, or stopped as told. */
    public static final int EXIT_DONE = 0;

    /** Exit code: training failed; the last line of stderr says why. */
    public static final int EXIT_FAILED = 1;

    /** Exit code: the specification, a parameter or an option makes no sense; trying again is of no use. */
    public static final int EXIT_INVALID = 2;

    /** Exit code: ended by SIGTERM after its last checkpoint was saved. */
    public static final int EXIT_TERMINATED = 143;

    private TrialCommandLine() {}

    /**
     * The argument vector of a trial.
     *
     * @param javaHome the JDK or JRE to run with, 21 or newer
     * @param classPathFolder the folder of jars that the trainer's build laid out ({@code trainer/target/trial})
     */
    public static List<String> arguments(Path javaHome, Path classPathFolder) {
        return arguments(javaHome, classPathFolder, List.of());
    }

    /**
     * The argument vector of a trial with more on its class path: after our own jars, whose classes stay theirs.
     *
     * @param javaHome the JDK or JRE to run with, 21 or newer
     * @param classPathFolder the folder of jars that the trainer's build laid out ({@code trainer/target/trial})
     * @param jars of tasks and callbacks that do not come with the trainer
     */
    public static List<String> arguments(Path javaHome, Path classPathFolder, List<Path> jars) {
        List<String> arguments = new ArrayList<>();
        arguments.add(javaHome.resolve("bin").resolve("java").toString());
        arguments.addAll(javaOptions());
        Path archive = classPathFolder.toAbsolutePath().resolve(ARCHIVE);
        if (Files.isRegularFile(archive)) {
            arguments.add("-XX:SharedArchiveFile=" + archive);
            // one of another JDK or other jars is passed over; the JVM need not tell of it in each trial's log
            arguments.add("-Xlog:disable");
            arguments.add("-Xlog:all=error:stderr");
        }
        arguments.add("-cp");
        StringBuilder classPath = new StringBuilder(classPathFolder.toAbsolutePath() + File.separator + "*");
        jars.forEach(jar -> classPath.append(File.pathSeparator).append(jar.toAbsolutePath()));
        arguments.add(classPath.toString());
        arguments.add(MAIN_CLASS);
        return List.copyOf(arguments);
    }

    /**
     * Options of a trial's JVM: a quick start, no downloads, no telemetry. The build writes them into
     * {@code jvm.options} beside the class path. How many threads to compute with is the specification's to say.
     */
    public static List<String> javaOptions() {
        return List.of(
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-Dai.djl.offline=true",
                "-DOPT_OUT_TRACKING=true");
    }
}
