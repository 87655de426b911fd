package dev.sluice.tracker.artifact;

class LocalArtifactStoreTest extends ArtifactStoreContract {
    @Override
    protected ArtifactStore newStore() {
        return new LocalArtifactStore(local.resolve("store"));
    }
}
