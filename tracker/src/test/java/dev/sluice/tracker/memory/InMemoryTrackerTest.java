package dev.sluice.tracker.memory;

import dev.sluice.tracker.Tracker;
import dev.sluice.tracker.TrackerContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class InMemoryTrackerTest extends TrackerContract {
    @TempDir
    Path folder;

    @Override
    protected Tracker tracker() {
        return new InMemoryTracker(folder);
    }
}
