package dev.sluice.console.specification;

import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.common.SpecVersion;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlVersionException;

/**
 * Reads one YAML 1.2 document into {@link Node}s. It works on the parser's events, so that depth, size and aliases are
 * bounded before anything is built, and so that every repeated key is reported, not the first alone.
 *
 * <p>Plain scalars follow the core schema of YAML 1.2.2, section 10.3.2. Merge keys ({@code <<}, YAML 1.1) and tags
 * outside that schema are errors. One instance reads one text; not thread-safe.
 */
final class YamlTree {
    private static final Pattern INT = Pattern.compile("[-+]?[0-9]+");
    private static final Pattern OCTAL = Pattern.compile("0o[0-7]+");
    private static final Pattern HEXADECIMAL = Pattern.compile("0x[0-9a-fA-F]+");
    private static final Pattern FLOAT = Pattern.compile("[-+]?(?:\\.[0-9]+|[0-9]+(?:\\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?");
    private static final Pattern INFINITY = Pattern.compile("[-+]?\\.(?:inf|Inf|INF)");
    private static final Pattern NAN = Pattern.compile("\\.(?:nan|NaN|NAN)");
    private static final int MOST_DIGITS = 400;

    private final Problems problems;
    private final Deque<Builder> open = new ArrayDeque<>();
    private final Map<String, Node> anchors = new HashMap<>();
    private @Nullable Node root;

    private YamlTree(Problems problems) {
        this.problems = problems;
    }

    /** The document's root, or empty after a problem that leaves nothing to look at. */
    static Optional<Node> parse(String text, Problems problems) {
        YamlTree tree = new YamlTree(problems);
        try {
            return Optional.ofNullable(tree.build(text));
        } catch (MarkedYamlEngineException notYaml) {
            Mark mark = notYaml.getProblemMark().or(notYaml::getContextMark).orElse(null);
            problems.add("", at(mark), sentence(notYaml));
        } catch (ReaderException unreadable) {
            problems.add(
                    "",
                    positionOf(text, unreadable.getPosition()),
                    "the character " + Words.quoted(Character.toString(unreadable.getCodePoint()))
                            + " is not allowed in YAML; write it as an escape inside double quotes, or remove it");
        } catch (YamlVersionException other) {
            SpecVersion version = other.getSpecVersion();
            problems.add(
                    "",
                    Position.NONE,
                    "only YAML 1.2 is read, the file says " + version.getMajor() + "." + version.getMinor()
                            + "; leave '%YAML' out");
        } catch (YamlEngineException notYaml) {
            problems.add("", Position.NONE, "not valid YAML: " + notYaml.getMessage());
        }
        return Optional.empty();
    }

    private @Nullable Node build(String text) {
        LoadSettings settings = LoadSettings.builder()
                .setLabel("the file")
                .setUseMarks(true)
                .setParseComments(false)
                .setCodePointLimit(Integer.MAX_VALUE)
                .build();
        int documents = 0;
        Iterator<Event> events = new Parse(settings).parseString(text).iterator();
        while (events.hasNext()) {
            Event event = events.next();
            Position position = at(event.getStartMark().orElse(null));
            boolean goesOn = switch (event.getEventId()) {
                case DocumentStart -> {
                    if (++documents > 1) {
                        problems.add(
                                "",
                                position,
                                "a second document begins here ('---'): a sweep file holds exactly one sweep; write one file for each");
                    }
                    yield documents == 1;
                }
                case Alias -> alias((AliasEvent) event, position);
                case Scalar -> scalar((ScalarEvent) event, position);
                case MappingStart, SequenceStart -> start((CollectionStartEvent) event, position);
                case MappingEnd, SequenceEnd -> end();
                case StreamStart, StreamEnd, DocumentEnd, Comment -> true;
            };
            if (!goesOn) {
                return null;
            }
        }
        if (root == null) {
            problems.add(
                    "", new Position(1, 1), "the file is empty: a sweep file is a mapping that begins with 'name: …'");
        }
        return root;
    }

    private boolean start(CollectionStartEvent event, Position position) {
        if (open.size() >= TreeLimits.DEPTH) {
            problems.add(
                    pointer(),
                    position,
                    "nested more than " + TreeLimits.DEPTH + " levels deep: nothing in a sweep file needs that");
            return false;
        }
        boolean mapping = event instanceof MappingStartEvent;
        event.getTag().ifPresent(tag -> {
            if (!tag.equals(mapping ? "tag:yaml.org,2002:map" : "tag:yaml.org,2002:seq")) {
                unknownTag(tag, position);
            }
        });
        String anchor = event.getAnchor().map(Anchor::getValue).orElse(null);
        open.push(
                event instanceof SequenceStartEvent
                        ? new SequenceBuilder(position, anchor)
                        : new MappingBuilder(position, anchor));
        return true;
    }

