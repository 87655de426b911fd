package dev.sluice.console.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A table of text in columns as wide as their widest cell, numbers to the right. Not thread-safe. */
final class TextTable {
    private static final Pattern NUMBER = Pattern.compile("-|-?[0-9.]+(e[-+][0-9]+)?|NaN|-?Infinity");

    private final List<String> headings;
    private final List<List<String>> rows = new ArrayList<>();

    TextTable(List<String> headings) {
        this.headings = List.copyOf(headings);
    }

    void add(List<String> cells) {
        if (cells.size() != headings.size()) {
            throw new IllegalArgumentException("a row must have %d cells, was %s".formatted(headings.size(), cells));
        }
        rows.add(List.copyOf(cells));
    }

    void print(Terminal terminal) {
        int[] widths = headings.stream().mapToInt(String::length).toArray();
        boolean[] numbers = new boolean[widths.length];
        for (int column = 0; column < widths.length; column++) {
            numbers[column] = !rows.isEmpty();
            for (List<String> row : rows) {
                widths[column] = Math.max(widths[column], row.get(column).length());
                numbers[column] &= isNumber(row.get(column));
            }
        }
        terminal.out().println(terminal.fit(line(headings, widths, numbers)));
        for (List<String> row : rows) {
            terminal.out().println(terminal.fit(line(row, widths, numbers)));
        }
    }

    private static boolean isNumber(String cell) {
        return NUMBER.matcher(cell).matches();
    }

    private static String line(List<String> cells, int[] widths, boolean[] right) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String cell = cells.get(column);
            String gap = " ".repeat(widths[column] - cell.length());
            line.append(column == 0 ? "" : "  ").append(right[column] ? gap + cell : cell + gap);
        }
        return line.toString().stripTrailing();
    }
}
