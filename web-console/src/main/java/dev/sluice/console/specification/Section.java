package dev.sluice.console.specification;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One mapping of a sweep file while its fields are read. A field that is absent and one that is wrong both read as empty;
 * the wrong one is among the problems then. Not thread-safe.
 */
final class Section {
    /** Whole numbers are exact in every reader of JSON up to this magnitude. */
    static final long LARGEST_EXACT = 1L << 53;

    private final String pointer;
    private final String what;
    private final Node.Mapping mapping;
    private final Problems problems;
    /** Keys that are likely meant by others that are not known. */
    private final Set<String> misspelt = new HashSet<>();

    /** @param what how messages call it: {@code parameter 'lr'}; empty for the file itself */
    Section(String pointer, String what, Node.Mapping mapping, Problems problems) {
        this.pointer = pointer;
        this.what = what;
        this.mapping = mapping;
        this.problems = problems;
    }

    /** The node as a section, or empty and a problem that shows {@code example}. */
    static Optional<Section> of(Node node, String pointer, String what, String example, Problems problems) {
        if (node instanceof Node.Mapping mapping) {
            return Optional.of(new Section(pointer, what, mapping, problems));
        }
        problems.add(
                pointer, node.position(), what + " must be a mapping such as " + example + ", was " + node.inWords());
        return Optional.empty();
    }

    String pointer() {
        return pointer;
    }

    Node.Mapping mapping() {
        return mapping;
    }

    String what() {
        return what;
    }

    Position position() {
        return mapping.position();
    }

    Map<String, Node.Entry> entries() {
        return mapping.entries();
    }

    boolean has(String key) {
        return mapping.entries().containsKey(key);
    }

    @Nullable
    Node node(String key) {
        Node.Entry entry = mapping.entries().get(key);
        return entry == null ? null : entry.value();
    }

    String pointer(String key) {
        return Pointers.child(pointer, key);
    }

    /** How messages call a field: {@code 'min' of parameter 'lr'}. */
    String field(String key) {
        return Words.quoted(key) + (what.isEmpty() ? "" : " of " + what);
    }

    /** A problem with the value of a field, or with the section where the field is absent. */
    void problem(String key, String detail) {
        Node node = node(key);
        problems.add(pointer(key), node == null ? mapping.position() : node.position(), detail);
    }

    /** A problem with a key itself. */
    void keyProblem(String key, String detail) {
        Node.Entry entry = mapping.entries().get(key);
        problems.add(pointer(key), entry == null ? mapping.position() : entry.keyPosition(), detail);
    }

    /** A problem with the section as a whole. */
    void problem(String detail) {
        problems.add(pointer, mapping.position(), detail);
    }

    /** Whether the field is there, or one that {@link #allow} took for it. */
    boolean isMeant(String key) {
        return has(key) || misspelt.contains(key);
    }

    /** Each key that is not known is a problem, with the key that was most likely meant. */
    void allow(Collection<String> known, Map<String, String> synonyms, String others) {
        mapping.entries().forEach((key, entry) -> {
            if (!known.contains(key) && problems.isFull()) {
                problems.add(pointer(key), entry.keyPosition(), "unknown key");
            } else if (!known.contains(key)) {
                var nearest = Words.nearest(key, known, synonyms);
                nearest.ifPresent(misspelt::add);
                String meant = nearest.map(name -> "; did you mean " + Words.quoted(name) + "?")
                        .orElse("; " + others + " are " + Words.allOf(known));
                problems.add(
                        pointer(key),
                        entry.keyPosition(),
                        (what.isEmpty() ? "a sweep" : what) + " has no key " + Words.quoted(key) + meant);
            }
        });
    }

    void allow(Collection<String> known, Map<String, String> synonyms) {
        allow(known, synonyms, "its keys");
    }

    void allow(Collection<String> known) {
        allow(known, Map.of());
    }

    /** Says that a field must be given, unless it was under a name that is near: then it was already said which is meant. */
    void require(String key, String meaning) {
        if (!isMeant(key)) {
            problems.add(pointer(key), mapping.position(), field(key) + " is missing: " + meaning);
        }
    }

    Optional<Section> section(String key, String example) {
        Node node = node(key);
        return node == null ? Optional.empty() : of(node, pointer(key), "'" + key + "'", example, problems);
    }

