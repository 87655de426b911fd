package dev.sluice.tracker.mlflow;

import dev.sluice.tracker.RunId;
import dev.sluice.tracker.artifact.ArtifactPath;
import dev.sluice.tracker.artifact.ArtifactStore;
import dev.sluice.tracker.artifact.FileDigest;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.net.URI;
import java.nio.file.Path;

/** Uploads a file, reads it back and says how much heap that took at most: URI RUN FILE. */
final class LargeUpload {
    private LargeUpload() {}

    public static void main(String[] words) throws Exception {
        try (MlflowTracker tracker = MlflowTracker.on(MlflowServer.of(URI.create(words[0])))) {
            ArtifactStore store = tracker.artifacts(new RunId(words[1]));
            System.gc();
            long before =
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
            ManagementFactory.getMemoryPoolMXBeans().forEach(MemoryPoolMXBean::resetPeakUsage);
            FileDigest sent = store.put(Path.of(words[2]), ArtifactPath.of("checkpoints/large"));
            FileDigest held = store.digest(ArtifactPath.of("checkpoints/large"));
            long peak = ManagementFactory.getMemoryPoolMXBeans().stream()
                    .filter(pool -> pool.getType() == MemoryType.HEAP)
                    .mapToLong(pool -> pool.getPeakUsage().getUsed())
                    .sum();
            System.out.println(sent.sha256() + " " + held.sha256() + " " + held.sizeBytes() + " " + (peak - before));
        }
    }
}
