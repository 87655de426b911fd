package dev.sluice.console.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Where a launcher cannot know, it says so: an attempt out of sight is never taken for gone, nor started again. */
abstract class LostContactContract extends LauncherKit {
    /** From now on a launcher with nothing in its memory cannot find out about the attempt. */
    abstract void loseContact(LaunchRequest request);

    /** It can again. */
    abstract void regainContact(LaunchRequest request);

    @Test
    void anAttemptOutOfSightIsNotGone() {
        LaunchRequest request = request("echo x >> count; touch ready; while [ ! -e go ]; do sleep 0.02; done; exit 5");
        TrialHandle first = launch(request);
        awaitFile(first, "ready");
        loseContact(request);

        assertThatThrownBy(() -> launcher().find(request.attemptId(), request.folder(), 1))
                .isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> launcher().launch(request)).isInstanceOf(RuntimeException.class);
        assertThat(first.alive()).isTrue();

        regainContact(request);
        TrialHandle again =
                track(launcher().find(request.attemptId(), request.folder(), 1).orElseThrow());
        assertThat(again.record()).isEqualTo(first.record());
        touch(request.folder().resolve("go"));
        assertThat(exit(again).code()).hasValue(5);
        assertThat(request.folder().resolve("count")).hasContent("x");
    }
}
