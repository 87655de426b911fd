package dev.sluice.trainer.data;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 over the names and contents of a data set's files, in the order in which they are added. Not thread-safe. */
final class Fingerprint {
    private final MessageDigest digest;

    Fingerprint() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Adds a file, by its name within the data set; the content's length keeps one file's end from being the next one's begin. */
    Fingerprint add(String name, byte[] content) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        length(text.length);
        digest.update(text);
        length(content.length);
        digest.update(content);
        return this;
    }

    private void length(int length) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            digest.update((byte) (length >> shift));
        }
    }

    /** 64 hexadecimal digits, lower case; nothing can be added afterwards. */
    String text() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
