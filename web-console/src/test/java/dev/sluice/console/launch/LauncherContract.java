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
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What every launcher keeps; each engine's test extends it. The programs are POSIX shell scripts. */
@Timeout(120)
abstract class LauncherContract {
    @TempDir
    Path data;

    private final DevicePool pool = Pools.of(4, List.of(new Gpu("GPU-a", "", 0), new Gpu("GPU-b", "", 0)));
    private final List<TrialHandle> handles = new java.util.ArrayList<>();

    /** A launcher with nothing in its memory, as after a restart of the service. */
    abstract Launcher launcher();

    @AfterEach
    void stopAll() {
        handles.forEach(handle -> handle.stop(Duration.ZERO));
        handles.forEach(LauncherContract::exit);
    }

    @Test
    void tellsExitCodeAndLastLine() {
        TrialHandle handle = launch("echo one; echo 'ValueError: lr must be > 0' >&2; exit 7");

        assertThat(exit(handle)).isEqualTo(new TrialExit(OptionalInt.of(7), "ValueError: lr must be > 0"));
        assertThat(handle.alive()).isFalse();
    }

    @Test
    void exitOfZeroIsSuccess() {
        assertThat(exit(launch("echo trained")).succeeded()).isTrue();
    }

    @Test
    void keepsOutputAndErrorsApart() throws IOException {
        LaunchRequest request = request("echo out; echo err >&2");
        exit(launch(request));

        AttemptFolder files = AttemptFolder.of(request.folder(), 1);
        assertThat(files.standardOutput()).hasContent("out");
        assertThat(files.errorOutput()).hasContent("err");
    }

    @Test
    void runsInTheTrialsFolderWithNothingOnItsInput() {
        LaunchRequest request = request("cat > read; pwd > where");
        exit(launch(request));

        assertThat(request.folder().resolve("read")).isEmptyFile();
        assertThat(request.folder().resolve("where"))
                .hasContent(request.folder().toString());
    }

    @Test
    void givesArgumentsAsTheyAre() throws IOException {
        List<String> odd = List.of("two words", "$HOME", "`date`", "; touch hit", "*", "", "a\nb", "--", "'\"");
        List<String> argv = new java.util.ArrayList<>(List.of("/bin/sh", "-c", "printf '%s\\0' \"$@\" > seen", "sh"));
        argv.addAll(odd);
        LaunchRequest request = request(argv, Map.of());
        exit(launch(request));

        assertThat(Files.readString(request.folder().resolve("seen"))).isEqualTo(String.join("\0", odd) + "\0");
        assertThat(request.folder().resolve("hit")).doesNotExist();
    }

    @Test
    void aProgramThatIsNotThereEndsWith127() {
        TrialExit exit = exit(launch(request(List.of("no-such-program-here", "--x"), Map.of())));

        assertThat(exit.code()).hasValue(127);
        assertThat(exit.lastLine()).contains("no-such-program-here").contains("not found");
    }

    @Test
    void aShellsOwnCommandIsNoProgram() {
        LaunchRequest request = request(List.of("eval", "touch hit"), Map.of());

        assertThat(exit(launch(request)).code()).hasValue(127);
        assertThat(request.folder().resolve("hit")).doesNotExist();
    }

    @Test
    void givesTheEnvironmentAndTheDevices() {
        DeviceLease lease = Pools.tryAcquire(pool, new DeviceRequest(2, 1)).orElseThrow();
        LaunchRequest request = new LaunchRequest(
                UUID.randomUUID(),
                UUID.randomUUID(),
                1,
                data.resolve("trial"),
                List.of("/bin/sh", "-c", "echo $A $CUDA_VISIBLE_DEVICES $OMP_NUM_THREADS $OMP_WAIT_POLICY > seen"),
                Map.of("A", "b c", "CUDA_VISIBLE_DEVICES", "7"),
                lease);
        exit(launch(request));

        assertThat(request.folder().resolve("seen")).hasContent("b c GPU-a 2 PASSIVE");
    }

    @Test
    void stopAsksTheProgramFirst() {
        TrialHandle handle =
                launch("trap 'echo saved > saved; exit 9' TERM; touch ready; while :; do sleep 0.05; done");
        awaitFile(handle, "ready");

        handle.stop(Duration.ofSeconds(30));

        assertThat(exit(handle).code()).hasValue(9);
        assertThat(handle.record().folder().resolve("saved")).exists();
    }

