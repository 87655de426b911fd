package dev.sluice.trainer.checkpoint;

import com.github.luben.zstd.ZstdIOException;
import dev.sluice.trainer.json.JsonText;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;

/**
 * The checkpoints of one trial, each a folder named by its {@link CheckpointName} with {@code model.safetensors},
 * {@code optimizer.safetensors}, each perhaps as a {@link Compression} names it, and {@code trainer_state.json}. A folder of that name is complete: it is written under
 * another name, brought to the disk, and put in place by one rename. For one thread at a time, and one process.
 */
public final class CheckpointStore {
    /** Name of the file with the network's parameters. */
    public static final String WEIGHTS_FILE = "model.safetensors";

    /** Name of the file with the optimizer's state. */
    public static final String OPTIMIZER_FILE = "optimizer.safetensors";

    /** Name of the file with everything else. */
    public static final String STATE_FILE = "trainer_state.json";

    private static final System.Logger LOGGER = System.getLogger(CheckpointStore.class.getName());
    private static final long FORMAT = 3; // 1: the optimizer did not count its steps; 2: the state had no digest
    private static final String DIGEST = ",\"digest\":\"";
    private static final String TEMPORARY = ".tmp-";
    private static final String REPLACED = ".old-";
    private static final String REMOVED = ".gone-";

    private final Path folder;
    private final Compression compression;

    private CheckpointStore(Path folder, Compression compression) {
        this.folder = folder;
        this.compression = compression;
    }

    /** A store that writes tensors as they are, as {@link #open(Path, Compression)} opens it. */
    public static CheckpointStore open(Path folder) throws IOException {
        return open(folder, Compression.NONE);
    }

    /**
     * The store in a folder, which is made if need be; what an interrupted save or removal left is cleared away.
     *
     * @param compression how tensors are written; they are read either way
     */
    public static CheckpointStore open(Path folder, Compression compression) throws IOException {
        Files.createDirectories(folder);
        CheckpointStore store = new CheckpointStore(folder, compression);
        store.clearLeftovers();
        return store;
    }

    /** The folder of a checkpoint, whether it is there or not. */
    public Path folder(CheckpointName name) {
        return folder.resolve(name.toString());
    }

    /**
     * Where a checkpoint keeps what is plainly called so, compressed or not.
     *
     * @param plainName {@link #WEIGHTS_FILE}, {@link #OPTIMIZER_FILE} or {@link #STATE_FILE}
     */
    public Path file(CheckpointName name, String plainName) {
        Path plain = folder(name).resolve(plainName);
        Path compressed = folder(name).resolve(Compression.ZSTD.fileName(plainName));
        return Files.exists(compressed) ? compressed : plain;
    }

