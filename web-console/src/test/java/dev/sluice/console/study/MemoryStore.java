package dev.sluice.console.study;

import dev.sluice.search.study.StudyEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** A store in memory that hands events out as the database would: through their codec. */
final class MemoryStore implements SweepWriter.Store {
    final List<Committed.Recorded> events = new ArrayList<>();
    final Map<Integer, TrialSnapshot> trials = new TreeMap<>();
    final Map<UUID, Attempt> attempts = new LinkedHashMap<>();
    private Optional<SweepSnapshot> sweep = Optional.empty();

    SweepSnapshot sweep() {
        return sweep.orElseThrow();
    }

    @Override
    public void append(LiveSweep.Changes changes) {
        sweep = Optional.of(changes.sweep());
        for (var recorded : changes.events()) {
            if (recorded.pos() != events.size() + 1) {
                throw new IllegalStateException("position " + recorded.pos() + " after " + events.size());
            }
            var stored = EventCodec.write(recorded.event());
            events.add(new Committed.Recorded(
                    recorded.pos(),
                    recorded.at(),
                    EventCodec.read(stored.kind(), recorded.event().trial(), stored.payload())));
        }
        changes.trials().forEach(row -> trials.put(row.value().number(), row.value()));
        changes.attempts().forEach(row -> attempts.put(row.value().id(), row.value()));
    }

    @Override
    public LiveSweep load() {
        var study = new ArrayList<StudyEvent>();
        for (var recorded : events) {
            if (recorded.event() instanceof SweepEvent.Studied studied) {
                study.add(studied.event());
            }
        }
        return LiveSweep.restore(
                sweep(),
                Specifications.of(sweep().specification()),
                study,
                List.copyOf(trials.values()),
                attempts.values().stream()
                        .sorted(Comparator.comparingInt(Attempt::trialNumber).thenComparingInt(Attempt::number))
                        .toList());
    }

    @Override
    public Committed after(long pos) {
        return new Committed(
                sweep(),
                events.stream().filter(e -> e.pos() > pos).toList(),
                trials.values().stream().filter(t -> t.revision() > pos).toList());
    }
}
