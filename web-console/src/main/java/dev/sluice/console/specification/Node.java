package dev.sluice.console.specification;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A piece of a sweep file that remembers where it stood. Immutable. */
sealed interface Node {

    /** Where it begins in the text. */
    Position position();

    /** How many nodes it is, itself counted, with each alias counted as often as it is used. */
    int weight();

    /** What it is, in a user's words: {@code a mapping}, {@code a list}, {@code the text 'on'}. */
    String inWords();

    /** Keys with values, in the order of the text; no key twice. */
    record Mapping(Position position, Map<String, Entry> entries, int weight) implements Node {
        @Override
        public String inWords() {
            return "a mapping";
        }
    }

    /** A value and where its key stood. */
    record Entry(Position keyPosition, Node value) {}

    /** A list. */
    record Sequence(Position position, List<Node> items, int weight) implements Node {
        @Override
        public String inWords() {
            return "a list";
        }
    }

    /**
     * A single value.
     *
     * @param value a {@code String}, {@code Boolean}, {@code Long}, {@code BigInteger} (beyond a long), {@code Double}
     *              (also NaN and the infinities) or null
     * @param text  as written
     */
    record Scalar(Position position, @Nullable Object value, String text) implements Node {
        @Override
        public int weight() {
            return 1;
        }

        @Override
        public String inWords() {
            if (value == null) {
                return "nothing";
            }
            if (value instanceof String string) {
                return "the text " + Words.quoted(string);
            }
            return Words.clipped(text);
        }
    }
}
