package dev.sluice.bench.tracking;

import dev.sluice.tracker.outbox.Durability;
import dev.sluice.trainer.djl.DjlModelTrainer;
import dev.sluice.trainer.task.TaskCatalog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * How much slower training is with 20 metrics recorded a step: blocks of steps of the digits task on DJL's engine, with and without in
 * turn, and two blocks without beside one another for the noise of such a pair. As in a trial's process, journals are only written here;
 * {@link Shipping} brings them to the server. Arguments: the folder to record in, what the lines say of the condition, rows a batch.
 */
public final class Loop {
    private static final int PAIRS = 150;
    /** Rows that a block goes over. */
    private static final int BLOCK_ROWS = 2560;

    private static final int WARM_UP = 60;
    private static final int RECORDS_BEFORE = 10_000;
    private static final int RESAMPLINGS = 2000;

    private final DjlModelTrainer trainer;
    private final Journalled run;
    private final int stepsPerBlock;
    private int batch;
    private long step;
    private long inRecord;
    private long recordings;

    private Loop(DjlModelTrainer trainer, Journalled run, int stepsPerBlock) {
        this.trainer = trainer;
        this.run = run;
        this.stepsPerBlock = stepsPerBlock;
    }

    public static void main(String[] arguments) throws IOException {
        int rows = Integer.parseInt(arguments[2]);
        var plan =
                TaskCatalog.standard().find("digits").plan("cnn", Map.of("learning_rate", 0.003, "batch_size", rows));
        Path folder = Path.of(arguments[0]);
        // A training of hours runs compiled code.
        try (var run = new Journalled(folder.resolve("before"), "loop", "before", Durability.PROCESS)) {
            for (int step = 0; step < RECORDS_BEFORE; step++) {
                run.record(step, Journalled.metrics(step));
            }
        }
        try (var trainer = new DjlModelTrainer(plan, 1, 1);
                var run = new Journalled(
                        folder.resolve("run"), "loop", "loop-" + UUID.randomUUID(), Durability.PROCESS)) {
            new Loop(trainer, run, Math.max(1, BLOCK_ROWS / rows)).compare(arguments[1]);
        }
    }

    private void compare(String condition) throws IOException {
        trainer.beginEpoch(1);
        for (int i = 0; i < WARM_UP; i++) {
            block(i % 2 == 0);
        }
        inRecord = 0;
        recordings = 0;
        var recorded = new double[PAIRS];
        var idle = new double[PAIRS];
        double nanos = 0;
        for (int pair = 0; pair < PAIRS; pair++) {
            boolean first = pair % 2 == 0;
            double one = block(first);
            double two = block(!first);
            recorded[pair] = first ? one / two : two / one;
            double three = block(false);
            double four = block(false);
            idle[pair] = first ? three / four : four / three;
            nanos += (three + four) / 2 / stepsPerBlock / PAIRS;
        }
        Figure.print("loop", "nothing", condition, "step_ms", nanos / 1e6);
        Figure.print("loop", "sluice", condition, "record_mean_us", inRecord / 1e3 / recordings);
        print("sluice", condition, recorded);
        print("nothing", condition, idle);
    }

    /** How much slower, and the interval of that: 95 % of the medians of pairs drawn again. */
    private static void print(String who, String condition, double[] ratios) {
        var random = new SplittableRandom(7);
        var medians = new double[RESAMPLINGS];
        for (int i = 0; i < medians.length; i++) {
            medians[i] = Figure.median(random.ints(ratios.length, 0, ratios.length)
                    .mapToDouble(at -> ratios[at])
                    .toArray());
        }
        Arrays.sort(medians);
        Figure.print("loop", who, condition, "slower_percent", 100 * (Figure.median(ratios) - 1));
        Figure.print("loop", who, condition, "slower_percent_from", 100 * (medians[RESAMPLINGS / 40] - 1));
        Figure.print(
                "loop", who, condition, "slower_percent_to", 100 * (medians[RESAMPLINGS - 1 - RESAMPLINGS / 40] - 1));
    }

    /** Nanoseconds in steps; what lies between two epochs is not counted. */
    private double block(boolean recording) throws IOException {
        long taken = 0;
        for (int i = 0; i < stepsPerBlock; i++) {
            if (batch == trainer.batchesPerEpoch()) {
                trainer.endEpoch();
                trainer.beginEpoch(1);
                batch = 0;
            }
            long begun = System.nanoTime();
            step++;
            trainer.step(batch, step);
            var values = Journalled.metrics(step); // made in both cases: what training knows is its own affair
            if (recording) {
                long before = System.nanoTime();
                run.record(step, values);
                inRecord += System.nanoTime() - before;
                recordings++;
            }
            taken += System.nanoTime() - begun;
            batch++;
        }
        return taken;
    }
}
