package dev.sluice.console.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** An attempt that uses more main memory than it may is ended, and says why; it is its own fault. */
abstract class MemoryLimitContract extends LauncherKit {
    private static final long LIMIT = 64L << 20;
    /** A child of the program, that holds so many MiB. */
    private static final String HOLD =
            "sh -c 'x=$(head -c %d /dev/zero | tr \"\\\\0\" x); touch ready; sleep 1000'; exit 3";

    @Test
    void usingTooMuchEndsIt() {
        TrialHandle handle = launch(limited(HOLD.formatted(100 << 20), LIMIT));

        TrialExit exit = exit(handle);

        assertThat(exit.succeeded()).isFalse();
        assertThat(exit.code()).isPresent();
        assertThat(exit.lastLine()).matches("sluice: used \\d+(\\.\\d)? MiB, resources.memory is 64 MiB");
        assertThat(pidsIn(handle.record().folder())).isEmpty();
    }

    @Test
    void theLimitHoldsAfterARestart() {
        TrialHandle first =
                launch(limited("while [ ! -e go ]; do sleep 0.02; done; " + HOLD.formatted(100 << 20), LIMIT));

        TrialHandle adopted = track(launcher().adopt(first.record()).orElseThrow());
        assertThat(adopted.devices().memoryBytes()).isEqualTo(LIMIT);
        touch(first.record().folder().resolve("go"));

        assertThat(exit(adopted).lastLine()).contains("resources.memory is 64 MiB");
    }

    @Test
    void whoStaysBelowRunsToItsEnd() {
        assertThat(exit(launch(limited("x=$(head -c 1000000 /dev/zero | tr '\\0' x); sleep 2.5; exit 4", LIMIT)))
                        .code())
                .hasValue(4);
    }

    private LaunchRequest limited(String script, long memoryBytes) {
        return new LaunchRequest(
                UUID.randomUUID(),
                UUID.randomUUID(),
                1,
                data.resolve("trial"),
                List.of("/bin/sh", "-c", script),
                Map.of(),
                pool.restore(UUID.randomUUID(), new DeviceGrant(1, memoryBytes, GpuNeed.NONE, List.of())));
    }
}
