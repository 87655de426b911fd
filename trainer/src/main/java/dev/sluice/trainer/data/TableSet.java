package dev.sluice.trainer.data;

import dev.sluice.trainer.data.Preparation.CategoryColumn;
import dev.sluice.trainer.data.Preparation.Column;
import dev.sluice.trainer.data.Preparation.NumberColumn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/*
 * Nothing is fitted to rows that are not for training: neither medians, means and deviations, nor the words of a category,
 * nor whether a column holds numbers at all. So what is measured on the other rows is what new ones would show, and a cell
 * of theirs that does not fit is told of, as it would be later.
 */
/**
 * A table, split, with the preparation of its columns fitted to the training rows alone: missing numbers are taken for the
 * median, numbers normalised, words one-hot.
 *
 * @param origin where it comes from
 * @param form the preparation of the columns and what is predicted
 * @param train what weights are fitted to
 * @param validation what epochs are judged by
 * @param test what is looked at once, at the end
 */
public record TableSet(DataOrigin origin, ModelForm form, Part train, Part validation, Part test) {
    /** Most words of a category: a column with more is a name or a number of something. */
    static final int MOST_WORDS = 1000;

    /** Names of the exported graph's own outputs, layers and parameters: it has one space of names for all. */
    private static final Pattern RESERVED =
            Pattern.compile("label|prediction|probabilities|sluice/.*|layer\\d.*|\\d+\\.\\w+\\.\\w+");

    /** What a column's cells are. */
    private enum Kind {
        NUMBER,
        CATEGORY,
        IGNORE;

        static Kind of(String column, String word) {
            return switch (word) {
                case "number" -> NUMBER;
                case "category" -> CATEGORY;
                case "ignore" -> IGNORE;
                default ->
                    throw new IllegalArgumentException(
                            "options.columns." + column + " must be number, category or ignore, was \"" + word + "\"");
            };
        }
    }

    /**
     * How a table is read.
     *
     * @param target the column that is predicted
     * @param isClassification whether the target is a class, not a number
     * @param kinds what columns hold, {@code number}, {@code category} or {@code ignore}; the others are numbers if all cells of the
     *     training rows are
     * @param missing words that stand for a number that is missing, besides the empty one
     * @param delimiter between cells
     * @param shares of the parts, where the data set does not say
     * @param fold by which training and validation rows are shared out anew
     */
    public record Reading(
            String target,
            boolean isClassification,
            Map<String, String> kinds,
            Set<String> missing,
            char delimiter,
            Shares shares,
            Optional<Fold> fold) {
        /** Without folds. */
        public Reading(
                String target,
                boolean isClassification,
                Map<String, String> kinds,
                Set<String> missing,
                char delimiter,
                Shares shares) {
            this(target, isClassification, kinds, missing, delimiter, shares, Optional.empty());
        }
    }

    /**
     * Rows for one purpose.
     *
     * @param raw as the table has them, without the target
     * @param features prepared, {@code [rows * numbers]}
     * @param labels of a classification, {@code [rows]}; else empty
     * @param targets of a regression, {@code [rows]}, normalised; else empty
     */
    @SuppressWarnings("ArrayRecordComponent") // a data set: shared, never compared
    public record Part(RawInputs.Columns raw, float[] features, int[] labels, float[] targets) {}

    /**
     * Reads the data set of a name: a CSV file, or a folder with {@code train.csv} and perhaps {@code validation.csv} and
     * {@code test.csv}; each may be compressed as {@code .gz}.
     *
     * @throws IllegalArgumentException saying what is wrong with the name, the options or the file, with line and column
     */
    public static TableSet read(DataRoot root, String name, Reading reading) {
        return new Fitting(reading).read(root, name);
    }

    /** A row of one of the files. */
    private record Place(CsvTable table, int row) {
        String cell(int column) {
            return table.cell(row, column);
        }
    }

    /** Reads and fits one table. */
    private static final class Fitting {
        private final Reading reading;

        Fitting(Reading reading) {
            this.reading = reading;
        }

        TableSet read(DataRoot root, String name) {
            Path entry = root.find(name);
            Fingerprint fingerprint = new Fingerprint();
            if (!Files.isDirectory(entry)) {
                CsvTable table = table(entry, fingerprint);
                return fit(new DataOrigin(name, fingerprint.text()), table, Optional.empty(), Optional.empty());
            }
            CsvTable train = inFolder(entry, "train", fingerprint)
                    .orElseThrow(() -> new IllegalArgumentException("data \"" + name + "\" has no train.csv"));
            Optional<CsvTable> validation = inFolder(entry, "validation", fingerprint);
            Optional<CsvTable> test = inFolder(entry, "test", fingerprint);
            return fit(new DataOrigin(name, fingerprint.text()), train, validation, test);
        }