    Optional<String> text(String key, String meaning) {
        Node node = node(key);
        if (node == null) {
            return Optional.empty();
        }
        if (node instanceof Node.Scalar scalar && scalar.value() instanceof String text) {
            return Optional.of(text);
        }
        boolean quotable = node instanceof Node.Scalar scalar && scalar.value() != null;
        problem(
                key,
                field(key) + " must be text (" + meaning + "), was " + node.inWords()
                        + (quotable ? "; put it in quotes if that is what you mean" : ""));
        return Optional.empty();
    }

    /** Text with something in it, on one line and not longer than the limit. */
    Optional<String> line(String key, int longest, String meaning) {
        return text(key, meaning).filter(text -> {
            if (text.isBlank()) {
                problem(key, field(key) + " must not be empty: " + meaning);
                return false;
            }
            if (text.length() > longest || text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0) {
                problem(
                        key,
                        field(key) + " must be one line of at most " + longest + " characters, was "
                                + Words.quoted(text) + " (" + text.length() + " characters)");
                return false;
            }
            return true;
        });
    }

    /** One word of a closed set. */
    Optional<String> word(String key, Collection<String> allowed, Map<String, String> synonyms) {
        return text(key, Words.anyOf(allowed)).filter(text -> {
            if (allowed.contains(text)) {
                return true;
            }
            problem(
                    key,
                    field(key) + " must be " + Words.anyOf(allowed) + ", was " + Words.quoted(text)
                            + Words.nearest(text, allowed, synonyms)
                                    .map(name -> "; did you mean " + Words.quoted(name) + "?")
                                    .orElse(""));
            return false;
        });
    }

    Optional<Boolean> flag(String key) {
        Node node = node(key);
        if (node == null) {
            return Optional.empty();
        }
        if (node instanceof Node.Scalar scalar && scalar.value() instanceof Boolean flag) {
            return Optional.of(flag);
        }
        problem(
                key,
                field(key) + " must be true or false, was " + node.inWords()
                        + " (in YAML 1.2 words such as yes, no, on and off are text)");
        return Optional.empty();
    }

    /** A finite number; whole ones are exact. */
    OptionalDouble number(String key, String meaning) {
        Node node = node(key);
        if (node == null) {
            return OptionalDouble.empty();
        }
        OptionalDouble number = finite(node);
        if (number.isEmpty()) {
            problem(key, field(key) + " must be a number (" + meaning + "), was " + node.inWords());
        }
        return number;
    }

    /** A number within closed bounds. */
    OptionalDouble number(String key, double least, double most, String meaning) {
        OptionalDouble number = number(key, meaning);
        if (number.isPresent() && !(number.getAsDouble() >= least && number.getAsDouble() <= most)) {
            problem(
                    key,
                    field(key) + " must be a number " + bounds(NumberText.of(least), NumberText.of(most), least, most)
                            + " (" + meaning + "), was " + shown(key));
            return OptionalDouble.empty();
        }
        return number;
    }

    /** A whole number within closed bounds; {@code 3.0} counts as whole. */
    OptionalLong whole(String key, long least, long most, String meaning) {
        Node node = node(key);
        if (node == null) {
            return OptionalLong.empty();
        }
        OptionalLong number = whole(node);
        if (number.isEmpty() || number.getAsLong() < least || number.getAsLong() > most) {
            problem(
                    key,
                    field(key) + " must be a whole number "
                            + bounds(Long.toString(least), Long.toString(most), (double) least, (double) most) + " ("
                            + meaning
                            + "), was " + node.inWords());
            return OptionalLong.empty();
        }
        return number;
    }

    OptionalInt count(String key, int least, String meaning) {
        OptionalLong number = whole(key, least, Integer.MAX_VALUE, meaning);
        return number.isPresent() ? OptionalInt.of((int) number.getAsLong()) : OptionalInt.empty();
    }

    Optional<Duration> duration(String key, boolean zeroAllowed) {
        Node node = node(key);
        if (node == null) {
            return Optional.empty();
        }
        Object value = node instanceof Node.Scalar scalar ? scalar.value() : null;
        Optional<Duration> duration = value instanceof String text ? DurationText.parse(text) : Optional.empty();
        if (duration.isEmpty()) {
            String hint = value instanceof Number
                    ? "; which unit is meant: " + Words.quoted(shown(key) + "s") + " or "
                            + Words.quoted(shown(key) + "m") + "?"
                    : "";
            problem(
                    key,
                    field(key) + " must be a duration such as 500ms, 5s, 30m, 1h30m or 2d, was " + node.inWords()
                            + hint);
        } else if (duration.get().isZero() && !zeroAllowed) {
            problem(key, field(key) + " must be longer than zero; leave it out for no limit");
            return Optional.empty();
        }
        return duration;
    }

