package dev.sluice.tracker.outbox;

import java.util.concurrent.atomic.AtomicLong;

/** What a shipper counts from its start on. Thread-safe. */
final class Tallies {
    final AtomicLong pointsShipped = new AtomicLong();
    final AtomicLong quarantined = new AtomicLong();
    final AtomicLong retries = new AtomicLong();
    private final AtomicLong resent = new AtomicLong();
    private final AtomicLong twinsDeleted = new AtomicLong();
    private final AtomicLong runsClosed = new AtomicLong();
    private final AtomicLong idsAdopted = new AtomicLong();

    void add(AuditFindings findings) {
        resent.addAndGet(
                findings.points() + findings.params() + findings.tags() + findings.datasets() + findings.artifacts());
        twinsDeleted.addAndGet(findings.twins());
        runsClosed.addAndGet(findings.closed() ? 1 : 0);
        idsAdopted.addAndGet(findings.adopted() ? 1 : 0);
    }

    void add(GroupFindings findings) {
        twinsDeleted.addAndGet(findings.twins());
        runsClosed.addAndGet(findings.closed());
    }

    void addTwins(int deleted) {
        twinsDeleted.addAndGet(deleted);
    }

    ShipperStatus.Repairs repairs() {
        return new ShipperStatus.Repairs(resent.get(), twinsDeleted.get(), runsClosed.get(), idsAdopted.get());
    }
}
