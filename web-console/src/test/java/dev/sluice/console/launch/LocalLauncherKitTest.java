package dev.sluice.console.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.process.ControlGroup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The local launcher has every ability of the kit. */
final class LocalLauncherKitTest {
    private static final Optional<Path> GROUPS = ControlGroup.home();

    private static Launcher plain() {
        return LocalLauncher.of(System.getenv());
    }

    /** A launcher with control groups; skips the test where none can be made (a plain user without a delegated one). */
    private static Launcher grouped() {
        Assumptions.assumeTrue(GROUPS.isPresent(), "no control group can be made here");
        return LocalLauncher.of(System.getenv()).withGroupsIn(GROUPS.orElseThrow());
    }

    @Nested
    final class Runs extends LauncherContract {
        @Override
        Launcher launcher() {
            return plain();
        }
    }

    @Nested
    final class IsIdempotent extends IdempotentLaunchContract {
        @Override
        Launcher launcher() {
            return plain();
        }
    }

    @Nested
    final class Restarts extends RestartContract {
        @Override
        Launcher launcher() {
            return plain();
        }
    }

    @Nested
    final class LosesContact extends LostContactContract {
        @Override
        Launcher launcher() {
            return plain();
        }

        /** The note is there and cannot be understood. */
        @Override
        void loseContact(LaunchRequest request) {
            Path note = AttemptFolder.of(request.folder(), 1).launchFile();
            try {
                Files.move(note, note.resolveSibling("away"));
                Files.writeString(note, "{\"version\": 99}");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        void regainContact(LaunchRequest request) {
            Path note = AttemptFolder.of(request.folder(), 1).launchFile();
            try {
                Files.move(note.resolveSibling("away"), note, StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Nested
    final class KillsTheTree extends KillTreeContract {
        @Override
        Launcher launcher() {
            return plain();
        }
    }

    @Nested
    final class KillsTheTreeInAGroup extends KillTreeContract {
        @Override
        Launcher launcher() {
            return grouped();
        }

        @Test
        void aChildThatHidesEverywhereElseIsEndedToo() {
            // Out of the tree, out of the session, and without the mark.
            TrialHandle handle = launch("(env -i setsid sh -c 'trap \"\" TERM HUP; echo $$ > hidden; sleep 1000' &); "
                    + "while [ ! -s hidden ]; do sleep 0.02; done; touch ready; sleep 1000");
            awaitFile(handle, "ready");

            handle.stop(Duration.ZERO);
            exit(handle);

            assertGone(handle, "hidden");
        }

        @Test
        void anAdoptedAttemptEndsWithItsGroup() {
            TrialHandle first = launch(
                    "(env -i setsid sh -c 'echo $$ > hidden; sleep 1000' &); "
                            + "while [ ! -s hidden ]; do sleep 0.02; done; touch ready; while [ ! -e go ]; do sleep 0.02; done");
            awaitFile(first, "ready");
            TrialHandle adopted = track(launcher().adopt(first.record()).orElseThrow());
            touch(first.record().folder().resolve("go"));

            exit(adopted);

            assertGone(first, "hidden");
            exit(first);
            assertThat(GROUPS.orElseThrow().resolve("sluice-" + first.record().attemptId()))
                    .doesNotExist();
        }
    }

    @Nested
    final class RestartsInAGroup extends RestartContract {
        @Override
        Launcher launcher() {
            return grouped();
        }
    }

    @Nested
    final class QueuesForDevices extends DeviceQueueContract {
        @Override
        Launcher launcher() {
            return plain();
        }
    }

    @Nested
    final class LimitsMemory extends MemoryLimitContract {
        @Override
        Launcher launcher() {
            return plain();
        }
    }

    @Nested
    final class LimitsMemoryInAGroup extends MemoryLimitContract {
        @Override
        Launcher launcher() {
            return grouped();
        }
    }
}
