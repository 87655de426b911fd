package dev.sluice.trainer.data;

import java.util.Arrays;
import java.util.List;

/** Inputs as a user has them, before any {@link Preparation}. The arrays are not copied: leave them alone. */
@SuppressWarnings("ArrayRecordComponent") // data sets: shared, never compared
public sealed interface RawInputs {
    /** How many there are. */
    int rows();

    /** Some of them, by their places. */
    RawInputs some(int[] places);

    /**
     * Rows of numbers.
     *
     * @param values {@code [rows * width]}
     * @param width numbers in a row, >= 1
     */
    record Reals(float[] values, int width) implements RawInputs {
        @Override
        public int rows() {
            return values.length / width;
        }

        @Override
        public Reals some(int[] places) {
            float[] chosen = new float[places.length * width];
            for (int row = 0; row < places.length; row++) {
                System.arraycopy(values, places[row] * width, chosen, row * width, width);
            }
            return new Reals(chosen, width);
        }
    }

    /**
     * Images as {@link Preparation.Pixels} describes them.
     *
     * @param values unsigned bytes, {@code [rows * height * width * channels]}
     */
    record Pixels(byte[] values, Preparation.Pixels shape) implements RawInputs {
        @Override
        public int rows() {
            return values.length / shape.numbers();
        }

        @Override
        public Pixels some(int[] places) {
            int size = shape.numbers();
            byte[] chosen = new byte[places.length * size];
            for (int row = 0; row < places.length; row++) {
                System.arraycopy(values, places[row] * size, chosen, row * size, size);
            }
            return new Pixels(chosen, shape);
        }
    }

    /** Cells of a table, column by column, each of as many rows. */
    record Columns(List<Cells> columns) implements RawInputs {
        /** Copies the list. */
        public Columns {
            columns = List.copyOf(columns);
        }

        @Override
        public int rows() {
            return columns.getFirst().rows();
        }

        @Override
        public Columns some(int[] places) {
            return new Columns(
                    columns.stream().map(column -> column.some(places)).toList());
        }
    }

    /** A column's cells. */
    sealed interface Cells {
        /** As the table's header has it. */
        String name();

        /** How many there are. */
        int rows();

        /** Some of them, by their places. */
        Cells some(int[] places);
    }

    /** Numbers; NaN: missing. */
    record Numbers(String name, double[] values) implements Cells {
        @Override
        public int rows() {
            return values.length;
        }

        @Override
        public Numbers some(int[] places) {
            return new Numbers(
                    name,
                    Arrays.stream(places).mapToDouble(place -> values[place]).toArray());
        }
    }

    /** Words; empty: missing. */
    record Words(String name, List<String> values) implements Cells {
        /** Copies the words. */
        public Words {
            values = List.copyOf(values);
        }

        @Override
        public int rows() {
            return values.size();
        }

        @Override
        public Words some(int[] places) {
            return new Words(name, Arrays.stream(places).mapToObj(values::get).toList());
        }
    }
}
