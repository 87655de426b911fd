package dev.sluice.tracker.outbox;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is really full: a small file system in memory, which a process sees alone, in a mount namespace. */
class FullDiskTest {
    @TempDir
    Path root;

    @Test
    void whoRecordsGoesOnSaysWhatWasLostAndTheJournalIsWhole() throws Exception {
        Path disk = Files.createDirectory(root.resolve("disk"));
        List<String> mounted = List.of(
                "unshare", "-rm", "sh", "-c", "mount -t tmpfs -o size=32m none \"$0\" && exec \"$@\"", disk.toString());
        Path answer = root.resolve("answer");
        List<String> probe = new ArrayList<>(mounted);
        probe.add("true");
        int code;
        try {
            code = new ProcessBuilder(probe)
                    .redirectErrorStream(true)
                    .redirectOutput(answer.toFile())
                    .start()
                    .waitFor();
        } catch (IOException e) {
            Files.writeString(answer, String.valueOf(e.getMessage()));
            code = 1;
        }
        assumeThat(code)
                .as("this machine lets nobody mount a small file system: %s", Files.readString(answer))
                .isZero();

        ChildJvm writer = new ChildJvm(root, List.of("-Xmx256m"), FullDiskWriter.class, disk.toString()).by(mounted);
        try {
            writer.start();
            writer.awaitLine("full");
            writer.awaitLine("done");
        } finally {
            writer.kill();
        }
    }
}
