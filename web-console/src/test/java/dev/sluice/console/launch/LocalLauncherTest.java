package dev.sluice.console.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.console.process.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is the local launcher's own. */
final class LocalLauncherTest extends LauncherKit {
    private static final DeviceGrant NONE = new DeviceGrant(0, List.of());

    @Override
    Launcher launcher() {
        return LocalLauncher.of(System.getenv());
    }

    @Test
    void aWrapperThatWasKilledLeavesNoCode() {
        TrialHandle handle = launch("echo $$ > program; touch ready; sleep 1000");
        awaitFile(handle, "ready");
        long program =
                Long.parseLong(read(handle.record().folder().resolve("program")).strip());

        ProcessHandle.of(handle.record().pid()).orElseThrow().destroyForcibly();

        assertThat(exit(handle).code()).isEmpty();
        assertThat(ProcessIdentity.of(program)).isEmpty();
    }

    @Test
    void aProgramThatWasKilledLeavesItsSignal() {
        assertThat(exit(launch("kill -9 $$")).code()).hasValue(137);
    }

    @Test
    void aLaunchOfAnEarlierBootIsLost() throws IOException {
        LaunchRequest request = request("exit 0");
        AttemptFolder files = AttemptFolder.of(request.folder(), 1);
        Files.createDirectories(files.path());
        new LaunchNote(
                        request.attemptId(),
                        request.trialId(),
                        "another-boot",
                        ProcessHandle.current().pid(),
                        1,
                        NONE,
                        Optional.empty())
                .write(files.launchFile());

        TrialHandle found = track(launcher().launch(request));

        assertThat(found.alive()).isFalse();
        assertThat(exit(found).code()).isEmpty();
        assertThat(files.standardOutput()).doesNotExist();
    }

    @Test
    void anIntentWithoutAProcessIsLaunched() throws IOException {
        LaunchRequest request = request("exit 0");
        AttemptFolder files = AttemptFolder.of(request.folder(), 1);
        Files.createDirectories(files.path());
        new LaunchNote(
                        request.attemptId(),
                        request.trialId(),
                        ProcessIdentity.currentBoot(),
                        0,
                        0,
                        NONE,
                        Optional.empty())
                .write(files.launchFile());
        assertThat(launcher().find(request.attemptId(), request.folder(), 1)).isEmpty();

        assertThat(exit(launch(request)).code()).hasValue(0);
    }

    @Test
    void aProcessWhoseLauncherDiedBeforeNotingItIsFoundByItsMark() throws IOException {
        LaunchRequest request = request("touch ready; sleep 1000");
        TrialHandle first = launch(request);
        awaitFile(first, "ready");
        AttemptFolder files = AttemptFolder.of(request.folder(), 1);
        new LaunchNote(
                        request.attemptId(),
                        request.trialId(),
                        ProcessIdentity.currentBoot(),
                        0,
                        0,
                        NONE,
                        Optional.empty())
                .write(files.launchFile());

        TrialHandle found =
                track(launcher().find(request.attemptId(), request.folder(), 1).orElseThrow());

        assertThat(found.record()).isEqualTo(first.record());
    }

    @Test
    void aTornNoteIsNoObstacle() throws IOException {
        LaunchRequest request = request("exit 0");
        AttemptFolder files = AttemptFolder.of(request.folder(), 1);
        Files.createDirectories(files.path());
        Files.writeString(files.launchFile(), "{\"version\":1,\"atte");

        assertThat(exit(launch(request)).code()).hasValue(0);
    }

    @Test
    void aFolderThatCannotBeMadeIsSaid() throws IOException {
        Path file = Files.writeString(data.resolve("file"), "");
        LaunchRequest request = new LaunchRequest(
                UUID.randomUUID(), UUID.randomUUID(), 1, file.resolve("trial"), List.of("true"), Map.of(), Pools.cpu());

        assertThatThrownBy(() -> launcher().launch(request))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("cannot start attempt 1");
    }

    @Test
    void programsThatHideTheirEnvironmentAreEndedToo() {
        TrialHandle handle = launch("env -i setsid sh -c 'echo $$ > hidden; sleep 1000' & "
                + "env -i sh -c 'echo $$ > sibling; sleep 1000' & "
                + "while [ ! -s hidden ] || [ ! -s sibling ]; do sleep 0.02; done; touch ready; sleep 1000");
        awaitFile(handle, "ready");

        handle.stop(Duration.ZERO);
        exit(handle);

        assertThat(ProcessIdentity.of(Long.parseLong(
                        read(handle.record().folder().resolve("hidden")).strip())))
                .isEmpty();
        assertThat(ProcessIdentity.of(Long.parseLong(
                        read(handle.record().folder().resolve("sibling")).strip())))
                .isEmpty();
    }

    @Test
    void attemptsOutliveAServiceThatWasKilledAndAreTakenUpAgain() throws Exception {
        UUID attemptId = UUID.randomUUID();
        Path folder = data.resolve("trial");
        Process service = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LaunchingService.class.getName(),
                        attemptId.toString(),
                        folder.toString(),
                        "touch ready; while [ ! -e go ]; do sleep 0.05; done; echo finished; exit 5")
                .redirectErrorStream(true)
                .redirectOutput(data.resolve("service.log").toFile())
                .start();
        await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(folder.resolve("ready")));
        assertThat(service.destroyForcibly().waitFor(30, TimeUnit.SECONDS)).isTrue();

        TrialHandle adopted = track(launcher().find(attemptId, folder, 1).orElseThrow());
        assertThat(adopted.alive()).isTrue();
        touch(folder.resolve("go"));

        assertThat(exit(adopted).code()).hasValue(5);
        assertThat(exit(adopted).lastLine()).isEqualTo("finished");
    }
}