    private boolean end() {
        Builder done = open.pop();
        return place(done.finish(), done.anchor());
    }

    private boolean alias(AliasEvent event, Position position) {
        String name = event.getAlias().getValue();
        Node target = anchors.get(name);
        if (target == null) {
            boolean circle = open.stream().anyMatch(builder -> name.equals(builder.anchor()));
            problems.add(
                    pointer(),
                    position,
                    circle
                            ? "*" + Words.clipped(name) + " refers to the very thing it stands in: that would never end"
                            : "*" + Words.clipped(name) + " refers to an anchor that is not defined above"
                                    + Words.suggestion(name, anchors.keySet()));
            return false;
        }
        return place(target, null);
    }

    private boolean scalar(ScalarEvent event, Position position) {
        String text = event.getValue();
        String tag = event.getTag().orElse(null);
        boolean plain = event.isPlain() && tag == null;
        Object value = plain ? resolve(text) : text;
        if (tag != null && !tag.equals("tag:yaml.org,2002:str") && !tag.equals("!")) {
            Object resolved = resolve(text);
            boolean fits = switch (tag) {
                case "tag:yaml.org,2002:int" -> resolved instanceof Long || resolved instanceof BigInteger;
                case "tag:yaml.org,2002:float" -> resolved instanceof Number;
                case "tag:yaml.org,2002:bool" -> resolved instanceof Boolean;
                case "tag:yaml.org,2002:null" -> resolved == null;
                default -> false;
            };
            if (!fits) {
                unknownTag(tag, position);
            }
            value = resolved instanceof Number number && tag.endsWith(":float")
                    ? (Object) number.doubleValue()
                    : resolved;
        }
        if (value instanceof String string) {
            TreeLimits.checkText(string, pointer(), position, problems);
        }
        return place(
                new Node.Scalar(position, value, text),
                event.getAnchor().map(Anchor::getValue).orElse(null));
    }

    private void unknownTag(String tag, Position position) {
        problems.add(
                pointer(),
                position,
                "the tag " + Words.quoted(tag.replace("tag:yaml.org,2002:", "!!"))
                        + " has no meaning here; leave it out");
    }

    /** Puts a finished node where it belongs. False: the file is too large. */
    private boolean place(Node node, @Nullable String anchor) {
        Builder parent = open.peek();
        int total = node.weight() + open.stream().mapToInt(Builder::weight).sum();
        if (total > TreeLimits.NODES) {
            problems.add(
                    pointer(),
                    node.position(),
                    "the file has more than " + TreeLimits.NODES
                            + " values, aliases counted as often as they are used; a sweep file that large is surely not meant");
            return false;
        }
        if (anchor != null) {
            anchors.put(anchor, node);
        }
        if (parent == null) {
            root = node;
            return true;
        }
        return parent.accept(node);
    }

    /** The pointer to what is being read now. */
    private String pointer() {
        StringBuilder pointer = new StringBuilder();
        open.descendingIterator().forEachRemaining(builder -> pointer.append(builder.step()));
        return pointer.toString();
    }

