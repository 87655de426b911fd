package dev.sluice.console.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * The text of a sweep file with further tags below {@code tracking.tags}. All else stays as it is written; JSON is taken
 * as the YAML that it is.
 */
final class TaggedText {
    private static final List<String> PATH = List.of("tracking", "tags");

    private TaggedText() {}

    /**
     * The text with those tags that it does not set itself.
     *
     * @return empty if there is nothing to add, or no place for it: the text is no mapping, or uses an anchor there
     */
    static Optional<String> of(String text, Map<String, String> tags) {
        if (tags.isEmpty() || text.startsWith("\uFEFF")) {
            return Optional.empty();
        }
        try {
            return place(text).flatMap(place -> place.insert(text, tags));
        } catch (YamlEngineException notYaml) {
            return Optional.empty(); // the service says what is wrong with it
        }
    }

    /**
     * The innermost mapping on the path that is there.
     *
     * @param depth how many names of the path lead to it
     * @param names what it holds
     */
    private record Place(MappingStartEvent start, int depth, Set<String> names) {
        Optional<String> insert(String text, Map<String, String> tags) {
            Mark mark = start.getStartMark().orElse(null);
            Map<String, String> missing = new LinkedHashMap<>(tags);
            if (depth == PATH.size()) {
                missing.keySet().removeAll(names);
            }
            if (mark == null || missing.isEmpty()) {
                return Optional.empty();
            }
            ObjectNode added = new ObjectMapper().createObjectNode();
            missing.forEach(added::put);
            for (int i = PATH.size() - 1; i >= depth; i--) {
                ObjectNode outer = new ObjectMapper().createObjectNode();
                outer.set(PATH.get(i), added);
                added = outer;
            }
            String braced = added.toString();
            String entries = braced.substring(1, braced.length() - 1);
            int at = text.offsetByCodePoints(0, mark.getIndex());
            if (start.isFlow()) {
                return Optional.of(
                        text.substring(0, at + 1) + entries + (names.isEmpty() ? "" : ", ") + text.substring(at + 1));
            }
            String line = "\n" + " ".repeat(mark.getColumn());
            StringBuilder block = new StringBuilder();
            added.properties()
                    .forEach(entry -> block.append('"')
                            .append(entry.getKey())
                            .append("\": ")
                            .append(entry.getValue())
                            .append(line));
            return Optional.of(text.substring(0, at) + block + text.substring(at));
        }
    }

    private static Optional<Place> place(String text) {
        Iterator<Event> events =
                new Parse(LoadSettings.builder().build()).parseString(text).iterator();
        Place innermost = null;
        int documents = 0;
        boolean awaitsValue = false;
        int open = 0;
        // Of the mapping at this depth the names are read; deeper things are passed over.
        boolean isKey = true;
        boolean onPath = true;
        while (events.hasNext()) {
            Event event = events.next();
            switch (event.getEventId()) {
                case DocumentStart -> {
                    if (++documents > 1) {
                        return Optional.empty();
                    }
                }
                case MappingStart, SequenceStart -> {
                    boolean here = onPath && open == (innermost == null ? 0 : innermost.depth() + 1);
                    boolean wanted = here && (innermost == null || awaitsValue);
                    if (wanted) {
                        if (!(event instanceof MappingStartEvent start)
                                || start.getAnchor().isPresent()
                                || start.getTag().isPresent()) {
                            return Optional.empty();
                        }
                        innermost = new Place(start, innermost == null ? 0 : innermost.depth() + 1, new HashSet<>());
                        isKey = true;
                        awaitsValue = false;
                    } else if (here && isKey) {
                        return Optional.empty(); // a key that is no text
                    }
                    open++;
                }
                case MappingEnd, SequenceEnd -> {
                    open--;
                    if (innermost != null && open == innermost.depth()) {
                        // The innermost is over: what follows belongs to mappings around it.
                        onPath = false;
                    } else if (innermost != null && onPath && open == innermost.depth() + 1) {
                        isKey = true;
                    }
                }
                case Scalar, Alias -> {
                    if (innermost != null && onPath && open == innermost.depth() + 1) {
                        if (awaitsValue || (isKey && event instanceof AliasEvent)) {
                            return Optional.empty();
                        }
                        if (isKey) {
                            String name = name(event);
                            innermost.names().add(name);
                            awaitsValue = innermost.depth() < PATH.size() && name.equals(PATH.get(innermost.depth()));
                        }
                        isKey = !isKey;
                    }
                }
                default -> {}
            }
        }
        return Optional.ofNullable(innermost);
    }

    private static String name(Event event) {
        return event instanceof ScalarEvent scalar ? scalar.getValue() : "";
    }
}
