package dev.sluice.tracker.outbox;

import dev.sluice.tracker.RunId;
import dev.sluice.tracker.TrackingException;
import dev.sluice.tracker.artifact.ArtifactPath;
import dev.sluice.tracker.artifact.ArtifactStore;
import dev.sluice.tracker.artifact.FileDigest;
import dev.sluice.tracker.artifact.RunArtifacts;
import dev.sluice.tracker.artifact.UploadNote;
import dev.sluice.tracker.outbox.FollowedRun.Journal;
import dev.sluice.tracker.outbox.FollowedRun.Place;
import dev.sluice.tracker.outbox.ServerCalls.Reaction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** Uploads the artifacts that the journals of runs name. Thread-safe. */
final class ArtifactDelivery {
    private static final System.Logger LOG = System.getLogger(ArtifactDelivery.class.getName());
    /** How often a file that this machine's disk does not give is read before it is set aside. */
    private static final int LOCAL_TRIES = 10;

    private final RunArtifacts artifacts;
    private final ServerCalls calls;
    private final Roster roster;
    private final Tallies tallies;

    ArtifactDelivery(RunArtifacts artifacts, ServerCalls calls, Roster roster, Tallies tallies) {
        this.artifacts = artifacts;
        this.calls = calls;
        this.roster = roster;
        this.tallies = tallies;
    }

    /** Uploads the next artifact of a run. */
    Step next(FollowedRun run) throws IOException {
        run.discover();
        for (Journal journal : run.journals()) {
            Place from = run.artifacts(journal);
            JournalReader.Selection next = journal.reader().artifacts(from.offset(), 1);
            if (next.entries().isEmpty()) {
                if (next.end() > from.offset()) {
                    run.artifactsShipped(journal, from, next.end(), false);
                }
                continue;
            }
            Numbered<JournalEntry> numbered = next.entries().getFirst();
            if (numbered.value() instanceof JournalEntry.Artifact artifact) {
                Reaction reaction = upload(run, journal, artifact);
                if (reaction != Reaction.SUCCEEDED) {
                    return Step.LATER;
                }
            }
            run.artifactsShipped(journal, from, numbered.end(), true);
            return Step.MORE;
        }
        // The run's end may have waited for this.
        run.records.markDue();
        roster.wakeWhatIsDue(run);
        return Step.DONE;
    }

    private Reaction upload(FollowedRun run, Journal journal, JournalEntry.Artifact artifact) throws IOException {
        String what = "artifact " + artifact.artifactPath();
        Optional<Path> within = run.file(artifact);
        if (within.isEmpty()) {
            return setAside(run, journal, what, artifact.localPath() + " leads out of the run's folder", true);
        }
        Path file = within.get();
        ArtifactPath path;
        try {
            path = ArtifactPath.of(artifact.artifactPath());
        } catch (IllegalArgumentException e) {
            return setAside(run, journal, what, String.valueOf(e.getMessage()), true);
        }
        RunId id = run.id().orElseThrow();
        Upload upload = new Upload(run, id, file, path, artifact);
        Reaction reaction;
        try {
            reaction = calls.call(run, id, run.artifacts, upload, false);
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof NoSuchFileException) {
                // A checkpoint that made room for a better one.
                return setAside(run, journal, what, file + " is gone", false);
            }
            int errors = run.artifacts.countLocalError();
            if (errors < LOCAL_TRIES) {
                // As of a network file system that is away for a moment.
                LOG.log(
                        System.Logger.Level.DEBUG,
                        "run=" + run.folder() + " artifact=" + path + " cannot be read, tried again",
                        e);
                run.artifacts.pause(calls.delay(errors));
                return Reaction.POSTPONED;
            }
            return setAside(run, journal, what, file + " cannot be read: " + e.getCause(), true);
        }
        if (reaction == Reaction.BLAMED) {
            return setAside(run, journal, what, run.lastRefusal(), true);
        }
        if (reaction == Reaction.SUCCEEDED && upload.changed) {
            return setAside(run, journal, what, file + " has changed since it was recorded", true);
        }
        return reaction;
    }

    private Reaction setAside(FollowedRun run, Journal journal, String what, String why, boolean worthAWarning)
            throws IOException {
        run.artifacts.clearRest();
        abandonUpload(run);
        tallies.quarantined.incrementAndGet();
        run.quarantine(journal, what, why, worthAWarning);
        return Reaction.SUCCEEDED;
    }

    private static UploadNote note(FollowedRun run) {
        return UploadNote.in(run.folder().resolve(RunJournals.UPLOAD));
    }

    /** What was sent of the artifact is not to lie in the storage for ever. */
    private void abandonUpload(FollowedRun run) throws IOException {
        UploadNote note = note(run);
        if (note.read().isEmpty()) {
            return;
        }
        try {
            artifacts.artifacts(run.id().orElseThrow()).abandon(note);
        } catch (TrackingException e) {
            note.delete();
        }
    }

    /** One attempt to upload an artifact. */
    private final class Upload implements Runnable {
        private final FollowedRun run;
        private final RunId id;
        private final Path file;
        private final ArtifactPath path;
        private final FileDigest recorded;
        private boolean changed;

        Upload(FollowedRun run, RunId id, Path file, ArtifactPath path, JournalEntry.Artifact artifact) {
            this.run = run;
            this.id = id;
            this.file = file;
            this.path = path;
            this.recorded = new FileDigest(artifact.sizeBytes(), artifact.sha256());
        }

        @Override
        public void run() {
            try {
                if (Files.size(file) != recorded.sizeBytes()
                        || !FileDigest.of(file).equals(recorded)) {
                    changed = true;
                    return;
                }
                ArtifactStore store = artifacts.artifacts(id);
                changed = !store.put(file, path, note(run)).equals(recorded);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
