package dev.sluice.console.launch;

import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/**
 * The door to one engine that runs attempts of trials as processes.
 *
 * <p>What every launcher keeps (checked by {@code LauncherContract}):
 * <ul>
 * <li>A launch is idempotent by its attempt id: asked again, also by another instance after a restart, it answers with the process that
 *     is or was there and never starts a second one.
 * <li>The process outlives the service; {@link #adopt} and {@link #find} take it up again.
 * <li>{@link TrialHandle#onExit} completes once, and then no process of the attempt is left: its devices may be lent again.
 * </ul>
 * Safe for use by several threads.
 */
public interface Launcher {
    /** The environment variable that marks every process of an attempt; its value is the attempt id. */
    String MARK = "SLUICE_ATTEMPT";

    /**
     * Starts the attempt, or takes it up where it was started before.
     *
     * @throws LaunchException if no process could be started; nothing is left running then
     * @throws IllegalArgumentException if the attempt's folder belongs to another attempt id
     */
    TrialHandle launch(LaunchRequest request);

    /**
     * Takes up an attempt by what is known of its process.
     *
     * @return the attempt, running or already ended; empty if no process of it was ever started, so that it may be launched
     */
    Optional<TrialHandle> adopt(LaunchRecord record);

    /**
     * Takes up an attempt of which no record was stored, by what its folder says and by the mark that its processes carry.
     *
     * @param folder the trial's folder, as in the {@link LaunchRequest}
     * @param attempt the attempt's number
     * @return the attempt, running or already ended; empty if no process of it was ever started, so that it may be launched
     */
    Optional<TrialHandle> find(UUID attemptId, Path folder, int attempt);
}
