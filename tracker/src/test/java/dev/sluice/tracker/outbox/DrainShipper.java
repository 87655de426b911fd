package dev.sluice.tracker.outbox;

import dev.sluice.tracker.ExperimentId;
import dev.sluice.tracker.RunId;
import dev.sluice.tracker.Tracker;
import dev.sluice.tracker.TrackingException;
import dev.sluice.tracker.memory.InMemoryTracker;
import dev.sluice.tracker.mlflow.MlflowServer;
import dev.sluice.tracker.mlflow.MlflowTracker;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A process that ships all runs below a folder to a server that is away at first. Arguments: folder, experiment, number of
 * runs, points of each, and the server; without that one to a tracker in its own memory, which is away until the folder
 * holds a file {@code up}.
 */
final class DrainShipper {
    private DrainShipper() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Path root = Path.of(args[0]);
        int runs = Integer.parseInt(args[2]);
        int points = Integer.parseInt(args[3]);
        if (args.length > 4) {
            try (MlflowTracker tracker = MlflowTracker.on(MlflowServer.of(URI.create(args[4])));
                    JournalShipper shipper = JournalShipper.to(tracker).start()) {
                drain(shipper, root, runs, points);
            }
        } else {
            InMemoryTracker held = new InMemoryTracker(root.resolve("artifacts"));
            try (JournalShipper shipper = JournalShipper.to(awayUntil(root.resolve("up"), held), held)
                    .backOff(Duration.ofMillis(20), Duration.ofMillis(200))
                    .start()) {
                drain(shipper, root, runs, points);
            }
            check(held, args[1], runs, points);
        }
        System.out.println("done");
    }

    private static void drain(JournalShipper shipper, Path root, int runs, int points)
            throws IOException, InterruptedException {
        for (int run = 0; run < runs; run++) {
            Path trial = root.resolve(DrainTest.key(run));
            shipper.follow(trial.resolve("journal"), trial);
        }
        while (shipper.status().state() != ShipperStatus.State.AWAY
                || shipper.status().pointsWaiting() < (long) runs * points) {
            Thread.sleep(20);
        }
        System.out.println("away");
        while (shipper.status().runs() > 0) {
            Thread.sleep(50);
        }
    }

    private static Tracker awayUntil(Path up, Tracker tracker) {
        return (Tracker) Proxy.newProxyInstance(
                DrainShipper.class.getClassLoader(), new Class<?>[] {Tracker.class}, (proxy, method, arguments) -> {
                    if (!Files.exists(up)) {
                        throw TrackingException.timedOut(method.getName(), Duration.ZERO);
                    }
                    try {
                        return method.invoke(tracker, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static void check(Tracker tracker, String experiment, int runs, int points) {
        ExperimentId id = tracker.experiment(experiment).id();
        for (int run = 0; run < runs; run++) {
            RunId shipped = tracker.findRun(id, DrainTest.key(run)).orElseThrow();
            int held = tracker.metricHistory(shipped, "loss").size();
            if (held != points || !tracker.run(shipped).orElseThrow().status().isEnded()) {
                throw new IllegalStateException("run " + run + " shows " + held + " points of " + points);
            }
        }
    }
}
