package dev.sluice.console.database;

import dev.sluice.console.folder.DataFolder;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.Base64;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** A backup of a service that runs. */
@Path("/api/v1/backup")
@Tag(name = "System")
public class BackupResource {
    private final Backup backup;
    private final DataFolder data;

    BackupResource(Backup backup, DataFolder data) {
        this.backup = backup;
        this.data = data;
    }

    @GET
    @Blocking
    @Produces("application/gzip")
    @Operation(
            summary = "All sweeps, trials, events and promotions as they are at one moment, as a file",
            description = "`Repr-Digest` holds the SHA-256 of what is sent. `./sluice restore` takes the file.")
    public Response get() throws IOException, SQLException, NoSuchAlgorithmException {
        var folder = Files.createTempDirectory(data.root(), "backup");
        var file = folder.resolve("backup");
        try {
            backup.save(file);
            var digest = MessageDigest.getInstance("SHA-256");
            try (var in = new DigestInputStream(Files.newInputStream(file), digest)) {
                in.transferTo(java.io.OutputStream.nullOutputStream());
            }
            // The file has no name any more when it is sent, and is gone when that is done, however it ends.
            var in = Files.newInputStream(file);
            return Response.ok(in)
                    .header(
                            "Repr-Digest",
                            "sha-256=:%s:".formatted(Base64.getEncoder().encodeToString(digest.digest())))
                    .header("Content-Disposition", "attachment; filename=\"sluice-backup.gz\"")
                    .build();
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(folder);
        }
    }
}