        private Optional<CsvTable> inFolder(Path folder, String part, Fingerprint fingerprint) {
            return Stream.of(part + ".csv", part + ".csv.gz")
                    .map(folder::resolve)
                    .filter(Files::exists)
                    .findFirst()
                    .map(file -> {
                        DataRoot.requireNoLink(file);
                        return table(file, fingerprint);
                    });
        }

        private CsvTable table(Path file, Fingerprint fingerprint) {
            byte[] content = Compressed.read(file);
            String name = Compressed.plainName(file);
            fingerprint.add(name, content);
            return CsvTable.read(name, content, reading.delimiter());
        }

        private TableSet fit(DataOrigin origin, CsvTable own, Optional<CsvTable> validated, Optional<CsvTable> tested) {
            for (CsvTable other :
                    Stream.of(validated, tested).flatMap(Optional::stream).toList()) {
                if (!other.header().equals(own.header())) {
                    throw new IllegalArgumentException("data \"" + origin.name()
                            + "\": all its files must have the columns " + String.join(", ", own.header())
                            + ", one has " + String.join(", ", other.header()));
                }
            }
            int target = own.column("options.target", reading.target());
            reading.kinds().keySet().forEach(column -> own.column("options.columns", column));
            requireKindOfTarget();
            int[] classes = groups(all(own), target);
            Parts parts = Parts.draw(
                    IntStream.range(0, own.rows()).toArray(),
                    classes,
                    reading.shares().without(validated.isPresent(), tested.isPresent()));
            List<Place> train = places(own, parts.train());
            List<Place> validation = validated.map(Fitting::all).orElseGet(() -> places(own, parts.validation()));
            List<Place> test = tested.map(Fitting::all).orElseGet(() -> places(own, parts.test()));
            if (reading.fold().isPresent()) {
                List<Place> pool =
                        Stream.concat(train.stream(), validation.stream()).toList();
                boolean[] held = reading.fold()
                        .get()
                        .holds(groups(pool, target), reading.shares().seed());
                train = IntStream.of(Fold.places(held, false))
                        .mapToObj(pool::get)
                        .toList();
                validation = IntStream.of(Fold.places(held, true))
                        .mapToObj(pool::get)
                        .toList();
            }
            Parts.requireRows(origin.name(), train.size(), validation.size(), test.size());
            Map<Integer, Column> columns = new LinkedHashMap<>();
            for (int column = 0; column < own.header().size(); column++) {
                if (column != target) {
                    Column fitted = column(own, column, train);
                    if (fitted != null) {
                        if (RESERVED.matcher(fitted.name()).matches()) {
                            throw new IllegalArgumentException(
                                    "column \"" + fitted.name()
                                            + "\" has a name that the exported model needs for itself; rename it, or ignore it");
                        }
                        columns.put(column, fitted);
                    }
                }
            }
            if (columns.isEmpty()) {
                throw new IllegalArgumentException(
                        "data \"" + origin.name() + "\" has no column to learn from besides \"" + reading.target()
                                + "\" and those that are ignored");
            }
            Target meaning = reading.isClassification() ? classes(train, target) : number(train, target);
            return new TableSet(
                    origin,
                    new ModelForm(new Preparation.Columns(List.copyOf(columns.values())), meaning),
                    part(columns, meaning, target, train),
                    part(columns, meaning, target, validation),
                    part(columns, meaning, target, test));
        }

        private void requireKindOfTarget() {
            Kind meant = reading.isClassification() ? Kind.CATEGORY : Kind.NUMBER;
            String word = reading.kinds().get(reading.target());
            if (word != null && Kind.of(reading.target(), word) != meant) {
                throw new IllegalArgumentException("options.columns." + reading.target() + " is " + word
                        + ", but that column is the target, which this task takes for a "
                        + meant.name().toLowerCase(Locale.ROOT) + "; leave it out");
            }
        }

