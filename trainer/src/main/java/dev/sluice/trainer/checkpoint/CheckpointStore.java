package dev.sluice.trainer.checkpoint;

import dev.sluice.trainer.json.JsonText;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * The checkpoints of one trial, each a folder {@code checkpoint-<step>} of {@code model.safetensors},
 * {@code optimizer.safetensors} and {@code trainer_state.json}. A folder of that name is complete: it is written under
 * another name, brought to the disk, and put in place by one rename. Confined to one thread; one process at a time.
 */
public final class CheckpointStore {
    /** Name of the file with the network's parameters. */
    public static final String WEIGHTS_FILE = "model.safetensors";

    /** Name of the file with the optimizer's state. */
    public static final String OPTIMIZER_FILE = "optimizer.safetensors";

    /** Name of the file with everything else. */
    public static final String STATE_FILE = "trainer_state.json";

    private static final System.Logger LOGGER = System.getLogger(CheckpointStore.class.getName());
    private static final long FORMAT = 2; // 1: the optimizer did not count its steps
    private static final String PREFIX = "checkpoint-";
    private static final String TEMPORARY = ".tmp-";
    private static final String REPLACED = ".old-";
    private static final String REMOVED = ".gone-";

    private final Path folder;

    private CheckpointStore(Path folder) {
        this.folder = folder;
    }

    /** The store in a folder, which is made if need be; what an interrupted save or removal left is cleared away. */
    public static CheckpointStore open(Path folder) throws IOException {
        Files.createDirectories(folder);
        CheckpointStore store = new CheckpointStore(folder);
        store.clearLeftovers();
        return store;
    }

    /** The step in the name of a checkpoint's folder; empty if it is not named {@code checkpoint-<step>}. */
    public static OptionalLong stepOf(Path checkpointFolder) {
        String name = String.valueOf(checkpointFolder.getFileName());
        return name.matches("checkpoint-\\d{1,18}")
                ? OptionalLong.of(Long.parseLong(name.substring(PREFIX.length())))
                : OptionalLong.empty();
    }

    /** The folder of the checkpoint at this step, whether it is there or not. */
    public Path folder(long step) {
        return folder.resolve(PREFIX + step);
    }

