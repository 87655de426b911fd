package dev.sluice.tracker.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sluice.tracker.TrackingException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every artifact store does. */
public abstract class ArtifactStoreContract {
    @TempDir
    protected Path local;

    private ArtifactStore store;

    /** An empty store. */
    protected abstract ArtifactStore newStore();

    @BeforeEach
    void openStore() {
        store = newStore();
    }

    private Path file(String content) throws IOException {
        return Files.writeString(Files.createTempFile(local, "file", ""), content);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100_000, 3_000_001})
    void givesBackTheBytes(int length) throws IOException {
        byte[] bytes = new byte[length];
        new SplittableRandom(length).nextBytes(bytes);
        Path file = Files.write(local.resolve("in"), bytes);
        ArtifactPath path = ArtifactPath.of("some/deep/folder/weights.bin");

        FileDigest sent = store.put(file, path);
        FileDigest fetched = store.get(path, local.resolve("new folder/out"));

        assertThat(sent).isEqualTo(FileDigest.of(file)).isEqualTo(fetched);
        assertThat(store.digest(path)).isEqualTo(sent);
        assertThat(local.resolve("new folder/out")).hasBinaryContent(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b.txt", "ü€😀.txt", "100%.txt", "a+b&c=d.txt", "x/y z/;@:!.txt", "'quoted' (1).txt"})
    void takesNamesThatPeopleUse(String name) throws IOException {
        ArtifactPath path = ArtifactPath.of(name);
        store.put(file(name), path);

        store.get(path, local.resolve("out"));
        assertThat(local.resolve("out")).hasContent(name);
        ArtifactPath folder = ArtifactPath.of(name.contains("/") ? name.substring(0, name.lastIndexOf('/')) : "");
        assertThat(store.list(folder)).extracting(ArtifactInfo::path).containsExactly(path);
    }

    @Test
    void replacesAFile() throws IOException {
        ArtifactPath path = ArtifactPath.of("a.txt");
        store.put(file("longer than the second"), path);
        store.put(file("second"), path);

        store.get(path, local.resolve("out"));
        assertThat(local.resolve("out")).hasContent("second");
    }

    @Test
    void listsFilesAndFolders() throws IOException {
        store.put(file("12345"), ArtifactPath.of("model/b.txt"));
        store.put(file(""), ArtifactPath.of("model/a.txt"));
        store.put(file("1"), ArtifactPath.of("model/data/c.txt"));

        assertThat(store.list(ArtifactPath.of("model")))
                .containsExactly(
                        new ArtifactInfo(ArtifactPath.of("model/a.txt"), false, 0),
                        new ArtifactInfo(ArtifactPath.of("model/b.txt"), false, 5),
                        new ArtifactInfo(ArtifactPath.of("model/data"), true, 0));
        assertThat(store.list(ArtifactPath.ROOT)).containsExactly(new ArtifactInfo(ArtifactPath.of("model"), true, 0));
        assertThat(store.list(ArtifactPath.of("nothing/here"))).isEmpty();
    }

    @Test
    void anAbsentFileIsMissing() {
        assertThatExceptionOfType(TrackingException.class)
                .isThrownBy(() -> store.get(ArtifactPath.of("no/such"), local.resolve("out")))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(TrackingException.Kind.MISSING));
        assertThat(local.resolve("out")).doesNotExist();
    }

    @Test
    void deletesFilesAndFolders() throws IOException {
        store.put(file("1"), ArtifactPath.of("m/a"));
        store.put(file("2"), ArtifactPath.of("m/b/c"));
        store.delete(ArtifactPath.of("m/a"));
        assertThat(store.list(ArtifactPath.of("m"))).hasSize(1);
        store.delete(ArtifactPath.of("m"));
        store.delete(ArtifactPath.of("m"));

        assertThat(store.list(ArtifactPath.ROOT)).isEmpty();
    }

    @Test
    void storesAFolderWithAllItHolds() throws IOException {
        Path folder = Files.createDirectories(local.resolve("package"));
        Files.writeString(folder.resolve("MLmodel"), "flavors: {}");
        Files.writeString(Files.createDirectories(folder.resolve("data")).resolve("weights"), "w");

        Map<ArtifactPath, FileDigest> stored = store.putFolder(folder, ArtifactPath.of("model"));

        assertThat(stored.keySet())
                .containsExactly(ArtifactPath.of("model/MLmodel"), ArtifactPath.of("model/data/weights"));
        assertThat(store.digest(ArtifactPath.of("model/data/weights")))
                .isEqualTo(stored.get(ArtifactPath.of("model/data/weights")));
    }

    @Test
    void aFileLongerThanTheHeapGoesThrough() throws IOException {
        long length = 256L * 1024 * 1024;
        Path sparse = local.resolve("sparse");
        try (RandomAccessFile file = new RandomAccessFile(sparse.toFile(), "rw")) {
            file.setLength(length);
            file.writeBytes("begin");
        }
        System.gc();
        long before = usedHeap();
        FileDigest sent = store.put(sparse, ArtifactPath.of("big"));
        long after = usedHeap();

        assertThat(sent.sizeBytes()).isEqualTo(length);
        assertThat(after - before).as("heap growth").isLessThan(128L * 1024 * 1024);
        store.delete(ArtifactPath.of("big"));
    }

    private static long usedHeap() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a", "a//b", "a/../b", "..", ".", "a/", "a\\b", "a\nb"})
    void refusesPathsThatLeadElsewhere(String path) {
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> ArtifactPath.of(path));
    }
}
