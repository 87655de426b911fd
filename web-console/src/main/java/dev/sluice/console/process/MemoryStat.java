package dev.sluice.console.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The main memory of one process as {@code /proc} tells it. A process that is gone uses none. */
final class MemoryStat {
    private static final Path PROC = Path.of("/proc");
    private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d{1,15}) kB");
    private static final Pattern PROPORTIONAL = Pattern.compile("(?m)^Pss:\\s+(\\d{1,15}) kB");

    private MemoryStat() {}

    /** What is in main memory of it, shared parts too. */
    static long residentBytes(long pid) {
        return bytes(pid, "status", RESIDENT);
    }

    /** The same, with shared parts divided by how many share them. */
    static long proportionalBytes(long pid) {
        long bytes = bytes(pid, "smaps_rollup", PROPORTIONAL);
        return bytes > 0 ? bytes : residentBytes(pid);
    }

    private static long bytes(long pid, String file, Pattern line) {
        try {
            Matcher found = line.matcher(
                    Files.readString(PROC.resolve(Long.toString(pid)).resolve(file), StandardCharsets.ISO_8859_1));
            return found.find() ? Long.parseLong(found.group(1)) * 1024 : 0;
        } catch (IOException gone) {
            return 0;
        }
    }
}