    /**
     * Saves a snapshot as {@code checkpoint-<step>}; one that is already there is replaced.
     *
     * @param step >= 0
     * @throws IOException if the disk does not take it; the checkpoints that were there still are, and nothing
     *     half written is left
     */
    public Checkpoint save(long step, TrainingSnapshot snapshot) throws IOException {
        if (step < 0) {
            throw new IllegalArgumentException("step must be >= 0, was " + step);
        }
        Path temporary = folder.resolve(TEMPORARY + PREFIX + step);
        Path target = folder(step);
        Path replaced = folder.resolve(REPLACED + PREFIX + step);
        try {
            deleteTree(temporary);
            write(temporary, step, snapshot);
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
        return new Checkpoint(target, step, snapshot);
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

    private static void write(Path temporary, long step, TrainingSnapshot snapshot) throws IOException {
        Files.createDirectory(temporary);
        Map<String, Object> digests = new LinkedHashMap<>();
        digests.put(WEIGHTS_FILE, write(temporary.resolve(WEIGHTS_FILE), SafeTensors.encode(snapshot.weights())));
        digests.put(OPTIMIZER_FILE, write(temporary.resolve(OPTIMIZER_FILE), SafeTensors.encode(snapshot.optimizer())));
        Map<String, Object> state = new LinkedHashMap<>();
        state.putAll(snapshot.state());
        state.put("format", FORMAT);
        state.put("step", step);
        state.put("files", digests);
        write(
                temporary.resolve(STATE_FILE),
                ByteBuffer.wrap(JsonText.write(state).getBytes(StandardCharsets.UTF_8)));
        forceFolder(temporary);
    }

    /** The steps that have a checkpoint, rising. */
    public List<Long> steps() throws IOException {
        List<Long> steps = new ArrayList<>();
        try (Stream<Path> entries = Files.list(folder)) {
            entries.forEach(entry -> stepOf(entry).ifPresent(steps::add));
        }
        steps.sort(Comparator.naturalOrder());
        return steps;
    }

    /**
     * The checkpoint at a step.
     *
     * @throws DamagedCheckpointException if it is missing or not as it was written
     */
    public Checkpoint read(long step) throws IOException {
        return read(folder(step));
    }

    /**
     * The checkpoint in a folder, of this trial or another one.
     *
     * @throws DamagedCheckpointException if it is missing or not as it was written
     */
    public static Checkpoint read(Path checkpointFolder) throws IOException {
        try {
            Map<String, Object> state = state(checkpointFolder);
            if (!(state.get("format") instanceof Long format) || format != FORMAT) {
                throw new DamagedCheckpointException(checkpointFolder + " has format " + state.get("format")
                        + ", written by another version of the trainer; this one reads " + FORMAT);
            }
            verify(checkpointFolder, state, WEIGHTS_FILE);
            verify(checkpointFolder, state, OPTIMIZER_FILE);
            if (!(state.get("step") instanceof Long step)) {
                throw new DamagedCheckpointException(checkpointFolder + " names no step");
            }
            return new Checkpoint(
                    checkpointFolder,
                    step,
                    new TrainingSnapshot(
                            SafeTensors.read(checkpointFolder.resolve(WEIGHTS_FILE)),
                            SafeTensors.read(checkpointFolder.resolve(OPTIMIZER_FILE)),
                            state));
        } catch (NoSuchFileException e) {
            throw new DamagedCheckpointException(e.getMessage() + " is missing", e);
        }
    }

    /**
     * The state in the checkpoint at a step, without its tensors.
     *
     * @throws DamagedCheckpointException if it is missing or no JSON
     */
    public Map<String, Object> readState(long step) throws IOException {
        try {
            return state(folder(step));
        } catch (NoSuchFileException e) {
            throw new DamagedCheckpointException(e.getMessage() + " is missing", e);
        }
    }

    /** The newest whole checkpoint at or before a step; damaged ones are passed over with a warning. */
    public Optional<Checkpoint> newest(long atMost) throws IOException {
        List<Long> steps = steps();
        for (int i = steps.size() - 1; i >= 0; i--) {
            if (steps.get(i) <= atMost) {
                try {
                    return Optional.of(read(steps.get(i)));
                } catch (DamagedCheckpointException e) {
                    LOGGER.log(
                            Level.WARNING,
                            "checkpoint={0} damaged=\"{1}\"",
                            steps.get(i).toString(),
                            e.getMessage());
                }
            }
        }
        return Optional.empty();
    }

    /** Removes the checkpoint at a step; nothing happens if there is none. */
    public void delete(long step) throws IOException {
        Path target = folder(step);
        if (Files.exists(target)) {
            Path removed = folder.resolve(REMOVED + PREFIX + step);
            deleteTree(removed);
            Files.move(target, removed, StandardCopyOption.ATOMIC_MOVE);
            deleteTree(removed);
        }
    }

    private static Map<String, Object> state(Path checkpointFolder) throws IOException {
        Path file = checkpointFolder.resolve(STATE_FILE);
        try {
            return JsonText.readObject(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new DamagedCheckpointException(file + " is " + e.getMessage(), e);
        }
    }

    private static void verify(Path checkpointFolder, Map<String, Object> state, String name) throws IOException {
        Path file = checkpointFolder.resolve(name);
        Object expected = state.get("files") instanceof Map<?, ?> files ? files.get(name) : null;
        String found = digest(ByteBuffer.wrap(Files.readAllBytes(file)));
        if (!found.equals(expected)) {
            throw new DamagedCheckpointException(file + " has digest " + found + ", was written with " + expected);
        }
    }

    private void clearLeftovers() throws IOException {
        List<Path> entries;
        try (Stream<Path> listed = Files.list(folder)) {
            entries = listed.toList();
        }
        for (Path entry : entries) {
            String name = entry.getFileName().toString();
            if (name.startsWith(REPLACED + PREFIX)) {
                Path target = folder.resolve(name.substring(REPLACED.length()));
                if (!Files.exists(target)) {
                    // the save ended between its two renames: what it was about to replace still counts
                    Files.move(entry, target, StandardCopyOption.ATOMIC_MOVE);
                }
            }
            if (name.startsWith(REPLACED + PREFIX)
                    || name.startsWith(REMOVED + PREFIX)
                    || name.startsWith(TEMPORARY + PREFIX)) {
                deleteTree(entry);
            }
        }
    }

    private static String write(Path file, ByteBuffer content) throws IOException {
        String digest = digest(content.duplicate());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            while (content.hasRemaining()) {
                channel.write(content);
            }
            channel.force(true);
        }
        return digest;
    }

    private static String digest(ByteBuffer content) {
        int length = content.remaining();
        CRC32C crc = new CRC32C();
        crc.update(content);
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
