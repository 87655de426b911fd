package dev.sluice.console.cli;

import com.fasterxml.jackson.databind.JsonNode;

/** How many trials of a sweep are in which state. */
record Counts(
        long queued,
        long running,
        long complete,
        long pruned,
        long infeasible,
        long failed,
        long cancelled,
        long imported) {

    static Counts of(JsonNode sweep) {
        JsonNode counts = sweep.path("counts");
        return new Counts(
                counts.path("queued").asLong(),
                counts.path("running").asLong(),
                counts.path("complete").asLong(),
                counts.path("pruned").asLong(),
                counts.path("infeasible").asLong(),
                counts.path("failed").asLong(),
                counts.path("cancelled").asLong(),
                counts.path("imported").asLong());
    }

    long finished() {
        return complete + pruned + infeasible + failed + cancelled;
    }

    /** {@code 12 complete, 5 pruned, 1 failed}: only what there is. */
    String inWords() {
        StringBuilder words = new StringBuilder();
        append(words, running, "running");
        append(words, queued, "queued");
        append(words, complete, "complete");
        append(words, pruned, "pruned");
        append(words, infeasible, "infeasible");
        append(words, failed, "failed");
        append(words, cancelled, "cancelled");
        append(words, imported, "taken over");
        return words.isEmpty() ? "no trials yet" : words.toString();
    }

    private static void append(StringBuilder words, long count, String state) {
        if (count > 0) {
            words.append(words.isEmpty() ? "" : ", ").append(count).append(' ').append(state);
        }
    }
}
