package dev.sluice.tracker.outbox;

import dev.sluice.tracker.mlflow.MlflowServer;
import dev.sluice.tracker.mlflow.MlflowTracker;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A process that ships runs until they have ended or it is killed. Arguments: server, folder, experiment, number of
 * runs.
 */
final class ChaosShipper {
    private ChaosShipper() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        MlflowServer server = MlflowServer.of(URI.create(args[0])).withRequestTimeout(Duration.ofSeconds(1));
        List<ChaosRun> runs = new ArrayList<>();
        for (int number = 0; number < Integer.parseInt(args[3]); number++) {
            runs.add(new ChaosRun(Path.of(args[1]), args[2], number));
        }
        try (MlflowTracker tracker = MlflowTracker.on(server);
                JournalShipper shipper = JournalShipper.to(tracker)
                        .pollInterval(Duration.ofMillis(50))
                        .backOff(Duration.ofMillis(10), Duration.ofMillis(200))
                        .auditInterval(Duration.ofSeconds(2))
                        .start()) {
            for (ChaosRun run : runs) {
                shipper.follow(run.folder, run.trial);
            }
            System.out.println("ready");
            while (!runs.stream().allMatch(run -> isDone(shipper.progress(run.folder)))) {
                Thread.sleep(50);
            }
        }
        System.out.println("done");
    }

    private static boolean isDone(Optional<RunProgress> progress) {
        return progress.isPresent() && progress.get().ended() && progress.get().isDrained();
    }
}
