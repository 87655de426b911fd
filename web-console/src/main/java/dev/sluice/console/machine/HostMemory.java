package dev.sluice.console.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How much main memory there is here. */
public final class HostMemory {
    private static final Pattern TOTAL = Pattern.compile("MemTotal:\\s+(\\d{1,15}) kB");
    private static final List<String> CONTAINERS =
            List.of("sys/fs/cgroup/memory.max", "sys/fs/cgroup/memory/memory.limit_in_bytes");

    private HostMemory() {}

    /** Bytes of this machine, or of its container if that has a limit below; empty if not known. */
    public static OptionalLong totalBytes() {
        return totalBytes(Path.of("/"));
    }

    static OptionalLong totalBytes(Path root) {
        Matcher total = TOTAL.matcher(text(root.resolve("proc/meminfo")));
        if (!total.find()) {
            return OptionalLong.empty();
        }
        long bytes = Long.parseLong(total.group(1)) * 1024;
        for (String file : CONTAINERS) {
            String limit = text(root.resolve(file)).strip();
            if (limit.matches("\\d{1,18}")) { // "max": none
                bytes = Math.min(bytes, Long.parseLong(limit));
            }
        }
        return OptionalLong.of(bytes);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException absent) {
            return "";
        }
    }
}
