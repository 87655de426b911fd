package dev.sluice.console.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A control group (cgroup v2) that holds all processes of one start: the kernel puts every descendant into it, whatever that does to its
 * parent, session or environment, and ends them all at once. Safe for use by several threads.
 *
 * @param folder its folder, absolute
 */
public record ControlGroup(Path folder) {
    private static final System.Logger LOG = System.getLogger(ControlGroup.class.getName());

    /** Where a process is put into the group. */
    public static final String MEMBERS = "cgroup.procs";

    private static final String KILL = "cgroup.kill";
    private static final long PROBE_SECONDS = 10;

    /**
     * The folder below which groups can be made: the service's own group, where this process may write there and a process can be moved.
     * That is so for root, and where the group was delegated; empty elsewhere. Starts a process to find out.
     */
    public static Optional<Path> home() {
        Path proc = Path.of("/proc/self");
        for (String mount : lines(proc.resolve("mountinfo"))) {
            String[] sides = mount.split(" - ", 2);
            if (sides.length == 2 && sides[1].startsWith("cgroup2 ")) {
                String[] fields = sides[0].split(" ", 6);
                for (String line : lines(proc.resolve("cgroup"))) {
                    if (line.startsWith("0::/")) {
                        Path home = Path.of(fields[4]).resolve(line.substring(4));
                        return canHold(home) ? Optional.of(home) : Optional.empty();
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static boolean canHold(Path home) {
        if (!Files.isWritable(home)) {
            return false;
        }
        Optional<ControlGroup> probe =
                make(home, "sluice-probe-" + ProcessHandle.current().pid());
        if (probe.isEmpty()) {
            return false;
        }
        Path folder = probe.get().folder();
        try {
            Process process = new ProcessBuilder(
                            "/bin/sh",
                            "-c",
                            "echo $$ > \"$1\"",
                            "sluice",
                            folder.resolve(MEMBERS).toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            boolean ended = process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS);
            process.destroyForcibly();
            return ended && process.exitValue() == 0 && Files.isWritable(folder.resolve(KILL));
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            probe.get().remove();
        }
    }

    /** A group of this name; one that is there already is taken up. Empty if it cannot be made. */
    public static Optional<ControlGroup> make(Path home, String name) {
        Path folder = home.resolve(name);
        try {
            if (!Files.isDirectory(folder)) {
                Files.createDirectory(folder);
            }
            return Optional.of(new ControlGroup(folder));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "group={0} not made: {1}", folder, e);
            return Optional.empty();
        }
    }

    /** The group in this folder, if it is still there. */
    public static Optional<ControlGroup> at(Path folder) {
        return Files.isWritable(folder.resolve(KILL)) ? Optional.of(new ControlGroup(folder)) : Optional.empty();
    }

    /** The processes that are alive in it, and in groups that they made below it. */
    List<Long> members() {
        List<Long> members = new ArrayList<>();
        collect(folder, members);
        return members;
    }

    private static void collect(Path folder, List<Long> members) {
        for (String line : lines(folder.resolve(MEMBERS))) {
            long pid = Long.parseLong(line);
            if (pid > 0) { // 0: in a container around ours
                members.add(pid);
            }
        }
        for (Path below : below(folder)) {
            collect(below, members);
        }
    }

    /** Kills (SIGKILL) all of them at once, those that are just being born too. */
    void kill() {
        try {
            Files.writeString(folder.resolve(KILL), "1");
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "group={0} not killed: {1}", folder, e);
        }
    }

    /** Removes the group once nothing is in it; does nothing while something is. */
    public void remove() {
        remove(folder);
    }

    private static void remove(Path folder) {
        below(folder).forEach(ControlGroup::remove);
        try {
            Files.deleteIfExists(folder);
        } catch (IOException busy) {
            LOG.log(System.Logger.Level.DEBUG, "group={0} stays: {1}", folder, busy);
        }
    }

    private static List<Path> below(Path folder) {
        List<Path> below = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, Files::isDirectory)) {
            entries.forEach(below::add);
        } catch (IOException gone) {
            return List.of();
        }
        return below;
    }

    private static List<String> lines(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
                    .lines()
                    .toList();
        } catch (IOException gone) {
            return List.of();
        }
    }
}
