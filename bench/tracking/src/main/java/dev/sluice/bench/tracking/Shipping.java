package dev.sluice.bench.tracking;

import dev.sluice.tracker.mlflow.MlflowServer;
import dev.sluice.tracker.mlflow.MlflowTracker;
import dev.sluice.tracker.outbox.JournalShipper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;

/**
 * Brings the journals of one folder to a server, as the service does for its trials, until its standard input ends, which it
 * passes on; and then the rest. Arguments: the server's address, the folder.
 */
public final class Shipping {
    private Shipping() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path folder = Path.of(arguments[1]);
        try (var tracker = MlflowTracker.on(MlflowServer.of(URI.create(arguments[0])));
                var shipper = JournalShipper.to(tracker).start()) {
            shipper.follow(folder);
            System.in.transferTo(System.out);
            while (!shipper.isDrained(folder)) {
                Thread.sleep(20);
            }
            if (shipper.status().quarantined() > 0) {
                throw new IllegalStateException("rows were set aside: " + shipper.status());
            }
        }
    }
}
