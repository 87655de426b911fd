package dev.sluice.tracker.outbox;

/** A journal as it is by default, which stays in one file here. */
class JournalTest extends JournalContract {
    @Override
    JournalSettings settings() {
        return JournalSettings.defaults();
    }
}
