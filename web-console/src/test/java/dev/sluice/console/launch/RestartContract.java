package dev.sluice.console.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A launcher with nothing in its memory takes up what runs, and what ended while nobody looked. */
abstract class RestartContract extends LauncherKit {
    @Test
    void aRunningAttemptIsAdoptedByItsRecord() {
        TrialHandle first = launch("touch ready; while [ ! -e go ]; do sleep 0.05; done; exit 5");
        awaitFile(first, "ready");

        TrialHandle adopted = track(launcher().adopt(first.record()).orElseThrow());
        assertThat(adopted.alive()).isTrue();
        touch(first.record().folder().resolve("go"));

        assertThat(exit(adopted).code()).hasValue(5);
    }

    @Test
    void aRunningAttemptIsFoundWithoutARecord() {
        LaunchRequest request = request("touch ready; sleep 1000");
        TrialHandle first = launch(request);
        awaitFile(first, "ready");

        TrialHandle found =
                track(launcher().find(request.attemptId(), request.folder(), 1).orElseThrow());

        assertThat(found.record()).isEqualTo(first.record());
        found.stop(Duration.ZERO);
        assertThat(exit(first).succeeded()).isFalse();
    }

    @Test
    void anEndedAttemptIsAdoptedWithItsExit() {
        TrialHandle first = launch("exit 6");
        exit(first);

        assertThat(exit(launcher().adopt(first.record()).orElseThrow()).code()).hasValue(6);
    }

    @Test
    void anAttemptNeverLaunchedIsNotFound() {
        assertThat(launcher().find(UUID.randomUUID(), data.resolve("none"), 1)).isEmpty();
    }

    @Test
    void aRecordOfAProcessIdGivenAwayFindsTheEnd() {
        TrialHandle first = launch("exit 6");
        exit(first);
        LaunchRecord known = first.record();
        LaunchRecord mistaken = new LaunchRecord(
                ProcessHandle.current().pid(),
                known.startTicks(),
                known.bootId(),
                known.attemptId(),
                known.attempt(),
                known.folder());

        TrialHandle adopted = launcher().adopt(mistaken).orElseThrow();

        assertThat(adopted.alive()).isFalse();
        assertThat(exit(adopted).code()).hasValue(6);
    }

    @Test
    void anAttemptFoundAgainTellsItsDevices() {
        DeviceLease lease = Pools.tryAcquire(pool, new DeviceRequest(2, 1)).orElseThrow();
        LaunchRequest request = new LaunchRequest(
                UUID.randomUUID(),
                UUID.randomUUID(),
                1,
                data.resolve("trial"),
                List.of("sleep", "1000"),
                Map.of(),
                lease);
        TrialHandle first = launch(request);

        Launcher another = launcher();
        TrialHandle found =
                track(another.find(request.attemptId(), request.folder(), 1).orElseThrow());

        assertThat(found.devices()).isEqualTo(lease.grant());
        assertThat(launcher().adopt(first.record()).orElseThrow().devices()).isEqualTo(lease.grant());
    }
}
