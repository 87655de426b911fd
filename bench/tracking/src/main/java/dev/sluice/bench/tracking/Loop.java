package dev.sluice.bench.tracking;

import dev.sluice.tracker.mlflow.MlflowServer;
import dev.sluice.tracker.mlflow.MlflowTracker;
import dev.sluice.tracker.outbox.Durability;
import dev.sluice.tracker.outbox.JournalShipper;
import dev.sluice.trainer.djl.DjlModelTrainer;
import dev.sluice.trainer.task.TaskCatalog;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.Map;
import java.util.UUID;

/**
 * How much slower training is with 20 metrics recorded a step: epochs of the digits task on DJL's engine, with and without in turn, and
 * two times without beside one another for the noise of such a pair. Argument: the server's address.
 */
public final class Loop {
    private static final int PAIRS = 41;

    private Loop() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        var plan = TaskCatalog.standard().find("digits").plan("cnn", Map.of("learning_rate", 0.003, "batch_size", 64));
        var folder = Files.createTempDirectory("sluice-bench-");
        try (var tracker = MlflowTracker.on(MlflowServer.of(URI.create(arguments[0])));
                var shipper = JournalShipper.to(tracker).start();
                var trainer = new DjlModelTrainer(plan, 1, 1);
                var run = new Journalled(
                        folder.resolve("run"), "loop", "loop-" + UUID.randomUUID(), Durability.PROCESS)) {
            shipper.follow(run.folder());
            var recorded = new double[PAIRS];
            var idle = new double[PAIRS];
            var step = new long[1];
            for (int i = 0; i < 5; i++) {
                epoch(trainer, step, run, true);
            }
            double millis = 0;
            for (int pair = 0; pair < PAIRS; pair++) {
                boolean first = pair % 2 == 0;
                double one = epoch(trainer, step, run, first);
                double two = epoch(trainer, step, run, !first);
                recorded[pair] = first ? one / two : two / one;
                double three = epoch(trainer, step, run, false);
                double four = epoch(trainer, step, run, false);
                idle[pair] = first ? three / four : four / three;
                millis += (three + four) / 2e6 / PAIRS / trainer.batchesPerEpoch();
            }
            Figure.print("loop", "sluice", "20 metrics a step", "slower_percent", 100 * (Figure.median(recorded) - 1));
            Figure.print("loop", "nothing", "a pair of the same", "slower_percent", 100 * (Figure.median(idle) - 1));
            Figure.print("loop", "nothing", "a step", "ms", millis);
            Figure.print("loop", "nothing", "a pair of the same", "spread_percent", 100 * spread(idle));
            Figure.print("loop", "sluice", "20 metrics a step", "spread_percent", 100 * spread(recorded));
        }
    }

    /** Half of the pairs lie within so much of the median. */
    private static double spread(double[] ratios) {
        double median = Figure.median(ratios);
        var apart = new double[ratios.length];
        for (int i = 0; i < apart.length; i++) {
            apart[i] = Math.abs(ratios[i] - median);
        }
        return Figure.median(apart);
    }

    private static double epoch(DjlModelTrainer trainer, long[] step, Journalled run, boolean recording)
            throws IOException {
        trainer.beginEpoch(1);
        long begun = System.nanoTime();
        for (int batch = 0; batch < trainer.batchesPerEpoch(); batch++) {
            step[0]++;
            trainer.step(batch, step[0]);
            var values = Journalled.metrics(step[0]); // made in both cases: what training knows is its own affair
            if (recording) {
                run.record(step[0], values);
            }
        }
        double taken = System.nanoTime() - begun;
        trainer.endEpoch();
        return taken;
    }
}
