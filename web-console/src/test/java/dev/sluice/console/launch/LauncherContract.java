package dev.sluice.console.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** A program runs as it was asked for, tells how it ended, and ends when it is told to. */
abstract class LauncherContract extends LauncherKit {
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
}
