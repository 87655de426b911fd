package dev.sluice.console.lease;

import dev.sluice.console.folder.DataFolder;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.EnumSet;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Tokens valid for one lease's own calls: an HMAC-SHA-256 of the lease id under a key that only this data folder
 * holds. Nothing needs to be stored for a lease, and a worker that asks again gets the same token. Thread-safe.
 */
@ApplicationScoped
public class LeaseToken {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_BYTES = 32;

    private final SecretKeySpec key;

    LeaseToken(DataFolder folder) {
        this.key = new SecretKeySpec(key(folder.root().resolve("lease.key")), ALGORITHM);
    }

    public String of(UUID lease) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(mac.doFinal(lease.toString().getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }

    /** Compares in constant time. */
    public boolean isOf(UUID lease, String token) {
        return MessageDigest.isEqual(
                of(lease).getBytes(StandardCharsets.US_ASCII), token.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] key(Path file) {
        try {
            Files.createDirectories(file.getParent());
            var fresh = new byte[KEY_BYTES];
            new SecureRandom().nextBytes(fresh);
            var draft = Files.createTempFile(
                    file.getParent(),
                    "lease",
                    ".tmp",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try {
                Files.write(draft, fresh, EnumSet.of(StandardOpenOption.WRITE).toArray(StandardOpenOption[]::new));
                // A link is made whole or not at all: a key is never half written, and never replaced.
                Files.createLink(file, draft);
            } catch (FileAlreadyExistsException there) {
                return Files.readAllBytes(file);
            } finally {
                Files.deleteIfExists(draft);
            }
            return fresh;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep the key of lease tokens in " + file, e);
        }
    }
}
