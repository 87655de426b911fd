package dev.sluice.trainer.data;

import java.util.List;

/** What a network's outputs mean. */
public sealed interface Target {
    /**
     * One logit for each class.
     *
     * @param names of the classes, in the order of the outputs; at least two
     */
    record Classes(List<String> names) implements Target {
        /** Copies the names. */
        public Classes {
            names = List.copyOf(names);
            if (names.size() < 2) {
                throw new IllegalArgumentException("a classification has at least two classes, was " + names);
            }
        }

        /** Classes that are called by their numbers, from 0. */
        public static Classes numbered(int count) {
            return new Classes(java.util.stream.IntStream.range(0, count)
                    .mapToObj(Integer::toString)
                    .toList());
        }
    }

    /**
     * One number, learnt as {@code (value - mean) / deviation}.
     *
     * @param mean of the training rows
     * @param deviation of the training rows, > 0
     */
    record Quantity(double mean, double deviation) implements Target {
        /** Checks the range. */
        public Quantity {
            if (!(deviation > 0)) {
                throw new IllegalArgumentException("deviation must be > 0, was " + deviation);
            }
        }

        /** What an output of the network means. */
        public double value(double output) {
            return output * deviation + mean;
        }
    }
}
