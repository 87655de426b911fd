package dev.sluice.tracker.artifact;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The length of a file and the SHA-256 of its bytes.
 *
 * @param sizeBytes >= 0
 * @param sha256 64 hexadecimal digits, lower case
 */
public record FileDigest(long sizeBytes, String sha256) {
    /** Reads the file once, as a stream. */
    public static FileDigest of(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return of(in);
        }
    }

    /** Reads the stream to its end and leaves it open. */
    public static FileDigest of(InputStream in) throws IOException {
        MessageDigest sha256 = newSha256();
        byte[] buffer = new byte[64 * 1024];
        long size = 0;
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            sha256.update(buffer, 0, read);
            size += read;
        }
        return of(size, sha256);
    }

    static FileDigest of(long sizeBytes, MessageDigest sha256) {
        return new FileDigest(sizeBytes, HexFormat.of().formatHex(sha256.digest()));
    }

    static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
