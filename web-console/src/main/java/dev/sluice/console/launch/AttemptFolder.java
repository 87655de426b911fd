package dev.sluice.console.launch;

import java.nio.file.Path;

/**
 * Where the files of one attempt lie, below the trial's folder.
 *
 * @param path the attempt's own folder, {@code <trial folder>/attempt-<number>}
 */
public record AttemptFolder(Path path) {
    public static AttemptFolder of(Path trialFolder, int attempt) {
        return new AttemptFolder(trialFolder.resolve("attempt-" + attempt));
    }

    /** What the process wrote to its standard output, as bytes. */
    public Path standardOutput() {
        return path.resolve("stdout.log");
    }

    /** What the process wrote to its error output, as bytes. */
    public Path errorOutput() {
        return path.resolve("stderr.log");
    }

    /** The launcher's own note of the launch, a JSON object. */
    public Path launchFile() {
        return path.resolve("launch.json");
    }

    /** The leader's process id; made by the process itself, once, before anything else runs: the claim on the attempt. */
    public Path processIdFile() {
        return path.resolve("pid");
    }

    /** The exit code; made whole, after the program ended. */
    public Path exitFile() {
        return path.resolve("exit");
    }
}
