package dev.sluice.console.trial;

import dev.sluice.console.folder.TrialFolder;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/** What the attempts of a trial wrote to stdout and stderr, by attempt. */
final class TrialLog {
    private static final Duration POLL = Duration.ofMillis(300);
    private static final int BLOCK = 256 * 1024;
    /** A tail never reads more than this from the end of one file. */
    private static final long TAIL_BYTES = 8L * 1024 * 1024;

    private final TrialFolder folder;
    private final int attempts;

    TrialLog(TrialFolder folder, int attempts) {
        this.folder = folder;
        this.attempts = attempts;
    }

    /** The last lines, each with its line end. */
    List<String> tail(int lines) {
        var last = new ArrayDeque<String>();
        for (int attempt = 1; attempt <= attempts; attempt++) {
            for (var file : List.of(folder.stdout(attempt), folder.stderr(attempt))) {
                for (var line : read(file, Math.max(0, size(file) - TAIL_BYTES), TAIL_BYTES)
                        .split("(?<=\n)", -1)) {
                    if (!line.isEmpty()) {
                        last.add(utf8(line.endsWith("\n") ? line : line + "\n"));
                        if (last.size() > lines) {
                            last.remove();
                        }
                    }
                }
            }
        }
        return List.copyOf(last);
    }

    /** The tail, then line by line what is written, until the trial has ended. */
    Multi<String> follow(int lines, BooleanSupplier runs, IntSupplier newestAttempt) {
        var offsets = new HashMap<Path, Long>();
        for (int attempt = 1; attempt <= attempts; attempt++) {
            offsets.put(folder.stdout(attempt), size(folder.stdout(attempt)));
            offsets.put(folder.stderr(attempt), size(folder.stderr(attempt)));
        }
        var begin = Multi.createFrom().iterable(tail(lines)).map(String::stripTrailing);
        var ended = new boolean[1];
        Multi<String> rest = Multi.createBy()
                .repeating()
                .uni(() -> Uni.createFrom()
                        .item(() -> {
                            // Asked before the files are read: what was written before the end is not missed.
                            ended[0] = !runs.getAsBoolean();
                            return fresh(offsets, newestAttempt.getAsInt(), ended[0]);
                        })
                        .runSubscriptionOn(Infrastructure.getDefaultExecutor())
                        .onItem()
                        .delayIt()
                        .by(POLL))
                .until(batch -> ended[0] && batch.isEmpty())
                .onItem()
                .transformToIterable(batch -> batch);
        return Multi.createBy().concatenating().streams(begin, rest);
    }

    private List<String> fresh(Map<Path, Long> offsets, int newest, boolean whole) {
        var lines = new ArrayList<String>();
        for (int attempt = 1; attempt <= newest; attempt++) {
            for (var file : List.of(folder.stdout(attempt), folder.stderr(attempt))) {
                long offset = offsets.getOrDefault(file, 0L);
                var text = read(file, offset, BLOCK);
                int end = whole ? text.length() : text.lastIndexOf('\n') + 1;
                if (end == 0 && text.length() == BLOCK) {
                    end = BLOCK; // a line longer than that, as a progress bar draws it: in pieces rather than never
                }
                if (end == 0) {
                    continue;
                }
                var complete = text.substring(0, end);
                offsets.put(file, offset + complete.length());
                utf8(complete).lines().forEach(lines::add);
            }
        }
        return lines;
    }

    /** Bytes as ISO 8859-1 while offsets are counted: one character, one byte. */
    private static String read(Path file, long offset, long most) {
        if (!Files.isRegularFile(file)) {
            return "";
        }
        try (var in = new RandomAccessFile(file.toFile(), "r")) {
            var bytes = new byte[(int) Math.clamp(in.length() - offset, 0, most)];
            in.seek(offset);
            in.readFully(bytes);
            return new String(bytes, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private static String utf8(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private static long size(Path file) {
        return file.toFile().length();
    }
}
