package dev.sluice.trainer.data;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** Files of a data set that are as they are, or compressed as {@code .gz}. */
final class Compressed {
    private static final String ENDING = ".gz";

    private static final int LONGEST = Integer.MAX_VALUE - 8; // what a Java array holds

    private Compressed() {}

    private static IllegalArgumentException tooLong(Path file) {
        return new IllegalArgumentException(file.getFileName() + " holds more than 2 GiB");
    }

    /** The name without {@code .gz}: what is in the file is the same. */
    static String plainName(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(ENDING) ? name.substring(0, name.length() - ENDING.length()) : name;
    }

    /**
     * What is in a file, uncompressed; at most 2 GiB.
     *
     * @throws IllegalArgumentException naming the file if it cannot be read
     */
    static byte[] read(Path file) {
        try {
            if (Files.size(file) > LONGEST) {
                throw tooLong(file);
            }
            byte[] content = Files.readAllBytes(file);
            if (!file.getFileName().toString().endsWith(ENDING)) {
                return content;
            }
            try (GZIPInputStream input = new GZIPInputStream(new ByteArrayInputStream(content), 1 << 16)) {
                byte[] plain = input.readNBytes(LONGEST);
                if (input.read() >= 0) {
                    throw tooLong(file);
                }
                return plain;
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(file.getFileName() + " cannot be read: " + e.getMessage(), e);
        }
    }
}