    @Test
    void stopKillsAProgramThatDoesNotListen() {
        TrialHandle handle = launch("trap '' TERM; touch ready; while :; do sleep 0.05; done");
        awaitFile(handle, "ready");

        handle.stop(Duration.ofMillis(300));

        assertThat(exit(handle).succeeded()).isFalse();
        assertThat(handle.alive()).isFalse();
    }

    @Test
    void aShorterGraceCountsWhileALongOneRuns() {
        TrialHandle handle = launch("trap '' TERM; touch ready; while :; do sleep 0.05; done");
        awaitFile(handle, "ready");

        handle.stop(Duration.ofHours(1));
        handle.stop(Duration.ZERO);

        assertThat(exit(handle).succeeded()).isFalse();
    }

    @Test
    void stopAtOnceAfterTheLaunchEndsIt() {
        TrialHandle handle = launch("sleep 1000");

        handle.stop(Duration.ofSeconds(2));

        assertThat(exit(handle).succeeded()).isFalse();
    }

    @Test
    void stopEndsGrandchildrenInSessionsOfTheirOwn() {
        TrialHandle handle = launch(
                "setsid sh -c 'trap \"\" TERM; echo $$ > far; sleep 1000' & (setsid sleep 1000 & echo $! > orphan); "
                        + "while [ ! -s far ]; do sleep 0.02; done; touch ready; sleep 1000");
        awaitFile(handle, "ready");

        handle.stop(Duration.ofMillis(200));
        exit(handle);

        assertGone(handle, "far");
        assertGone(handle, "orphan");
    }

    @Test
    void whatAProgramLeavesBehindIsEndedToo() {
        TrialHandle handle = launch("(setsid sleep 1000 & echo $! > left); exit 0");

        assertThat(exit(handle).code()).hasValue(0);
        assertGone(handle, "left");
    }

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

    @Test
    void devicesComeBackWhenNoProcessIsLeft() {
        DeviceRequest both = new DeviceRequest(1, 2);
        DeviceLease lease = Pools.tryAcquire(pool, both).orElseThrow();
        TrialHandle handle = launch(new LaunchRequest(
                UUID.randomUUID(),
                UUID.randomUUID(),
                1,
                data.resolve("trial"),
                List.of("/bin/sh", "-c", "(setsid sleep 1000 & echo $! > left); touch ready; sleep 1000"),
                Map.of(),
                lease));
        CompletableFuture<Void> back = handle.onExit().thenRun(lease::close);
        awaitFile(handle, "ready");
        assertThat(Pools.tryAcquire(pool, both)).isEmpty();

        handle.stop(Duration.ofSeconds(5));
        back.orTimeout(60, TimeUnit.SECONDS).join();

        assertGone(handle, "left");
        assertThat(Pools.tryAcquire(pool, both)).isPresent();
    }

    @Test
    void manyShortAttemptsQueueOverFewSlots() {
        AtomicInteger failed = new AtomicInteger();
        Launcher launcher = launcher();
        for (int i = 0; i < 24; i++) {
            DeviceLease lease = await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> Pools.tryAcquire(pool, new DeviceRequest(1, 1)), java.util.Optional::isPresent)
                    .orElseThrow();
            LaunchRequest request = new LaunchRequest(
                    UUID.randomUUID(),
                    UUID.randomUUID(),
                    1,
                    data.resolve("trial-" + i),
                    // A directory is made by one only: two trials on a GPU at once would clash.
                    List.of(
                            "/bin/sh",
                            "-c",
                            "mkdir ../on-$CUDA_VISIBLE_DEVICES || exit 1; sleep 0.01; rmdir ../on-$CUDA_VISIBLE_DEVICES"),
                    Map.of(),
                    lease);
            var unused = track(launcher.launch(request)).onExit().thenAccept(exit -> {
                failed.addAndGet(exit.succeeded() ? 0 : 1);
                lease.close();
            });
        }
        handles.forEach(LauncherContract::exit);

        assertThat(failed).hasValue(0);
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

    private static void assertGone(TrialHandle handle, String pidFile) {
        Path file = handle.record().folder().resolve(pidFile);
        assertThat(file).exists();
        long pid = Long.parseLong(read(file).strip());
        // Not ProcessHandle.isAlive: one that ended but was not yet waited for by its new parent counts as alive there.
        assertThat(ProcessIdentity.of(pid)).isEmpty();
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
