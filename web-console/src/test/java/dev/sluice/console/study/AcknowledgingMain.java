package dev.sluice.console.study;

import dev.sluice.search.trial.Measurement;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Reports as fast as it can to a sweep on disk, and prints the number of each report that was acknowledged, until it is killed. */
final class AcknowledgingMain {
    private AcknowledgingMain() {}

    public static void main(String[] arguments) throws SQLException {
        var source = TestDatabase.open(Path.of(arguments[0]));
        var journal = new SweepJournal(source);
        var clock = Clock.systemUTC();
        var sweep = LiveSweep.begin(Ids.next(), SweepFiles.external("budget: {trials: 1}"), clock.instant());
        journal.create(sweep.drain(), Optional.empty(), "");
        var store = new SweepWriter.Store() {
            @Override
            public void append(LiveSweep.Changes changes) throws SQLException {
                journal.append(changes);
            }

            @Override
            public LiveSweep load() {
                throw new IllegalStateException("no commit fails here");
            }

            @Override
            public Committed after(long pos) {
                throw new IllegalStateException("everything was told");
            }
        };
        var writer = new SweepWriter(sweep, sweep.revision(), store, committed -> {}, closed -> {}, clock);
        writer.start();
        var lease = writer.submit(
                        live -> live.lease("w", 1, trial -> Optional.empty()).getFirst())
                .join();
        var waiting = new ArrayDeque<CompletableFuture<Long>>();
        for (long seq = 0; ; seq++) {
            long number = seq;
            waiting.add(writer.submit(live -> {
                live.report(lease.id(), number, List.of(Measurement.of(number, "score", 0.5)));
                return number;
            }));
            if (waiting.size() > 16) {
                System.out.println(waiting.remove().join());
                System.out.flush();
            }
        }
    }
}
