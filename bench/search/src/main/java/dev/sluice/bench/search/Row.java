package dev.sluice.bench.search;

import java.util.List;
import java.util.Locale;

/**
 * One trial of one run, as the results' files have it: a line each, in the order in which they ended.
 *
 * @param epochs that this trial ran
 * @param value the best it reported
 * @param truth what is true there
 * @param seconds that the searcher itself took for it
 */
record Row(
        String searcher,
        String version,
        String problem,
        int seed,
        int workers,
        int trial,
        int epochs,
        double value,
        double truth,
        double seconds) {
    static final String HEADER = "searcher,version,problem,seed,workers,trial,epochs,value,truth,seconds";

    static Row parse(String line) {
        var cells = List.of(line.split(",", -1));
        if (cells.size() != 10) {
            throw new IllegalArgumentException("a line has %d cells instead of 10: %s".formatted(cells.size(), line));
        }
        return new Row(
                cells.get(0),
                cells.get(1),
                cells.get(2),
                Integer.parseInt(cells.get(3)),
                Integer.parseInt(cells.get(4)),
                Integer.parseInt(cells.get(5)),
                Integer.parseInt(cells.get(6)),
                number(cells.get(7)),
                number(cells.get(8)),
                number(cells.get(9)));
    }

    private static double number(String cell) {
        return switch (cell) {
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            case "nan" -> Double.NaN;
            default -> Double.parseDouble(cell);
        };
    }

    String line() {
        return String.format(
                Locale.ROOT,
                "%s,%s,%s,%d,%d,%d,%d,%s,%s,%s",
                searcher,
                version,
                problem,
                seed,
                workers,
                trial,
                epochs,
                digits(value, 7),
                digits(truth, 7),
                digits(seconds, 4));
    }

    private static String digits(double number, int significant) {
        if (!Double.isFinite(number) || number == 0) {
            return number == 0 ? "0" : Double.toString(number);
        }
        return Double.toString(new java.math.BigDecimal(number)
                .round(new java.math.MathContext(significant))
                .doubleValue());
    }
}
