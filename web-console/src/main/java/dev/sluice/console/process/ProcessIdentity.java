package dev.sluice.console.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The name of one process for ever: its id alone is given to another one later.
 *
 * @param pid the process id
 * @param startTicks clock ticks since the boot at which it started
 * @param bootId the kernel's id of the boot
 */
public record ProcessIdentity(long pid, long startTicks, String bootId) {
    /** The process that has this id now; empty if none is alive under it. */
    public static Optional<ProcessIdentity> of(long pid) {
        return ProcessStat.of(pid)
                .filter(stat -> !stat.dead())
                .map(stat -> new ProcessIdentity(pid, stat.startTicks(), currentBoot()));
    }

    /** The id of the boot that this machine is in. */
    public static String currentBoot() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the boot id (is /proc there?)", e);
        }
    }

    /** Whether this very process is alive; one that ended but was not waited for is not. */
    public boolean alive() {
        return bootId.equals(currentBoot())
                && ProcessStat.of(pid)
                        .filter(stat -> !stat.dead() && stat.startTicks() == startTicks)
                        .isPresent();
    }

    /** The processes that it started itself and that are alive. */
    public List<ProcessIdentity> children() {
        if (!alive()) {
            return List.of();
        }
        return ProcessStat.all().stream()
                .filter(stat -> stat.parent() == pid && !stat.dead())
                .map(stat -> new ProcessIdentity(stat.pid(), stat.startTicks(), bootId))
                .toList();
    }

    /** Asks the process to end (SIGTERM); does nothing if it is gone. */
    public void terminate() {
        ProcessHandle.of(pid).filter(handle -> alive()).ifPresent(ProcessHandle::destroy);
    }
}
