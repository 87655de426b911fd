package dev.sluice.tracker.mlflow;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A server that works on all batches it has at once, its rows a second a function of how many those are, and senders
 * with one batch at a time. Time is made up: it passes from one event to the next.
 */
final class SimulatedServer {
    /** One writer: the more press upon it, the slower it is. */
    static final IntToDoubleFunction SERIAL = inFlight -> 12_000 * Math.pow(inFlight, -0.08);

    /** Each is served as fast as one alone. */
    static final IntToDoubleFunction PARALLEL = inFlight -> 5_000.0 * inFlight;

    private static final int ROWS = 1000;
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private final SplittableRandom random = new SplittableRandom(1);
    private final Sender[] senders;
    private long nanos;
    private long sent;
    private IntToDoubleFunction rowsPerSecond;
    private LongPredicate fails = batch -> false;

    final BatchesInFlight batches = new BatchesInFlight(() -> nanos);

    /** Works on its next batch for a while, then sends it. */
    private static final class Sender {
        private final Duration pause;
        private long pausesUntil;
        private double rowsLeft;
        private BatchesInFlight.@Nullable Batch batch;

        Sender(Duration pause) {
            this.pause = pause;
        }

        boolean isServed() {
            return batch != null && batch.mayGo();
        }
    }

    SimulatedServer(int senders, Duration pause, IntToDoubleFunction rowsPerSecond) {
        this.senders =
                IntStream.range(0, senders).mapToObj(i -> new Sender(pause)).toArray(Sender[]::new);
        this.rowsPerSecond = rowsPerSecond;
    }

    /** From now on the server is another one. */
    void becomes(IntToDoubleFunction otherRowsPerSecond) {
        rowsPerSecond = otherRowsPerSecond;
    }

    /** From now on the batches with those numbers fail. */
    void fails(LongPredicate batch) {
        fails = batch;
    }

    int limitAfter(int batchesMore) {
        for (long until = sent + batchesMore; sent < until; ) {
            pass();
        }
        return batches.settledLimit();
    }

    private void pass() {
        int served = 0;
        for (Sender sender : senders) {
            served += sender.isServed() ? 1 : 0;
        }
        double rowsPerNano = served == 0 ? 0 : rowsPerSecond.applyAsDouble(served) / served / 1e9;
        double step = Double.POSITIVE_INFINITY;
        for (Sender sender : senders) {
            if (sender.batch == null) {
                step = Math.min(step, (double) (sender.pausesUntil - nanos));
            } else if (sender.isServed()) {
                step = Math.min(step, sender.rowsLeft / rowsPerNano);
            }
        }
        for (Sender sender : senders) {
            if (sender.isServed()) {
                sender.rowsLeft -= step * rowsPerNano;
            }
        }
        nanos += (long) Math.ceil(step);
        for (Sender sender : senders) {
            if (sender.batch == null && sender.pausesUntil <= nanos) {
                sender.rowsLeft = ROWS * random.nextDouble(0.9, 1.1);
                sender.batch = batches.line(LONGEST);
            } else if (sender.batch != null && sender.isServed() && sender.rowsLeft < 1e-6) {
                sent++;
                if (!fails.test(sent)) {
                    sender.batch.taken(ROWS);
                }
                sender.batch.close();
                sender.batch = null;
                sender.pausesUntil = nanos + sender.pause.toNanos();
            }
        }
    }
}
