package dev.sluice.trainer.data;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a raw input becomes the row of numbers that a network sees: fitted to the training rows alone, and part of the
 * exported graph.
 */
public sealed interface Preparation {
    /** Numbers in a row that the network sees. */
    int numbers();

    /** Rows of numbers as they are. */
    record AsIs(int numbers) implements Preparation {}

    /**
     * Images of bytes, row by row and in a row pixel by pixel, as images are in memory elsewhere: {@code [height, width]}, or
     * {@code [height, width, channels]} if there are several channels. The network sees them channel by channel.
     *
     * @param channels 1: brightness; 3: red, green, blue
     */
    record Pixels(int height, int width, int channels) implements Preparation {
        @Override
        public int numbers() {
            return height * width * channels;
        }
    }

    /** A row of a table: what each column becomes, one after the other. */
    record Columns(List<Column> columns) implements Preparation {
        /** Copies the list. */
        public Columns {
            columns = List.copyOf(columns);
            if (columns.isEmpty()) {
                throw new IllegalArgumentException("a table needs a column to learn from");
            }
        }

        @Override
        public int numbers() {
            return columns.stream().mapToInt(Column::numbers).sum();
        }
    }

    /** A column of a table. */
    sealed interface Column {
        /** As the table's header has it. */
        String name();

        /** How many numbers it becomes. */
        int numbers();

        /** What it was fitted to, as a JSON tree. */
        Map<String, Object> toTree();
    }

    /**
     * A number {@code x} that becomes {@code (x - mean) / deviation}, in double precision and then rounded to single.
     *
     * @param fill what a missing one is taken for: the median of the training rows
     */
    record NumberColumn(String name, double fill, double mean, double deviation) implements Column {
        @Override
        public int numbers() {
            return 1;
        }

        /** What it becomes; NaN: it is missing. */
        float prepare(double value) {
            return (float) (((Double.isNaN(value) ? fill : value) - mean) / deviation);
        }

        @Override
        public Map<String, Object> toTree() {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("name", name);
            tree.put("type", "number");
            tree.put("fill", fill);
            tree.put("mean", mean);
            tree.put("deviation", deviation);
            return tree;
        }
    }

    /**
     * A word that becomes a one at its place and zeros elsewhere; a word that the training rows do not have, zeros alone. An
     * empty one, where a cell is missing, is a word as others are.
     *
     * @param values the words of the training rows, in order; not empty
     */
    record CategoryColumn(String name, List<String> values) implements Column {
        /** Copies the words. */
        public CategoryColumn {
            values = List.copyOf(values);
        }

        @Override
        public int numbers() {
            return values.size();
        }

        @Override
        public Map<String, Object> toTree() {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("name", name);
            tree.put("type", "category");
            tree.put("values", values);
            return tree;
        }
    }
}