    /** Core schema resolution of a plain scalar. */
    private static @Nullable Object resolve(String text) {
        switch (text) {
            case "", "~", "null", "Null", "NULL" -> {
                return null;
            }
            case "true", "True", "TRUE" -> {
                return true;
            }
            case "false", "False", "FALSE" -> {
                return false;
            }
            default -> {
                // A number or text: below.
            }
        }
        char first = text.charAt(0);
        boolean mayBeNumber = (first >= '0' && first <= '9') || first == '-' || first == '+' || first == '.';
        if (!mayBeNumber || text.length() > MOST_DIGITS) {
            return text;
        }
        if (INT.matcher(text).matches()) {
            return whole(new BigInteger(text));
        }
        if (OCTAL.matcher(text).matches()) {
            return whole(new BigInteger(text.substring(2), 8));
        }
        if (HEXADECIMAL.matcher(text).matches()) {
            return whole(new BigInteger(text.substring(2), 16));
        }
        if (FLOAT.matcher(text).matches()) {
            return Double.valueOf(text);
        }
        if (INFINITY.matcher(text).matches()) {
            return first == '-' ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        return NAN.matcher(text).matches() ? (Object) Double.NaN : text;
    }

    static Object whole(BigInteger number) {
        return number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
    }

    private static Position at(@Nullable Mark mark) {
        return mark == null ? Position.NONE : new Position(mark.getLine() + 1, mark.getColumn() + 1);
    }

    /** Line and column of a place counted in code points. */
    private static Position positionOf(String text, int codePointIndex) {
        int line = 1;
        int column = 1;
        int index = 0;
        for (int count = 0; count < codePointIndex && index < text.length(); count++) {
            int codePoint = text.codePointAt(index);
            index += Character.charCount(codePoint);
            if (codePoint == '\n') {
                line++;
                column = 1;
            } else {
                column++;
            }
        }
        return new Position(line, column);
    }

    /** The parser's complaint in a user's words. */
    private static String sentence(MarkedYamlEngineException notYaml) {
        String problem = notYaml.getProblem() == null ? "" : notYaml.getProblem();
        if (problem.contains("TAB")) {
            return "not valid YAML: a tab stands where only spaces may; indent with spaces";
        }
        if (problem.contains("mapping values are not allowed")) {
            return "not valid YAML: this ':' begins a value where none may stand; is the line indented wrongly, or a text with ': ' in it not in quotes?";
        }
        if (problem.contains("expected <block end>")) {
            return "not valid YAML: this does not line up with what stands above it; check the indentation, and that every '[', '{' and quote is closed";
        }
        if (problem.contains("could not find expected ':'")) {
            return "not valid YAML: the line before this has no ':' after its key; write 'key: value'";
        }
        if (problem.contains("expected ',' or ']'")) {
            return "not valid YAML: a '[' is not closed; a ',' or a ']' is missing here or before";
        }
        if (problem.contains("expected ',' or '}'")) {
            return "not valid YAML: a '{' is not closed; a ',' or a '}' is missing here or before";
        }
        if (problem.contains("unexpected end of stream")) {
            return "not valid YAML: the file ends inside a quoted text; is a closing quote missing?";
        }
        if (problem.contains("that cannot start any token")) {
            return "not valid YAML: a text cannot begin with this character; put it in quotes";
        }
        if (problem.contains("expected the node content")) {
            return "not valid YAML: a value is missing here; is a '[' or '{' not closed, or a ',' too many?";
        }
        if (problem.contains("expected '<document start>'")) {
            return "not valid YAML: this does not belong to what stands above it; is a quote, a ':' or an indentation wrong?";
        }
        return "not valid YAML: " + Words.clippedTo(problem, 200);
    }

    /** A collection that is being read. */
    private sealed interface Builder {
        @Nullable
        String anchor();

        /** The nodes it holds so far, itself counted. */
        int weight();

        /** The step of a pointer from it to what is read now. */
        String step();

        /** Takes the next node. False: it was of no use, and nothing after it would be. */
        boolean accept(Node node);

        Node finish();
    }

    private static final class SequenceBuilder implements Builder {
        private final Position position;
        private final @Nullable String anchor;
        private final List<Node> items = new ArrayList<>();
        private int weight = 1;

        SequenceBuilder(Position position, @Nullable String anchor) {
            this.position = position;
            this.anchor = anchor;
        }

        @Override
        public @Nullable String anchor() {
            return anchor;
        }

        @Override
        public int weight() {
            return weight;
        }

        @Override
        public String step() {
            return "/" + items.size();
        }

        @Override
        public boolean accept(Node node) {
            items.add(node);
            weight += node.weight();
            return true;
        }

        @Override
        public Node finish() {
            return new Node.Sequence(position, List.copyOf(items), weight);
        }
    }

    private final class MappingBuilder implements Builder {
        private final Position position;
        private final @Nullable String anchor;
        private final Map<String, Node.Entry> entries = new LinkedHashMap<>();
        private Node.@Nullable Scalar key;
        private int weight = 1;

        MappingBuilder(Position position, @Nullable String anchor) {
            this.position = position;
            this.anchor = anchor;
        }

        @Override
        public @Nullable String anchor() {
            return anchor;
        }

        @Override
        public int weight() {
            return weight;
        }

        @Override
        public String step() {
            return key == null ? "" : Pointers.child("", key.text());
        }

        @Override
        public boolean accept(Node node) {
            weight += node.weight();
            Node.Scalar current = key;
            if (current != null) {
                key = null;
                Node.Entry before = entries.get(current.text());
                if (before == null) {
                    entries.put(current.text(), new Node.Entry(current.position(), node));
                } else {
                    TreeLimits.repeatedKey(
                            current.text(), before.keyPosition(), pointer(), current.position(), problems);
                }
                return true;
            }
            if (!(node instanceof Node.Scalar scalar) || scalar.value() == null) {
                problems.add(
                        pointer(),
                        node.position(),
                        "a key must be a plain word, this one is " + node.inWords()
                                + "; is a value with '{' or '[' in it not in quotes?");
                return false;
            }
            if (scalar.text().equals("<<")) {
                problems.add(
                        pointer(),
                        scalar.position(),
                        "'<<' merges mappings in YAML 1.1 only; this is YAML 1.2: write the keys out");
                return false;
            }
            key = scalar;
            return true;
        }

        @Override
        public Node finish() {
            return new Node.Mapping(position, Collections.unmodifiableMap(entries), weight);
        }
    }
}
