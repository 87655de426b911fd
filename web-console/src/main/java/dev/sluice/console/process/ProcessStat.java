package dev.sluice.console.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One line of {@code /proc/PID/stat}, as far as it is used here.
 *
 * @param state the kernel's letter; {@code Z} and {@code X} are dead
 * @param session the process id of the session's leader
 * @param startTicks clock ticks since the boot at which it started
 */
record ProcessStat(long pid, char state, long parent, long session, long startTicks) {
    private static final Path PROC = Path.of("/proc");

    boolean dead() {
        return state == 'Z' || state == 'X';
    }

    static Optional<ProcessStat> of(long pid) {
        try {
            String line = Files.readString(PROC.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
            // The name in parentheses may hold spaces and parentheses itself: count from the last one.
            String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", 21);
            return Optional.of(new ProcessStat(
                    pid,
                    fields[0].charAt(0),
                    Long.parseLong(fields[1]),
                    Long.parseLong(fields[3]),
                    Long.parseLong(fields[19])));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    /** Every process that is there, in no order; some may have ended meanwhile. */
    static List<ProcessStat> all() {
        List<ProcessStat> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path entry : entries) {
                of(Long.parseLong(entry.getFileName().toString())).ifPresent(found::add);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("cannot list the processes in /proc", e);
        }
        return found;
    }

    /** The value of a variable in the process's environment, as it was when its program started. */
    static Optional<String> variable(long pid, String name) {
        try {
            String environment =
                    new String(Files.readAllBytes(PROC.resolve(pid + "/environ")), StandardCharsets.ISO_8859_1);
            return Arrays.stream(environment.split("\0", -1))
                    .filter(entry -> entry.startsWith(name + "="))
                    .map(entry -> entry.substring(name.length() + 1))
                    .findFirst();
        } catch (IOException goneOrNotOurs) {
            return Optional.empty();
        }
    }

    /** Whether the process's environment, as it was when its program started, holds this {@code NAME=value}. */
    static boolean carries(long pid, byte[] entry) {
        byte[] environment;
        try {
            environment = Files.readAllBytes(PROC.resolve(pid + "/environ"));
        } catch (IOException goneOrNotOurs) {
            return false;
        }
        int start = 0;
        for (int i = 0; i <= environment.length; i++) {
            if (i == environment.length || environment[i] == 0) {
                if (i - start == entry.length && Arrays.equals(environment, start, i, entry, 0, entry.length)) {
                    return true;
                }
                start = i + 1;
            }
        }
        return false;
    }
}