        /** The class of each row as a number, so that each class has its share in each part; of a regression all the same. */
        private int[] groups(List<Place> rows, int target) {
            if (!reading.isClassification()) {
                return new int[rows.size()];
            }
            List<String> names = new ArrayList<>(
                    new TreeSet<>(rows.stream().map(row -> label(row, target)).toList()));
            return rows.stream()
                    .mapToInt(row -> java.util.Collections.binarySearch(names, row.cell(target)))
                    .toArray();
        }

        private static List<Place> places(CsvTable table, int[] rows) {
            return Arrays.stream(rows).mapToObj(row -> new Place(table, row)).toList();
        }

        private static List<Place> all(CsvTable table) {
            return IntStream.range(0, table.rows())
                    .mapToObj(row -> new Place(table, row))
                    .toList();
        }

        /** A column fitted to the training rows; null: it says nothing, or is to be ignored. */
        private @Nullable Column column(CsvTable table, int column, List<Place> train) {
            String name = table.header().get(column);
            String word = reading.kinds().get(name);
            Kind kind = word != null
                    ? Kind.of(name, word)
                    : train.stream().allMatch(place -> isNumber(place.cell(column))) ? Kind.NUMBER : Kind.CATEGORY;
            return switch (kind) {
                case IGNORE -> null;
                case NUMBER -> {
                    double[] values = train.stream()
                            .mapToDouble(place -> number(place, column))
                            .filter(value -> !Double.isNaN(value))
                            .sorted()
                            .toArray();
                    if (values.length == 0) {
                        if (word == null) {
                            yield null; // nothing is known of it
                        }
                        throw new IllegalArgumentException(
                                "options.columns: \"" + name + "\" has no number in any training row; ignore it");
                    }
                    double median = values.length % 2 == 1
                            ? values[values.length / 2]
                            : values[values.length / 2 - 1] / 2 + values[values.length / 2] / 2;
                    double[] filled = Arrays.copyOf(values, train.size());
                    Arrays.fill(filled, values.length, filled.length, median);
                    double mean = mean(filled);
                    yield new NumberColumn(name, median, mean, deviation(filled, mean));
                }
                case CATEGORY -> {
                    TreeSet<String> words = new TreeSet<>();
                    train.forEach(place -> words.add(place.cell(column)));
                    if (words.size() > MOST_WORDS) {
                        throw new IllegalArgumentException("column \"" + name + "\" has " + words.size()
                                + " different values in the training rows, of which \"" + words.first()
                                + "\"; a category has at most " + MOST_WORDS
                                + ". Say options: {columns: {" + name
                                + ": ignore}}, or clean the cells that are no number");
                    }
                    yield new CategoryColumn(name, List.copyOf(words));
                }
            };
        }

        private static double mean(double[] values) {
            double mean = 0;
            for (int i = 0; i < values.length; i++) {
                mean += values[i] / (i + 1) - mean / (i + 1); // their difference may be more than a double holds
            }
            return mean;
        }

        /** Of the values; 1 where they are all the same. */
        private static double deviation(double[] values, double mean) {
            double largest = 0;
            for (double value : values) {
                largest = Math.max(largest, Math.abs(value / 2 - mean / 2));
            }
            if (largest == 0) {
                return 1;
            }
            double scale = Math.scalb(1.0, Math.getExponent(largest)); // a power of two: nothing is rounded by it
            double sum = 0;
            for (double value : values) {
                double apart = (value / 2 - mean / 2) / scale;
                sum += apart * apart;
            }
            return Math.sqrt(sum / values.length) * 2 * scale;
        }

        private boolean isNumber(String cell) {
            if (isMissing(cell)) {
                return true;
            }
            try {
                return Double.isFinite(Double.parseDouble(cell)) && isPlain(cell);
            } catch (NumberFormatException e) {
                return false;
            }
        }

        /** Java takes {@code 1d} and hexadecimal numbers for numbers too. */
        private static boolean isPlain(String cell) {
            return cell.chars().allMatch(c -> (c >= '0' && c <= '9') || "+-.eE".indexOf(c) >= 0);
        }

        private boolean isMissing(String cell) {
            return cell.isEmpty() || reading.missing().contains(cell);
        }

        private double number(Place place, int column) {
            String cell = place.cell(column);
            if (isMissing(cell)) {
                return Double.NaN;
            }
            if (!isNumber(cell)) {
                throw new IllegalArgumentException(
                        place.table().where(place.row(), column) + ": \"" + cell
                                + "\" is no number; leave the cell empty, add it to options.missing, or declare the column a category");
            }
            return Double.parseDouble(cell);
        }

