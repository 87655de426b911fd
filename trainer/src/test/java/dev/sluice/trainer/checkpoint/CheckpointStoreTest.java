package dev.sluice.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointStoreTest {
    @TempDir
    Path folder;

    private CheckpointStore store;

    @BeforeEach
    void open() throws IOException {
        store = CheckpointStore.open(folder);
    }

    private static TrainingSnapshot snapshot(float value) {
        return new TrainingSnapshot(
                Map.of("w", Tensor.ofFloats(new long[] {2, 2}, new float[] {value, -0f, Float.NaN, 1e-40f})),
                Map.of("m.w", Tensor.ofFloats(new long[] {1}, new float[] {value})),
                Map.of("epoch", 3L, "callbacks", Map.of("c", Map.of("best", 0.5))));
    }

    @Test
    void readsBackBitForBit() throws IOException {
        store.save(CheckpointName.after(3), snapshot(0.1f));

        TrainingSnapshot back = store.read(CheckpointName.after(3)).snapshot();

        assertThat(back.weights()).isEqualTo(snapshot(0.1f).weights());
        assertThat(back.optimizer()).isEqualTo(snapshot(0.1f).optimizer());
        assertThat(back.state()).containsAllEntriesOf(snapshot(0.1f).state());
    }

    @Test
    void compressesWhereThatIsAskedForAndReadsEither() throws IOException {
        TrainingSnapshot large = new TrainingSnapshot(
                Map.of("w", Tensor.ofFloats(new long[] {50_000}, new float[50_000])), Map.of(), Map.of());
        CheckpointStore compressing = CheckpointStore.open(folder, Compression.ZSTD);
        Path plain = store.save(CheckpointName.after(3), large).folder();
        Path compressed = compressing.save(CheckpointName.after(4), large).folder();

        assertThat(compressed.resolve("model.safetensors")).doesNotExist();
        assertThat(Files.size(compressed.resolve("model.safetensors.zst")))
                .isLessThan(Files.size(plain.resolve("model.safetensors")) / 100);
        assertThat(store.read(CheckpointName.after(4)).snapshot().weights()).isEqualTo(large.weights());
        assertThat(compressing.read(CheckpointName.after(3)).snapshot().weights())
                .isEqualTo(large.weights());
    }

    @Test
    void noticesWhereACompressedFileIsCutShort() throws IOException {
        store = CheckpointStore.open(folder, Compression.ZSTD);
        noticesAFileCutShortAtAnyByte("model.safetensors.zst");
    }

    @Test
    void replacesACheckpointOfTheSameStep() throws IOException {
        store.save(CheckpointName.after(3), snapshot(1));
        store.save(CheckpointName.after(3), snapshot(2));

        assertThat(store.read(CheckpointName.after(3)).snapshot().weights())
                .isEqualTo(snapshot(2).weights());
        assertThat(folder)
                .isDirectoryNotContaining(path -> path.getFileName().toString().startsWith("."));
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.safetensors", "optimizer.safetensors", "trainer_state.json"})
    void noticesAFileCutShortAtAnyByte(String name) throws IOException {
        Path file = store.save(CheckpointName.after(3), snapshot(1)).folder().resolve(name);
        byte[] whole = Files.readAllBytes(file);

        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> store.read(CheckpointName.after(3)))
                    .isInstanceOf(DamagedCheckpointException.class);
        }
    }

    @Test
    void noticesAnyFlippedBitOfTheTensors() throws IOException {
        Path file = store.save(CheckpointName.after(3), snapshot(1)).folder().resolve("model.safetensors");
        byte[] whole = Files.readAllBytes(file);
        SplittableRandom random = new SplittableRandom(1);

        for (int i = 0; i < 200; i++) {
            byte[] changed = whole.clone();
            changed[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, changed);
            assertThatThrownBy(() -> store.read(CheckpointName.after(3)))
                    .isInstanceOf(DamagedCheckpointException.class);
        }
    }

    @Test
    void noticesAnyFlippedBitOfTheState() throws IOException {
        Path file = store.save(CheckpointName.after(3), snapshot(1)).folder().resolve("trainer_state.json");
        byte[] whole = Files.readAllBytes(file);

        for (int bit = 0; bit < 8 * whole.length; bit++) {
            byte[] changed = whole.clone();
            changed[bit / 8] ^= (byte) (1 << (bit % 8));
            Files.write(file, changed);
            assertThatThrownBy(() -> store.read(CheckpointName.after(3)))
                    .as("bit " + bit)
                    .isInstanceOf(DamagedCheckpointException.class);
        }
    }

    @Test
    void passesOverADamagedNewestOne() throws IOException {
        store.save(CheckpointName.after(1), snapshot(1));
        Files.write(
                store.save(CheckpointName.after(2), snapshot(2)).folder().resolve("model.safetensors"), new byte[5]);
        store.save(CheckpointName.after(3), snapshot(3));

        assertThat(store.newest(CheckpointName.after(2)))
                .hasValueSatisfying(checkpoint -> assertThat(checkpoint.step()).isEqualTo(1));
    }

    @Test
    void saysWhichFormatItCannotRead() throws IOException {
        Path file = store.save(CheckpointName.after(3), snapshot(1)).folder().resolve("trainer_state.json");
        Files.writeString(file, Files.readString(file).replace("\"format\":3", "\"format\":2"));

        assertThatThrownBy(() -> store.read(CheckpointName.after(3)))
                .isInstanceOf(DamagedCheckpointException.class)
                .hasMessageEndingWith("has format 2, written by another version of the trainer; this one reads 3");
    }

    @Test
    void neverShowsAHalfWrittenCheckpoint() throws IOException {
        Path half = Files.createDirectory(folder.resolve(".tmp-checkpoint-4"));
        Files.writeString(half.resolve("model.safetensors"), "half");

        CheckpointStore reopened = CheckpointStore.open(folder);

        assertThat(reopened.names()).isEmpty();
        assertThat(half).doesNotExist();
    }

    @Test
    void bringsBackWhatAnInterruptedSaveWasAboutToReplace() throws IOException {
        Files.move(store.save(CheckpointName.after(4), snapshot(4)).folder(), folder.resolve(".old-checkpoint-4"));

        CheckpointStore reopened = CheckpointStore.open(folder);

        assertThat(reopened.read(CheckpointName.after(4)).snapshot().weights())
                .isEqualTo(snapshot(4).weights());
    }

    @Test
    void finishesAnInterruptedRemoval() throws IOException {
        Files.move(store.save(CheckpointName.after(4), snapshot(4)).folder(), folder.resolve(".gone-checkpoint-4"));

        assertThat(CheckpointStore.open(folder).names()).isEmpty();
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void removesOneCheckpoint() throws IOException {
        store.save(CheckpointName.after(1), snapshot(1));
        store.save(CheckpointName.after(2), snapshot(2));
        store.delete(CheckpointName.after(1));
        store.delete(CheckpointName.after(7));

        assertThat(store.names()).containsExactly(CheckpointName.after(2));
    }

    @Test
    void writesTheSafetensorsFormat() throws IOException {
        byte[] file = Files.readAllBytes(
                store.save(CheckpointName.after(1), snapshot(2)).folder().resolve("optimizer.safetensors"));
        ByteBuffer buffer = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);

        int header = (int) buffer.getLong();
        String json = new String(file, 8, header, StandardCharsets.UTF_8);

        assertThat(header % 8).isZero();
        assertThat(json).contains("\"dtype\":\"F32\"", "\"shape\":[1]", "\"data_offsets\":[0,4]");
        assertThat(buffer.getFloat(8 + header)).isEqualTo(2f);
        assertThat(file).hasSize(8 + header + 4);
    }

    @Test
    void readsThePlaceInTrainingFromAFoldersName() {
        assertThat(CheckpointName.of(Path.of("/x/checkpoint-12"))).hasValue(CheckpointName.after(12));
        assertThat(CheckpointName.of(Path.of("/x/checkpoint-12-340"))).hasValue(new CheckpointName(12, 340));
        assertThat(new CheckpointName(12, 340)).hasToString("checkpoint-12-340");
        assertThat(CheckpointName.of(Path.of("/x/checkpoint-"))).isEmpty();
        assertThat(CheckpointName.of(Path.of("/x/checkpoint-1-2-3"))).isEmpty();
        assertThat(CheckpointName.of(Path.of("/x/best"))).isEmpty();
    }
}
