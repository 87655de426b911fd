package dev.sluice.bench.search;

import dev.sluice.search.space.CategoricalDistribution;
import dev.sluice.search.space.Distribution;
import dev.sluice.search.space.ParameterValue;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.SearchSpace;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** Real training, done once: a curve for each point of a space. */
final class Table implements Problem.Truth {
    private final Map<ParameterValues, double[]> curves;

    private Table(Map<ParameterValues, double[]> curves) {
        this.curves = curves;
    }

    /**
     * Reads a table: a column for each parameter (empty where it is inactive), {@code e1}..{@code eE}, and others that are passed over.
     *
     * @throws IllegalArgumentException if it does not have every point of the space once, with a number for each epoch
     */
    static Table read(Path csv, SearchSpace space, int epochs) throws IOException {
        var curves = new HashMap<ParameterValues, double[]>();
        try (var lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(csv)), StandardCharsets.UTF_8))) {
            var columns = List.of(lines.readLine().split(",", -1));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                var cells = List.of(line.split(",", -1));
                var values = new HashMap<String, ParameterValue>();
                for (var parameter : space.parameters()) {
                    var cell = cells.get(columns.indexOf(parameter.name()));
                    if (!cell.isEmpty()) {
                        values.put(parameter.name(), value(parameter.distribution(), cell));
                    }
                }
                var curve = new double[epochs];
                for (int epoch = 1; epoch <= epochs; epoch++) {
                    curve[epoch - 1] = Double.parseDouble(cells.get(columns.indexOf("e" + epoch)));
                }
                var point = space.inOrder(values);
                var wrong = new ArrayList<>(space.violations(point));
                if (curves.put(point, curve) != null) {
                    wrong.add("the point is there twice");
                }
                if (!wrong.isEmpty()) {
                    throw new IllegalArgumentException("%s: %s: %s".formatted(csv, line, String.join("; ", wrong)));
                }
            }
        }
        int points = space.points(1_000_000).orElseThrow().size();
        if (points != curves.size()) {
            throw new IllegalArgumentException("%s has %d points, the space %d".formatted(csv, curves.size(), points));
        }
        return new Table(curves);
    }

    private static ParameterValue value(Distribution distribution, String cell) {
        if (distribution instanceof CategoricalDistribution choices) {
            for (var choice : choices.values()) {
                if (choice.isNumber()
                        ? isNumber(cell, choice.asDouble())
                        : choice.plain().toString().equalsIgnoreCase(cell)) {
                    return choice;
                }
            }
            throw new IllegalArgumentException("a cell is %s, which is not %s".formatted(cell, choices.describe()));
        }
        return distribution.typed(ParameterValue.of(Double.parseDouble(cell)));
    }

    private static boolean isNumber(String cell, double number) {
        try {
            return Double.parseDouble(cell) == number;
        } catch (NumberFormatException text) {
            return false;
        }
    }

    @Override
    public double[] curve(ParameterValues values) {
        var curve = curves.get(values);
        if (curve == null) {
            throw new IllegalArgumentException("the table has no point " + values);
        }
        return curve;
    }
}