    /**
     * Saves a snapshot under a name; one that is already there is replaced.
     *
     * @throws IOException if the disk does not take it; the checkpoints that were there still are, and nothing
     *     half written is left
     */
    public Checkpoint save(CheckpointName name, TrainingSnapshot snapshot) throws IOException {
        Path temporary = folder.resolve(TEMPORARY + name);
        Path target = folder(name);
        Path replaced = folder.resolve(REPLACED + name);
        try {
            deleteTree(temporary);
            write(temporary, name, snapshot);
            if (Files.exists(target)) {
                deleteTree(replaced);
                Files.move(target, replaced, StandardCopyOption.ATOMIC_MOVE);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException e) {
            undo(temporary, replaced, target, e);
            throw e;
        }
        forceFolder(folder);
        deleteTree(replaced);
        return new Checkpoint(target, name, snapshot);
    }

    private static void undo(Path temporary, Path replaced, Path target, Exception cause) {
        try {
            deleteTree(temporary);
            if (Files.exists(replaced) && !Files.exists(target)) {
                Files.move(replaced, target, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException e) {
            cause.addSuppressed(e); // the next time the store is opened, it is cleared up
        }
    }

    private void write(Path temporary, CheckpointName name, TrainingSnapshot snapshot) throws IOException {
        Files.createDirectory(temporary);
        Map<String, Object> digests = new LinkedHashMap<>();
        writeTensors(temporary, WEIGHTS_FILE, snapshot.weights(), digests);
        writeTensors(temporary, OPTIMIZER_FILE, snapshot.optimizer(), digests);
        Map<String, Object> state = new LinkedHashMap<>();
        state.putAll(snapshot.state());
        state.put("format", FORMAT);
        state.put("step", name.step());
        state.put("batch", name.batch());
        state.put("files", digests);
        write(temporary.resolve(STATE_FILE), out -> out.write(withDigest(JsonText.write(state))));
        forceFolder(temporary);
    }

    private void writeTensors(
            Path temporary, String plainName, Map<String, Tensor> tensors, Map<String, Object> digests)
            throws IOException {
        String name = compression.fileName(plainName);
        digests.put(name, write(temporary.resolve(name), out -> {
            try (OutputStream compressed = compression.writer(out)) {
                SafeTensors.write(tensors, compressed);
            }
        }));
    }

    /** The checkpoints that are there, as training went. */
    public List<CheckpointName> names() throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.flatMap(entry -> CheckpointName.of(entry).stream())
                    .sorted()
                    .toList();
        }
    }

    /**
     * A checkpoint of this trial.
     *
     * @throws DamagedCheckpointException if it is missing or not as it was written
     */
    public Checkpoint read(CheckpointName name) throws IOException {
        return read(folder(name));
    }

    /**
     * The checkpoint in a folder, of this trial or another one.
     *
     * @throws DamagedCheckpointException if it is missing or not as it was written
     */
    public static Checkpoint read(Path checkpointFolder) throws IOException {
        try {
            Map<String, Object> state = state(checkpointFolder);
            if (!(state.get("step") instanceof Long step)
                    || !(state.getOrDefault("batch", 0L) instanceof Long batch)
                    || step < 0
                    || batch < 0) {
                throw new DamagedCheckpointException(checkpointFolder + " names no step");
            }
            return new Checkpoint(
                    checkpointFolder,
                    new CheckpointName(step, batch),
                    new TrainingSnapshot(
                            tensors(checkpointFolder, state, WEIGHTS_FILE),
                            tensors(checkpointFolder, state, OPTIMIZER_FILE),
                            state));
        } catch (NoSuchFileException e) {
            throw new DamagedCheckpointException(e.getMessage() + " is missing", e);
        }
    }

    /**
     * The state in a checkpoint, without its tensors.
     *
     * @throws DamagedCheckpointException if it is missing or not as it was written
     */
    public Map<String, Object> readState(CheckpointName name) throws IOException {
        try {
            return state(folder(name));
        } catch (NoSuchFileException e) {
            throw new DamagedCheckpointException(e.getMessage() + " is missing", e);
        }
    }

    /** The newest whole checkpoint up to a place in training; damaged ones are passed over with a warning. */
    public Optional<Checkpoint> newest(CheckpointName atMost) throws IOException {
        for (CheckpointName name : names().reversed()) {
            if (name.compareTo(atMost) <= 0) {
                try {
                    return Optional.of(read(name));
                } catch (DamagedCheckpointException e) {
                    LOGGER.log(Level.WARNING, "checkpoint={0} damaged=\"{1}\"", name, e.getMessage());
                }
            }
        }
        return Optional.empty();
    }

    /** Removes a checkpoint; nothing happens if it is not there. */
    public void delete(CheckpointName name) throws IOException {
        Path target = folder(name);
        if (Files.exists(target)) {
            Path removed = folder.resolve(REMOVED + name);
            deleteTree(removed);
            Files.move(target, removed, StandardCopyOption.ATOMIC_MOVE);
            deleteTree(removed);
        }
    }

    /** The state's JSON with a digest of all that stands before it, as its last member: one wrong digit is still JSON. */
    private static byte[] withDigest(String json) {
        String body = json.substring(0, json.length() - 1);
        return (body + DIGEST + digest(body.getBytes(StandardCharsets.UTF_8)) + "\"}").getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, Object> state(Path checkpointFolder) throws IOException {
        Path file = checkpointFolder.resolve(STATE_FILE);
        byte[] content = Files.readAllBytes(file);
        String text = new String(content, StandardCharsets.UTF_8);
        Map<String, Object> state;
        try {
            state = JsonText.readObject(text);
        } catch (IllegalArgumentException e) {
            throw new DamagedCheckpointException(file + " is " + e.getMessage(), e);
        }
        if (!(state.get("format") instanceof Long format) || format != FORMAT) {
            throw new DamagedCheckpointException(checkpointFolder + " has format " + state.get("format")
                    + ", written by another version of the trainer; this one reads " + FORMAT);
        }
        int end = text.lastIndexOf(DIGEST);
        if (end < 0 || !Arrays.equals(withDigest(text.substring(0, end) + "}"), content)) {
            throw new DamagedCheckpointException(file + " is not what was written: its digest differs");
        }
        Map<String, Object> written = new LinkedHashMap<>(state);
        written.remove("digest"); // of the text, whose order is nobody's business
        return written;
    }

    private static Map<String, Tensor> tensors(Path checkpointFolder, Map<String, Object> state, String plainName)
            throws IOException {
        Map<?, ?> digests = state.get("files") instanceof Map<?, ?> files ? files : Map.of();
        Compression compression =
                digests.containsKey(Compression.ZSTD.fileName(plainName)) ? Compression.ZSTD : Compression.NONE;
        String name = compression.fileName(plainName);
        Path file = checkpointFolder.resolve(name);
        byte[] content = Files.readAllBytes(file);
        String found = digest(content);
        if (!found.equals(digests.get(name))) {
            throw new DamagedCheckpointException(
                    file + " has digest " + found + ", was written with " + digests.get(name));
        }
        try (InputStream plain = compression.reader(new ByteArrayInputStream(content))) {
            return SafeTensors.read(file, compression == Compression.NONE ? content : plain.readAllBytes());
        } catch (ZstdIOException e) {
            throw new DamagedCheckpointException(file + " is not what was compressed: " + e.getMessage(), e);
        }
    }

    private void clearLeftovers() throws IOException {
        List<Path> entries;
        try (Stream<Path> listed = Files.list(folder)) {
            entries = listed.toList();
        }
        for (Path entry : entries) {
            String name = entry.getFileName().toString();
            for (String prefix : List.of(REPLACED, REMOVED, TEMPORARY)) {
                if (!name.startsWith(prefix)
                        || CheckpointName.of(Path.of(name.substring(prefix.length())))
                                .isEmpty()) {
                    continue;
                }
                Path target = folder.resolve(name.substring(prefix.length()));
                if (prefix.equals(REPLACED) && !Files.exists(target)) {
                    // the save ended between its two renames: what it was about to replace still counts
                    Files.move(entry, target, StandardCopyOption.ATOMIC_MOVE);
                }
                deleteTree(entry);
            }
        }
    }

    /** What a file is made of. */
    @FunctionalInterface
    private interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Brings a new file to the disk; gives the digest of what was written. */
    private static String write(Path file, Content content) throws IOException {
        CRC32C crc = new CRC32C();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            CheckedOutputStream out = new CheckedOutputStream(Channels.newOutputStream(channel), crc);
            content.writeTo(out);
            out.flush();
            channel.force(true);
            return digest(crc, channel.position());
        }
    }

    private static String digest(byte[] content) {
        CRC32C crc = new CRC32C();
        crc.update(content);
        return digest(crc, content.length);
    }

    private static String digest(CRC32C crc, long length) {
        return "crc32c:" + Long.toHexString(crc.getValue()) + ":" + length;
    }

    private static void forceFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> tree = Files.walk(root)) {
            all = tree.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.deleteIfExists(path);
        }
    }
}