    OptionalLong sizeBytes(String key) {
        Node node = node(key);
        if (node == null) {
            return OptionalLong.empty();
        }
        Object value = node instanceof Node.Scalar scalar ? scalar.value() : null;
        OptionalLong size = value instanceof String text ? SizeText.parse(text) : OptionalLong.empty();
        if (size.isEmpty() || size.getAsLong() == 0) {
            problem(
                    key,
                    field(key) + " must be an amount of memory such as 512MiB, 2GiB or 1.5GB, was " + node.inWords());
            return OptionalLong.empty();
        }
        return size;
    }

    /** The items of a list, each with its pointer. */
    List<Item> items(String key, String example) {
        Node node = node(key);
        if (node == null) {
            return List.of();
        }
        if (!(node instanceof Node.Sequence sequence)) {
            problem(key, field(key) + " must be a list such as " + example + ", was " + node.inWords());
            return List.of();
        }
        List<Item> items = new ArrayList<>();
        for (Node item : sequence.items()) {
            items.add(new Item(Pointers.child(pointer(key), items.size()), item));
        }
        return items;
    }

    /** The texts of a list. Items that are no text are problems and left out. */
    List<Item> texts(String key, String example) {
        List<Item> texts = new ArrayList<>();
        for (Item item : items(key, example)) {
            if (item.node() instanceof Node.Scalar scalar && scalar.value() instanceof String) {
                texts.add(item);
            } else {
                boolean quotable = item.node() instanceof Node.Scalar scalar && scalar.value() != null;
                problems.add(
                        item.pointer(),
                        item.node().position(),
                        "each item of " + field(key) + " must be text, as in " + example + "; this one was "
                                + item.node().inWords() + (quotable ? "; put it in quotes" : ""));
            }
        }
        return texts;
    }

    /** Names with texts: labels, tags, environment variables. */
    Map<String, String> textMap(String key, String example) {
        Map<String, String> texts = new LinkedHashMap<>();
        section(key, example)
                .ifPresent(section -> section.entries()
                        .keySet()
                        .forEach(name ->
                                section.text(name, "as in " + example).ifPresent(text -> texts.put(name, text))));
        return texts;
    }

    /** The value of a field as it was written. */
    String shown(String key) {
        return node(key) instanceof Node.Scalar scalar ? Words.clipped(scalar.text()) : "";
    }

    Problems problems() {
        return problems;
    }

    /** A node as a finite number. */
    static OptionalDouble finite(Node node) {
        if (node instanceof Node.Scalar scalar && scalar.value() instanceof Number number) {
            double value = number.doubleValue();
            return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
        }
        return OptionalDouble.empty();
    }

    /** A node as a whole number within ±2^53; a float that is whole counts. */
    static OptionalLong whole(Node node) {
        if (!(node instanceof Node.Scalar scalar)) {
            return OptionalLong.empty();
        }
        Object value = scalar.value();
        if (value instanceof Long number && number >= -LARGEST_EXACT && number <= LARGEST_EXACT) {
            return OptionalLong.of(number);
        }
        if (value instanceof Double number && Math.rint(number) == number && Math.abs(number) <= LARGEST_EXACT) {
            return OptionalLong.of(number.longValue());
        }
        return OptionalLong.empty();
    }

    /** True for whole numbers that are too large to be exact everywhere. */
    static boolean beyondExact(Node node) {
        return node instanceof Node.Scalar scalar
                && (scalar.value() instanceof BigInteger
                        || (scalar.value() instanceof Long number
                                && (number > LARGEST_EXACT || number < -LARGEST_EXACT)));
    }

    private static String bounds(String least, String most, double lowest, double highest) {
        if (highest >= Integer.MAX_VALUE && lowest > -LARGEST_EXACT) {
            return "of at least " + least;
        }
        return "from " + least + " to " + most;
    }

    /** A list's item and its place. */
    record Item(String pointer, Node node) {
        /** The item's text; only for items that {@link #texts} gave. */
        String text() {
            return node instanceof Node.Scalar scalar ? scalar.text() : "";
        }
    }
}
