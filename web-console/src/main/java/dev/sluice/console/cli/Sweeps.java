package dev.sluice.console.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Finds what a user means by SWEEP (an id, a unique prefix of one, the newest of that name, or {@code latest}) and by TRIAL
 * (an id, or SWEEP/NUMBER), and reads the service's paged lists whole.
 */
final class Sweeps {
    private static final int PAGE = 500;
    private static final Pattern ID =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    private final ServiceClient client;

    Sweeps(ServiceClient client) {
        this.client = client;
    }

    /** The sweep as the service shows it ({@code GET /sweeps/{id}}). */
    JsonNode find(String reference) {
        if (ID.matcher(reference).matches()) {
            return client.find("/sweeps/" + reference)
                    .orElseThrow(() -> CommandFailure.failed("there is no sweep with the id " + reference));
        }
        return client.get("/sweeps/" + id(reference));
    }

    /** The sweep's id. */
    String id(String reference) {
        if (ID.matcher(reference).matches()) {
            return reference;
        }
        if (reference.equals("latest")) {
            JsonNode items = items("/sweeps?limit=1", client.get("/sweeps?limit=1"));
            if (items.isEmpty()) {
                throw CommandFailure.failed("there is no sweep yet: start one with ./sluice run FILE");
            }
            return text(items.get(0), "id");
        }
        List<JsonNode> prefixed = new ArrayList<>();
        List<JsonNode> named = new ArrayList<>();
        each("/sweeps", sweep -> {
            if (text(sweep, "id").startsWith(reference.toLowerCase(java.util.Locale.ROOT))) {
                prefixed.add(sweep);
            }
            if (sweep.path("name").asText().equals(reference)) {
                named.add(sweep);
            }
            return true;
        });
        if (prefixed.size() == 1) {
            return text(prefixed.get(0), "id");
        }
        if (!named.isEmpty()) {
            return text(named.get(0), "id"); // newest first
        }
        if (!prefixed.isEmpty()) {
            throw CommandFailure.of(
                    CommandFailure.FAILED,
                    "'%s' begins the ids of %d sweeps; give more of it".formatted(reference, prefixed.size()),
                    prefixed.stream()
                            .limit(10)
                            .map(sweep ->
                                    text(sweep, "id") + " " + sweep.path("name").asText())
                            .toList());
        }
        throw CommandFailure.failed("no sweep has the id, the start of an id or the name '%s'; ./sluice list shows them"
                .formatted(reference));
    }

    /** The trial's id. */
    String trialId(String reference) {
        if (ID.matcher(reference).matches()) {
            return reference;
        }
        int slash = reference.lastIndexOf('/');
        if (slash <= 0 || !reference.substring(slash + 1).matches("[0-9]{1,9}")) {
            throw CommandFailure.wrongUsage(
                    "TRIAL must be an id or SWEEP/NUMBER such as latest/3, was '%s'".formatted(reference));
        }
        return trialId(id(reference.substring(0, slash)), Integer.parseInt(reference.substring(slash + 1)));
    }

    String trialId(String sweepId, int number) {
        List<JsonNode> found = new ArrayList<>(1);
        each("/sweeps/" + sweepId + "/trials", trial -> {
            if (trial.path("number").asInt(-1) == number) {
                found.add(trial);
            }
            return trial.path("number").asInt(-1) < number;
        });
        if (found.isEmpty()) {
            throw CommandFailure.failed("sweep %s has no trial %d".formatted(sweepId, number));
        }
        return text(found.get(0), "id");
    }

    /** All trials by number, shaped as the service shapes a list. */
    ObjectNode trials(String sweepId, Optional<String> state) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        String query =
                state.map(value -> "?state=" + ServiceClient.encode(value)).orElse("");
        each("/sweeps/" + sweepId + "/trials" + query, trial -> {
            all.add(trial);
            return true;
        });
        return list(all);
    }

    /** The newest sweeps, shaped as the service shapes a list. */
    ObjectNode sweeps(String query, int limit) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        each("/sweeps" + query, Math.min(limit, PAGE), sweep -> {
            all.add(sweep);
            return all.size() < limit;
        });
        return list(all);
    }

    private static ObjectNode list(ArrayNode items) {
        ObjectNode list = JsonNodeFactory.instance.objectNode();
        list.set("items", items);
        list.putNull("nextCursor");
        return list;
    }

    private void each(String path, Predicate<JsonNode> wantsMore) {
        each(path, PAGE, wantsMore);
    }

    /** Walks a list page by page until it ends or {@code wantsMore} says no. */
    private void each(String path, int pageSize, Predicate<JsonNode> wantsMore) {
        String cursor = "";
        while (true) {
            String page = path + (path.contains("?") ? "&" : "?") + "limit=" + pageSize
                    + (cursor.isEmpty() ? "" : "&cursor=" + ServiceClient.encode(cursor));
            JsonNode answer = client.get(page);
            for (JsonNode item : items(page, answer)) {
                if (!wantsMore.test(item)) {
                    return;
                }
            }
            String next = answer.path("nextCursor").asText("");
            if (next.isEmpty() || next.equals("null") || next.equals(cursor)) {
                return;
            }
            cursor = next;
        }
    }

    private JsonNode items(String path, JsonNode answer) {
        JsonNode items = answer.path("items");
        if (!items.isArray()) {
            throw CommandFailure.failed("%s answered GET %s without a list of items: is this a Sluice service?"
                    .formatted(client.base(), ServiceClient.API + path));
        }
        return items;
    }

    /** A text that every answer of this kind carries. */
    static String text(JsonNode node, String field) {
        String text = node.path(field).asText("");
        if (text.isEmpty()) {
            throw CommandFailure.failed("the service's answer lacks '%s': %s".formatted(field, shortened(node)));
        }
        return text;
    }

    private static String shortened(JsonNode node) {
        String text = node.toString();
        return text.length() > 200 ? text.substring(0, 200) + "…" : text;
    }
}
