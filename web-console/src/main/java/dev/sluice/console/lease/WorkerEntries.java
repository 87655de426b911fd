package dev.sluice.console.lease;

import dev.sluice.tracker.outbox.JournalEntry;
import java.util.Optional;
import java.util.Set;

/** What a worker elsewhere may say of its run: the service alone opens and ends it, and says what it is. Stateless. */
final class WorkerEntries {
    private static final Set<String> SERVICES = Set.of("sluice.", "mlflow.");
    private static final String NOTE = "mlflow.note.content";
    private static final int NAME_LENGTH = 200;

    private WorkerEntries() {}

    /**
     * Why an entry is not taken; empty if it is.
     *
     * @param drawn the names of the params that the run has from the service
     */
    static Optional<String> refusal(JournalEntry entry, Set<String> drawn) {
        return switch (entry) {
            case JournalEntry.Metrics metrics -> longName(metrics.values().keySet());
            case JournalEntry.Params params ->
                params.values().keySet().stream()
                        .filter(drawn::contains)
                        .findFirst()
                        .map("the param \"%s\" is the trial's own, and the service has written it"::formatted)
                        .or(() -> longName(params.values().keySet()));
            case JournalEntry.Tags tags ->
                tags.values().keySet().stream()
                        .filter(name -> SERVICES.stream().anyMatch(name::startsWith) && !name.equals(NOTE))
                        .findFirst()
                        .map("the tag \"%s\" is the service's to set"::formatted)
                        .or(() -> longName(tags.values().keySet()));
            case JournalEntry.RunOpened opened -> only("a run is opened");
            case JournalEntry.RunEnded ended -> only("a run is ended");
            case JournalEntry.Inputs inputs -> only("data sets are named");
            case JournalEntry.Artifact artifact ->
                Optional.of(
                        "files cannot be handed over in a journal: the path \"%s\" would be one of the service's machine"
                                .formatted(artifact.localPath()));
        };
    }

    private static Optional<String> only(String what) {
        return Optional.of("%s by the service alone; a worker hands over metrics, params and tags".formatted(what));
    }

    private static Optional<String> longName(Set<String> names) {
        return names.stream()
                .filter(name -> name.isBlank() || name.length() > NAME_LENGTH)
                .findFirst()
                .map(name -> "a name has 1 to %d characters, and \"%s\" has %d"
                        .formatted(NAME_LENGTH, name.substring(0, Math.min(40, name.length())), name.length()));
    }
}
