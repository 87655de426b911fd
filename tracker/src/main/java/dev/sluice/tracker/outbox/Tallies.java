package dev.sluice.tracker.outbox;

import java.util.concurrent.atomic.AtomicLong;

/** What a shipper counts from its start on. Thread-safe. */
final class Tallies {
    final AtomicLong pointsShipped = new AtomicLong();
    final AtomicLong quarantined = new AtomicLong();
}