        private static String label(Place place, int target) {
            String label = place.cell(target);
            if (label.isEmpty()) {
                throw new IllegalArgumentException(place.table().where(place.row(), target)
                        + ": the cell is empty, but it is what is to be predicted");
            }
            return label;
        }

        private Target classes(List<Place> train, int target) {
            TreeSet<String> names = new TreeSet<>();
            train.forEach(place -> names.add(label(place, target)));
            if (names.size() < 2) {
                throw new IllegalArgumentException("column \"" + reading.target()
                        + "\" must have at least two classes in the training rows, had " + names);
            }
            if (names.size() > MOST_WORDS) {
                throw new IllegalArgumentException("column \"" + reading.target() + "\" has " + names.size()
                        + " different values; a number is predicted by the task tabular-regression");
            }
            return new Target.Classes(List.copyOf(names));
        }

        private Target number(List<Place> train, int target) {
            double[] values = train.stream()
                    .mapToDouble(place -> targetNumber(place, target))
                    .toArray();
            double mean = mean(values);
            return new Target.Quantity(mean, deviation(values, mean));
        }

        private double targetNumber(Place place, int target) {
            double value = number(place, target);
            if (Double.isNaN(value)) {
                throw new IllegalArgumentException(place.table().where(place.row(), target)
                        + ": the cell is empty, but it is what is to be predicted");
            }
            return value;
        }

        private Part part(Map<Integer, Column> columns, Target meaning, int target, List<Place> places) {
            int width = columns.values().stream().mapToInt(Column::numbers).sum();
            float[] features = new float[Math.multiplyExact(places.size(), width)];
            List<RawInputs.Cells> cells = new ArrayList<>();
            int offset = 0;
            for (Map.Entry<Integer, Column> entry : columns.entrySet()) {
                int place = entry.getKey();
                switch (entry.getValue()) {
                    case NumberColumn number -> {
                        double[] values = new double[places.size()];
                        for (int row = 0; row < values.length; row++) {
                            values[row] = number(places.get(row), place);
                            features[row * width + offset] =
                                    finite(number.prepare(values[row]), places.get(row), place, number.mean());
                        }
                        cells.add(new RawInputs.Numbers(number.name(), values));
                    }
                    case CategoryColumn category -> {
                        List<String> words = new ArrayList<>();
                        for (int row = 0; row < places.size(); row++) {
                            String word = places.get(row).cell(place);
                            int index = java.util.Collections.binarySearch(category.values(), word);
                            if (index >= 0) {
                                features[row * width + offset + index] = 1;
                            }
                            words.add(word);
                        }
                        cells.add(new RawInputs.Words(category.name(), words));
                    }
                }
                offset += entry.getValue().numbers();
            }
            int[] labels = new int[0];
            float[] targets = new float[0];
            switch (meaning) {
                case Target.Classes classes ->
                    labels = places.stream()
                            .mapToInt(place -> classIndex(classes, place, target))
                            .toArray();
                case Target.Quantity number -> {
                    targets = new float[places.size()];
                    for (int row = 0; row < targets.length; row++) {
                        float value =
                                (float) ((targetNumber(places.get(row), target) - number.mean()) / number.deviation());
                        targets[row] = finite(value, places.get(row), target, number.mean());
                    }
                }
            }
            return new Part(new RawInputs.Columns(cells), features, labels, targets);
        }

        /** A network computes in single precision: one number beyond it, and all that is learnt is NaN. */
        private static float finite(float prepared, Place place, int column, double mean) {
            if (!Float.isFinite(prepared)) {
                throw new IllegalArgumentException(
                        place.table().where(place.row(), column) + ": \"" + place.cell(column)
                                + "\" is too far from the training rows' mean, " + mean
                                + ", to be computed with; correct the cell, or leave it empty");
            }
            return prepared;
        }

        private int classIndex(Target.Classes classes, Place place, int target) {
            String label = label(place, target);
            int index = java.util.Collections.binarySearch(classes.names(), label);
            if (index < 0) {
                throw new IllegalArgumentException(place.table().where(place.row(), target) + ": \"" + label
                        + "\" is no class of the training rows"
                        + (reading.fold().isPresent()
                                ? " of this fold: with folds a class needs two rows that are not for testing"
                                : "")
                        + "; they have " + String.join(", ", classes.names()));
            }
            return index;
        }
    }
}
