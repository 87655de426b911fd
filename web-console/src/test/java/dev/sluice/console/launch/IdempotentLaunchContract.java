package dev.sluice.console.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A launch is idempotent by its attempt id: whoever asks again, also after a restart, gets the process that is or was there. */
abstract class IdempotentLaunchContract extends LauncherKit {
    @Test
    void launchIsIdempotent() {
        LaunchRequest request = request("echo x >> count; touch ready; sleep 1000");
        Launcher launcher = launcher();

        TrialHandle first = track(launcher.launch(request));
        awaitFile(first, "ready");
        TrialHandle second = track(launcher.launch(request));
        TrialHandle afterRestart = track(launcher().launch(request));

        assertThat(second.record()).isEqualTo(first.record());
        assertThat(afterRestart.record()).isEqualTo(first.record());
        assertThat(request.folder().resolve("count")).hasContent("x");
    }

    @Test
    void launchesAtTheSameTimeStartOneProgram() {
        LaunchRequest request = request("echo x >> count; sleep 1");

        List<CompletableFuture<TrialHandle>> launches = java.util.stream.IntStream.range(0, 6)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> launcher().launch(request),
                        task -> Thread.ofVirtual().start(task)))
                .toList();
        launches.forEach(launch -> exit(track(launch.join())));

        assertThat(request.folder().resolve("count")).hasContent("x");
    }

    @Test
    void launchAfterTheEndTellsTheEndAgain() {
        LaunchRequest request = request("echo x >> count; exit 3");
        exit(launch(request));

        TrialHandle again = track(launcher().launch(request));

        assertThat(exit(again).code()).hasValue(3);
        assertThat(request.folder().resolve("count")).hasContent("x");
    }

    @Test
    void anotherAttemptDoesNotTakeTheFolderOfTheFirst() {
        LaunchRequest request = request("exit 0");
        exit(launch(request));
        LaunchRequest other = new LaunchRequest(
                UUID.randomUUID(), request.trialId(), 1, request.folder(), request.argv(), Map.of(), request.devices());

        assertThatThrownBy(() -> launcher().launch(other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(request.attemptId().toString());
    }

    @Test
    void attemptsOfOneTrialFollowOneAnother() {
        LaunchRequest request = request("exit 4");
        exit(launch(request));
        LaunchRequest retry = new LaunchRequest(
                UUID.randomUUID(),
                request.trialId(),
                2,
                request.folder(),
                List.of("/bin/sh", "-c", "exit 0"),
                Map.of(),
                request.devices());

        assertThat(exit(launch(retry)).code()).hasValue(0);
        assertThat(AttemptFolder.of(request.folder(), 1).exitFile()).hasContent("4");
    }
}
