package dev.sluice.bench.tracking;

import dev.sluice.tracker.mlflow.MlflowServer;
import dev.sluice.tracker.mlflow.MlflowTracker;
import dev.sluice.tracker.outbox.Durability;
import dev.sluice.tracker.outbox.JournalShipper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Points a second that reach the server: what it can take at most, by bare calls of 1,000 points in bodies made beforehand, and what the
 * shipper brings from journals that are there already. Most is what one sender or one for each run brings, whichever is more: a store with
 * a single writer takes less from several at a time, others take more. In turn, so that all meet the same machine, the median of three.
 * Arguments: the server's address, runs, points a run.
 */
public final class Throughput {
    private static final int ROUNDS = 3;
    private static final int BATCH = 1000;

    private final URI server;
    private final int runs;
    private final int points;

    private Throughput(URI server, int runs, int points) {
        this.server = server;
        this.runs = runs;
        this.points = points;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException, ExecutionException {
        var bench = new Throughput(
                URI.create(arguments[0]), Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
        bench.shipped(2000);
        var ceilings = new double[ROUNDS];
        var ours = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            for (int senders : new int[] {1, bench.runs}) {
                double taken = bench.ceiling(senders);
                ceilings[round] = Math.max(ceilings[round], taken);
                Figure.print("throughput", "senders " + senders, "round " + round, "points_per_s", taken);
            }
            ours[round] = bench.shipped(bench.points);
            Figure.print("throughput", "ceiling", "round " + round, "points_per_s", ceilings[round]);
            Figure.print("throughput", "sluice", "round " + round, "points_per_s", ours[round]);
        }
        String condition = bench.runs + " runs";
        Figure.print("throughput", "ceiling", condition, "points_per_s", Figure.median(ceilings));
        Figure.print("throughput", "sluice", condition, "points_per_s", Figure.median(ours));
    }

    private double ceiling(int parallel) throws IOException, InterruptedException, ExecutionException {
        String experiment = post("experiments/create", "{\"name\":\"ceiling-" + UUID.randomUUID() + "\"}")
                .replaceAll("(?s).*\"experiment_id\"\\s*:\\s*\"(\\d+)\".*", "$1");
        int batches = Math.max(1, points / BATCH) * runs / parallel;
        try (var threads = Executors.newFixedThreadPool(parallel)) {
            List<List<String>> bodies = new ArrayList<>();
            for (int i = 0; i < parallel; i++) {
                String run = post("runs/create", "{\"experiment_id\":\"" + experiment + "\",\"start_time\":1}")
                        .replaceAll("(?s).*\"run_id\"\\s*:\\s*\"(\\w+)\".*", "$1");
                List<String> mine = new ArrayList<>();
                for (int batch = 0; batch < batches; batch++) {
                    mine.add(body(run, batch));
                }
                bodies.add(mine);
            }
            long begun = System.nanoTime();
            List<Future<?>> all = new ArrayList<>();
            for (var mine : bodies) {
                all.add(threads.submit(() -> {
                    for (String body : mine) {
                        post("runs/log-batch", body);
                    }
                    return null;
                }));
            }
            for (var one : all) {
                one.get();
            }
            return (double) parallel * batches * BATCH / seconds(begun);
        }
    }

    private static String body(String run, int batch) {
        var text = new StringBuilder("{\"run_id\":\"").append(run).append("\",\"metrics\":[");
        for (int i = 0; i < BATCH; i++) {
            int step = (batch * BATCH + i) / Journalled.METRICS;
            text.append(i == 0 ? "" : ",")
                    .append(String.format(
                            Locale.ROOT,
                            "{\"key\":\"metric_%d\",\"value\":%s,\"timestamp\":%d,\"step\":%d}",
                            i % Journalled.METRICS,
                            Math.sin(step * 0.01 + i),
                            1_795_000_000_000L + step,
                            step));
        }
        return text.append("]}").toString();
    }

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private String post(String call, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(server + "/api/2.0/mlflow/" + call))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        while (answer.statusCode() == 503) { // SQLite is locked by another run's batch
            Thread.sleep(100);
            answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        }
        if (answer.statusCode() != 200) {
            throw new IOException(call + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer.body();
    }

    /** Journals with so many points each are written first; timed is only how they are brought to the server. */
    private double shipped(int points) throws IOException, InterruptedException {
        Path base = Files.createTempDirectory("sluice-bench-");
        List<Path> folders = new ArrayList<>();
        int steps = points / Journalled.METRICS;
        for (int i = 0; i < runs; i++) {
            Path folder = base.resolve("run-" + i);
            folders.add(folder);
            try (var run = new Journalled(
                    folder, base.getFileName().toString(), base.getFileName() + "-" + i, Durability.PROCESS)) {
                for (int step = 0; step < steps; step++) {
                    run.record(step, Journalled.metrics(step));
                }
            }
        }
        System.gc();
        long before = used();
        long most = 0;
        long begun = System.nanoTime();
        try (var tracker = MlflowTracker.on(MlflowServer.of(server));
                var shipper = JournalShipper.to(tracker).start()) {
            for (Path folder : folders) {
                shipper.follow(folder);
            }
            while (!folders.stream().allMatch(shipper::isDrained)) {
                Thread.sleep(20);
                most = Math.max(most, used());
            }
            double taken = seconds(begun);
            if (shipper.status().quarantined() > 0) {
                throw new IllegalStateException("rows were set aside: " + shipper.status());
            }
            Figure.print(
                    "memory", "sluice", runs + " runs of " + points, "heap_growth_mib", (most - before) / 1048576.0);
            return (double) runs * steps * Journalled.METRICS / taken;
        }
    }

    private static long used() {
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static double seconds(long begun) {
        return Duration.ofNanos(System.nanoTime() - begun).toNanos() / 1e9;
    }
}
