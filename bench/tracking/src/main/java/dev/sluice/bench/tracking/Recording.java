package dev.sluice.bench.tracking;

import dev.sluice.tracker.mlflow.MlflowServer;
import dev.sluice.tracker.mlflow.MlflowTracker;
import dev.sluice.tracker.outbox.Durability;
import dev.sluice.tracker.outbox.JournalShipper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/**
 * How long the training thread is held up by what it records, 20 metrics a step and a millisecond between steps, while the server is up,
 * slow, and down. The shipper works in the same JVM, as in a plain Java program. Argument: the address of a {@link MoodyServer}.
 */
public final class Recording {
    private static final int WARM_UP = 2000;
    private static final int STEPS = 2000;
    private static final int ROUNDS = 3;
    private static final List<String> MOODS = List.of("up", "slow", "down");

    private Recording() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        URI server = URI.create(arguments[0]);
        record(server, "up", Durability.PROCESS, new long[WARM_UP], 0, WARM_UP);
        for (var durability : Durability.values()) {
            int steps = durability == Durability.MACHINE ? STEPS / 5 : STEPS;
            var nanos = new long[MOODS.size()][ROUNDS * steps];
            for (int round = 0; round < ROUNDS; round++) {
                for (int mood = 0; mood < MOODS.size(); mood++) {
                    record(server, MOODS.get(mood), durability, nanos[mood], round * steps, steps);
                }
            }
            String who = "sluice-" + durability.name().toLowerCase(Locale.ROOT);
            for (int mood = 0; mood < MOODS.size(); mood++) {
                Figure.printTimes("record", who, MOODS.get(mood), nanos[mood], ROUNDS * steps);
            }
        }
    }

    /** Records some steps, and puts their times from a place on. */
    private static void record(URI server, String mood, Durability durability, long[] nanos, int from, int steps)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("sluice-bench-");
        be(server, "up");
        try (var tracker = MlflowTracker.on(MlflowServer.of(server));
                var shipper = JournalShipper.to(tracker).start()) {
            var run = new Journalled(folder.resolve("run"), "recording", "recording-" + UUID.randomUUID(), durability);
            shipper.follow(run.folder());
            if (shipper.awaitRunId(run.folder(), Duration.ofSeconds(60)).isEmpty()) {
                throw new IllegalStateException("no run was created: " + shipper.status());
            }
            be(server, mood);
            for (int step = 0; step < steps; step++) {
                LockSupport.parkNanos(1_000_000);
                var values = Journalled.metrics(step);
                long begun = System.nanoTime();
                run.record(step, values);
                nanos[from + step] = System.nanoTime() - begun;
            }
            run.close();
            be(server, "up");
            shipper.hurry();
            while (!shipper.isDrained(run.folder())) {
                Thread.sleep(100);
            }
        }
    }

    static void be(URI server, String mood) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            http.send(
                    HttpRequest.newBuilder(server.resolve("/mood/" + mood)).build(),
                    HttpResponse.BodyHandlers.discarding());
        }
    }
}
