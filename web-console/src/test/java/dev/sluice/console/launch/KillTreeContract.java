package dev.sluice.console.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When an attempt has ended no process of it is left, whatever became of the tree. */
abstract class KillTreeContract extends LauncherKit {
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
    void workersThatASupervisorStartedInSessionsOfTheirOwnEndWithIt() {
        // As torchrun does: each worker leads a session; killed, the supervisor leaves them to init.
        TrialHandle handle = launch(
                "for i in 0 1 2; do setsid sh -c 'echo $$ > worker'$i'; sleep 1000' & done; "
                        + "for i in 0 1 2; do while [ ! -s worker$i ]; do sleep 0.02; done; done; echo $$ > supervisor; touch ready; wait");
        awaitFile(handle, "ready");
        ProcessHandle.of(Long.parseLong(
                        read(handle.record().folder().resolve("supervisor")).strip()))
                .orElseThrow()
                .destroyForcibly();

        assertThat(exit(handle).succeeded()).isFalse();

        assertGone(handle, "worker0");
        assertGone(handle, "worker1");
        assertGone(handle, "worker2");
    }

    @Test
    void aChildThatWasForkedTwiceEndsWithTheAttempt() {
        TrialHandle handle = launch(
                "(sh -c '(trap \"\" TERM HUP; echo $$ > twice; exec sleep 1000) &') ; while [ ! -s twice ]; do sleep 0.02; done; "
                        + "touch ready; sleep 1000");
        awaitFile(handle, "ready");

        handle.stop(Duration.ofMillis(100));
        exit(handle);

        assertThat(pidsIn(handle.record().folder())).isEmpty();
    }
}
