package dev.sluice.console.collect;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.search.trial.Measurement;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/*
 * Every report carries a number that rises, so that taking one in twice changes nothing. A line of stdout is numbered
 * by where it ends in the file, from Long.MIN_VALUE up: always below zero, and so below the numbers that trials give
 * their reports over REST. Once a trial reports by itself, what it prints is old news by its number alone.
 */

/** Follows a file to which a trial writes its reports, one a line. Not thread-safe. */
public final class ReportCollector implements AutoCloseable {
    /** The number of a line that ends at byte 0: no line does. */
    private static final long FIRST = Long.MIN_VALUE;

    private static final int BLOCK = 64 * 1024;
    /** A call reads no more than about so many bytes: what a service missed while it was away may be much. */
    private static final long MOST_AT_ONCE = 8L << 20;
    /** A longer line is no report. */
    private static final int LINE_LIMIT = 1 << 20;

    private static final long POLL_MILLIS = 150;

    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(50)
                            .maxStringLength(LINE_LIMIT)
                            .build())
                    .build())
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final Path file;
    private final LineParser parser;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private boolean tooLong;
    private long offset;

    /** One report: its number and its points. */
    public record Collected(long seq, List<Measurement> points) {}

    private interface LineParser {
        Optional<Collected> parse(String line, long end);
    }

    private ReportCollector(Path file, long offset, LineParser parser) {
        this.file = file;
        this.offset = offset;
        this.parser = parser;
    }

    /** The JSON objects alone on a line, with a `step` and numbers, that were printed after the report `lastSeq`. */
    public static ReportCollector ofStdout(Path file, long lastSeq) {
        return new ReportCollector(file, lastSeq < 0 ? lastSeq - FIRST : 0, (text, end) -> {
            var points = printed(text);
            return points.isPresent()
                    ? Optional.of(new Collected(FIRST + end, List.of(points.get())))
                    : Optional.empty();
        });
    }

    /** The reports that an own trainer wrote down before it sent them, those after `lastSeq`. */
    public static ReportCollector ofReports(Path file, long lastSeq) {
        return new ReportCollector(file, 0, (text, end) -> reported(text).filter(report -> report.seq() > lastSeq));
    }

    /**
     * What is there now; waits a moment when that is nothing. An incomplete last line is held back.
     *
     * @param end completes when nobody writes any more: then nothing is waited for
     */
    public List<Collected> next(Future<?> end) {
        var reports = read();
        if (reports.isEmpty()) {
            try {
                end.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (TimeoutException | ExecutionException | CancellationException e) {
                return read();
            }
            reports = read();
        }
        return reports;
    }

    /** All that is left, when nobody writes any more: the last line needs no end. */
    public List<Collected> rest() {
        var reports = new ArrayList<Collected>();
        long before;
        do {
            before = offset;
            reports.addAll(read());
        } while (offset > before);
        offset++;
        endOfLine().ifPresent(reports::add);
        return reports;
    }

    @Override
    public void close() {
        line.reset();
    }

    private List<Collected> read() {
        var reports = new ArrayList<Collected>();
        if (!Files.isRegularFile(file)) {
            return reports;
        }
        try (var in = new RandomAccessFile(file.toFile(), "r")) {
            in.seek(offset);
            var block = new byte[BLOCK];
            long until = offset + MOST_AT_ONCE;
            for (int n = in.read(block); n > 0; n = offset < until ? in.read(block) : 0) {
                for (int i = 0; i < n; i++) {
                    offset++;
                    if (block[i] == '\n') {
                        endOfLine().ifPresent(reports::add);
                    } else if (line.size() < LINE_LIMIT) {
                        line.write(block[i]);
                    } else {
                        tooLong = true;
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
        return reports;
    }

    private Optional<Collected> endOfLine() {
        var text = line.toString(StandardCharsets.UTF_8).strip();
        boolean whole = !tooLong;
        line.reset();
        tooLong = false;
        return whole && text.startsWith("{") && text.endsWith("}") ? parser.parse(text, offset) : Optional.empty();
    }

    /** A line that is a report: `step` is a whole number >= 0, all other numbers are values, the rest is ignored. */
    static Optional<Measurement> printed(String text) {
        var json = parse(text);
        if (json == null) {
            return Optional.empty();
        }
        var step = whole(json.path("step"));
        var values = new LinkedHashMap<String, Double>();
        json.properties().forEach(entry -> {
            if (!entry.getKey().equals("step")
                    && !entry.getKey().isBlank()
                    && entry.getKey().length() <= 200) {
                number(entry.getValue()).ifPresent(value -> values.put(entry.getKey(), value));
            }
        });
        return step.isPresent() && !values.isEmpty()
                ? Optional.of(new Measurement(step.get(), values))
                : Optional.empty();
    }

    private static Optional<Collected> reported(String text) {
        var json = parse(text);
        var seq = json == null ? Optional.<Long>empty() : whole(json.path("seq"));
        if (json == null || seq.isEmpty()) {
            return Optional.empty();
        }
        var points = new ArrayList<Measurement>();
        for (var point : json.path("points")) {
            Map<String, Double> values = new LinkedHashMap<>();
            point.path("values")
                    .properties()
                    .forEach(e -> number(e.getValue()).ifPresent(value -> values.put(e.getKey(), value)));
            whole(point.path("step"))
                    .filter(step -> !values.isEmpty())
                    .ifPresent(step -> points.add(new Measurement(step, values)));
        }
        return Optional.of(new Collected(seq.get(), points));
    }

    private static @Nullable JsonNode parse(String text) {
        try {
            var json = JSON.readTree(text);
            return json.isObject() ? json : null;
        } catch (JsonProcessingException notJson) {
            return null;
        }
    }

    private static Optional<Long> whole(JsonNode node) {
        if (!node.isNumber() || node.asDouble() != Math.rint(node.asDouble())) {
            return Optional.empty();
        }
        double value = node.asDouble();
        return value >= 0 && value <= 0x1p53 ? Optional.of((long) value) : Optional.empty();
    }

    private static Optional<Double> number(JsonNode node) {
        if (node.isNumber()) {
            return Optional.of(node.asDouble());
        }
        return switch (node.isTextual() ? node.asText() : "") {
            case "NaN" -> Optional.of(Double.NaN);
            case "Infinity" -> Optional.of(Double.POSITIVE_INFINITY);
            case "-Infinity" -> Optional.of(Double.NEGATIVE_INFINITY);
            default -> Optional.empty();
        };
    }
}
