package dev.sluice.console.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** The last line of a process's output that tells a person something. */
public final class LogTail {
    private static final int WINDOW_BYTES = 32 * 1024;
    private static final int LIMIT_CHARACTERS = 500;
    private static final Pattern NOISE =
            Pattern.compile("\\s*|\\s+at .*|\\s*\\.\\.\\. \\d+ (more|common frames omitted)");
    private static final Pattern CONTROL = Pattern.compile("\\x1b\\[[0-9;?]*[A-Za-z]|\\p{Cntrl}");

    private LogTail() {}

    /** The last telling line of the first of these files that has one, at most 500 characters; empty if none has. Frames of a Java stack trace tell nothing. */
    public static String lastLine(Path... files) {
        for (Path file : files) {
            List<String> lines = end(file).lines().toList();
            for (int i = lines.size() - 1; i >= 0; i--) {
                // A progress bar overwrites its line with carriage returns, which lines() takes for ends of lines.
                String line = lines.get(i);
                if (!NOISE.matcher(line).matches()) {
                    return readable(line);
                }
            }
        }
        return "";
    }

    private static String readable(String line) {
        String text = CONTROL.matcher(line).replaceAll("").strip();
        return text.length() <= LIMIT_CHARACTERS ? text : text.substring(0, LIMIT_CHARACTERS - 1) + "…";
    }

    private static String end(Path file) {
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            channel.position(Math.max(0, channel.size() - WINDOW_BYTES));
            ByteBuffer bytes = ByteBuffer.allocate(WINDOW_BYTES);
            int read = 0;
            while (bytes.hasRemaining() && read >= 0) {
                read = channel.read(bytes);
            }
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
        } catch (IOException none) {
            return "";
        }
    }
}
