package dev.sluice.bench.search;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/**
 * The runs of one searcher.
 *
 * @param workers how many at a time
 * @param partial whether it gave up trials early, or chose itself how long they ran
 * @param runs by problem and seed
 */
record Results(
        String searcher, String version, int workers, boolean partial, Map<String, Map<Integer, Trajectory>> runs) {
    boolean isOurs() {
        return searcher.startsWith("sluice-");
    }

    Map<Integer, Trajectory> of(Problem problem) {
        return runs.getOrDefault(problem.name(), Map.of());
    }

    /** Every file {@code *.csv} and {@code *.csv.gz} of a folder; rows of problems that there are not are passed over. */
    static List<Results> read(Path folder, List<Problem> problems) throws IOException {
        var byName = problems.stream().collect(Collectors.toMap(Problem::name, problem -> problem));
        var rows = new TreeMap<String, List<Row>>();
        try (var files = Files.newDirectoryStream(folder, "*.{csv,csv.gz}")) {
            for (Path file : files) {
                for (Row row : rows(file)) {
                    if (byName.containsKey(row.problem())) {
                        rows.computeIfAbsent(row.searcher() + " " + row.workers(), key -> new ArrayList<>())
                                .add(row);
                    }
                }
            }
        }
        return rows.values().stream().map(these -> of(these, byName)).toList();
    }

    private static List<Row> rows(Path file) throws IOException {
        try (var in = Files.newInputStream(file);
                var lines = new BufferedReader(new InputStreamReader(
                        file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in, StandardCharsets.UTF_8))) {
            var header = lines.readLine();
            if (!Row.HEADER.equals(header)) {
                throw new IllegalArgumentException(
                        "%s begins with %s instead of %s".formatted(file, header, Row.HEADER));
            }
            return lines.lines().map(Row::parse).toList();
        }
    }

    private static Results of(List<Row> rows, Map<String, Problem> problems) {
        var runs = new LinkedHashMap<String, Map<Integer, List<Row>>>();
        for (Row row : rows) {
            runs.computeIfAbsent(row.problem(), key -> new TreeMap<>())
                    .computeIfAbsent(row.seed(), key -> new ArrayList<>())
                    .add(row);
        }
        var trajectories = new LinkedHashMap<String, Map<Integer, Trajectory>>();
        runs.forEach((name, seeds) -> {
            var bySeed = new TreeMap<Integer, Trajectory>();
            seeds.forEach((seed, these) -> bySeed.put(seed, Trajectory.of(of(problems, name), these)));
            trajectories.put(name, bySeed);
        });
        var first = rows.getFirst();
        boolean partial = rows.stream()
                .anyMatch(row -> row.epochs() != of(problems, row.problem()).epochs());
        return new Results(first.searcher(), first.version(), first.workers(), partial, trajectories);
    }

    private static Problem of(Map<String, Problem> problems, String name) {
        var problem = problems.get(name);
        if (problem == null) {
            throw new IllegalArgumentException("there is no problem " + name);
        }
        return problem;
    }
}
