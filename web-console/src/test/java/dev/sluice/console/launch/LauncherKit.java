package dev.sluice.console.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.console.process.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The ground of the kit that every launcher has to pass: the contracts beside this class, one an ability, each extended by the test of an
 * engine that has it. The programs are POSIX shell scripts.
 */
@Timeout(120)
abstract class LauncherKit {
    @TempDir
    Path data;

    final DevicePool pool = Pools.of(4, List.of(new Gpu("GPU-a", "", 0), new Gpu("GPU-b", "", 0)));
    final List<TrialHandle> handles = new java.util.ArrayList<>();

    /** A launcher with nothing in its memory, as after a restart of the service. */
    abstract Launcher launcher();

    @AfterEach
    void stopAll() {
        handles.forEach(handle -> handle.stop(Duration.ZERO));
        handles.forEach(LauncherKit::exit);
    }

    final LaunchRequest request(String script) {
        return request(List.of("/bin/sh", "-c", script), Map.of());
    }

    final LaunchRequest request(List<String> argv, Map<String, String> environment) {
        return new LaunchRequest(
                UUID.randomUUID(),
                UUID.randomUUID(),
                1,
                data.resolve("trial-" + UUID.randomUUID()),
                argv,
                environment,
                Pools.cpu());
    }

    final TrialHandle launch(String script) {
        return launch(request(script));
    }

    final TrialHandle launch(LaunchRequest request) {
        return track(launcher().launch(request));
    }

    final TrialHandle track(TrialHandle handle) {
        handles.add(handle);
        return handle;
    }

    static TrialExit exit(TrialHandle handle) {
        return handle.onExit().orTimeout(60, TimeUnit.SECONDS).join();
    }

    static void awaitFile(TrialHandle handle, String name) {
        Path file = handle.record().folder().resolve(name);
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> Files.exists(file));
    }

    static void assertGone(TrialHandle handle, String pidFile) {
        Path file = handle.record().folder().resolve(pidFile);
        assertThat(file).exists();
        long pid = Long.parseLong(read(file).strip());
        // Not ProcessHandle.isAlive: one that ended but was not yet waited for by its new parent counts as alive there.
        assertThat(ProcessIdentity.of(pid)).isEmpty();
    }

    /** The processes that work in this folder. */
    static List<Long> pidsIn(Path folder) {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> worksIn(pid, folder))
                .filter(pid -> ProcessIdentity.of(pid).isPresent())
                .toList();
    }

    private static boolean worksIn(long pid, Path folder) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + pid + "/cwd")).startsWith(folder);
        } catch (IOException gone) {
            return false;
        }
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    static void touch(Path file) {
        try {
            Files.writeString(file, "");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
