package dev.sluice.tracker.mlflow;

/**
 * The number of batches in flight at which a server takes most rows a second, in [1, 8], found by trying half and
 * double of it. Told of what happens by its owner, with the time in nanoseconds; decides by that alone. Not thread-safe.
 */
final class InFlightClimb {
    /*
     * Hill climbing over windows of some batches. A server whose store has a single writer (MLflow on SQLite) takes
     * less the more batches press upon it, one with PostgreSQL takes more; which one it is, and how busy it is with
     * other things, only the rate tells. So after an interval at the limit, of which the last window is what to compare
     * with, one window is spent at half or at double. Half is kept where it is about as fast, since what waits here
     * costs the server nothing; double has to be clearly faster, than a window before it and one after it: so noise, such
     * as other work on the server's machine, seldom moves it, and more seldom up. Where the neighbour was worse the
     * interval doubles, so that in the long run few batches are part of a trial; where it was better the climb goes on
     * at once.
     *
     * A window says something about the server only if the senders could have filled it: with nothing in it that
     * failed or hung, its places taken for most of its time, and, where more are to be tried, somebody waiting.
     */
    static final int LEAST = 1;
    static final int MOST = 8;

    private static final int FIRST = 2;
    private static final int SHORTEST_WINDOW = 16;
    /** Batches of a window for each in flight: what is half done at its ends must not weigh. */
    private static final int ROUNDS = 8;

    private static final int SHORTEST_INTERVAL = 16;
    private static final int LONGEST_INTERVAL = 256;
    private static final double KEEPS_HALF = 0.97;
    private static final double KEEPS_DOUBLE = 1.05;
    /** Share of the places, and of the time, from which a window counts. */
    private static final double FULL = 0.75;

    private static final double WAITED = 0.5;
    /** A trial that is disturbed this often is given up. */
    private static final int DISTURBANCES = 3;

    private int settled = FIRST;
    private int limit = FIRST;
    private int interval = SHORTEST_INTERVAL;
    private int sinceTrial;
    private boolean upNext;
    private double rateToBeat;
    /** What double brought, where that was more than the limit before it, until compared with the limit after it; else 0. */
    private double rateOfDouble;

    private int disturbances;

    /** Batches to come that belong to no window: those under way when the limit changed, and the first after them. */
    private int earlier;

    private boolean begun;
    private long beginNanos;
    private long seenNanos;
    private int batches;
    private long rows;
    private double placeNanos;
    private double waitedNanos;

    /** How many may be in flight now: what it has settled for, or what it tries. */
    int limit() {
        return limit;
    }

    /** What it has found best so far. */
    int settled() {
        return settled;
    }

    /** Says that until now, since it was last told anything, so many were in flight and somebody waited or not. */
    void passed(long nowNanos, int inFlight, boolean waiting) {
        if (!begun) {
            begun = true;
            restart(nowNanos);
        }
        long nanos = nowNanos - seenNanos;
        placeNanos += (double) Math.min(inFlight, limit) * nanos;
        waitedNanos += waiting ? nanos : 0;
        seenNanos = nowNanos;
    }

    /** Says that the server took a batch, and how many are still in flight. */
    void taken(long nowNanos, int batchRows, int stillInFlight) {
        if (earlier > 0) {
            earlier--;
            restart(nowNanos);
            return;
        }
        batches++;
        rows += batchRows;
        if (batches >= Math.max(SHORTEST_WINDOW, ROUNDS * limit)) {
            weigh(nowNanos - beginNanos, stillInFlight);
            restart(nowNanos);
        }
    }

    /** Says that a batch failed, hung or went beyond the limit: what was measured meanwhile says nothing. */
    void disturbed(long nowNanos, int stillInFlight) {
        earlier = Math.max(0, earlier - 1);
        if (limit != settled) {
            disturbances++;
            if (disturbances == DISTURBANCES) {
                endTrial(stillInFlight);
            }
        }
        restart(nowNanos);
    }

    private void restart(long nowNanos) {
        beginNanos = nowNanos;
        batches = 0;
        rows = 0;
        placeNanos = 0;
        waitedNanos = 0;
    }

    private void weigh(long nanos, int stillInFlight) {
        boolean counts = nanos > 0 && placeNanos >= FULL * limit * nanos;
        double rate = (double) rows / nanos;
        if (limit < settled) {
            if (counts && rate >= KEEPS_HALF * rateToBeat) {
                settleFor(limit, stillInFlight);
            } else {
                turnBack(stillInFlight);
            }
        } else if (limit > settled) {
            if (counts && rate >= KEEPS_DOUBLE * rateToBeat) {
                rateOfDouble = rate;
                endTrial(stillInFlight);
            } else {
                turnBack(stillInFlight);
            }
        } else if (rateOfDouble > 0) {
            if (counts && rateOfDouble >= KEEPS_DOUBLE * rate) {
                settleFor(2 * settled, stillInFlight);
            } else {
                turnBack(stillInFlight);
            }
            rateOfDouble = 0;
        } else if (counts) {
            sinceTrial += batches;
            if (sinceTrial >= interval) {
                rateToBeat = rate;
                tryNeighbour(waitedNanos >= WAITED * nanos, stillInFlight);
            }
        }
    }

    private void settleFor(int better, int stillInFlight) {
        settled = better;
        interval = SHORTEST_INTERVAL;
        endTrial(stillInFlight);
    }

    private void turnBack(int stillInFlight) {
        interval = Math.min(LONGEST_INTERVAL, 2 * interval);
        upNext = !upNext;
        endTrial(stillInFlight);
    }

    private void tryNeighbour(boolean waited, int stillInFlight) {
        boolean canRise = settled < MOST && waited;
        boolean canFall = settled > LEAST;
        if (canRise || canFall) {
            upNext = canRise && (upNext || !canFall);
            disturbances = 0;
            move(upNext ? 2 * settled : settled / 2, stillInFlight);
        }
    }

    private void endTrial(int stillInFlight) {
        sinceTrial = 0;
        if (limit != settled) {
            move(settled, stillInFlight);
        }
    }

    private void move(int newLimit, int stillInFlight) {
        limit = newLimit;
        earlier = Math.max(stillInFlight, newLimit);
    }
}
