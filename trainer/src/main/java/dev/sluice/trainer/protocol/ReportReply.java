package dev.sluice.trainer.protocol;

import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * The answer to a {@link TrialReport}: the verdict comes home in it.
 *
 * @param directive what to do next
 * @param reason why, in words; empty for {@link Signal#CONTINUE}
 */
public record ReportReply(Signal directive, String reason) {
    /** "Go on", with nothing to say. */
    public static final ReportReply PROCEED = new ReportReply(Signal.CONTINUE, "");

    /** Checks that both parts are there. */
    public ReportReply {
        Objects.requireNonNull(directive, "directive");
        Objects.requireNonNull(reason, "reason");
    }

    /** This reply as a JSON tree: {@code {directive, reason}}. */
    public Map<String, Object> toTree() {
        return Map.of("directive", directive.name(), "reason", reason);
    }

    /**
     * The reply that a JSON tree describes; further keys are ignored.
     *
     * @throws IllegalArgumentException if the directive is missing or none of {@link Signal}'s
     */
    public static ReportReply ofTree(Map<String, ?> tree) {
        JsonTree json = new JsonTree("reply", tree);
        String directive = json.text("directive");
        for (Signal signal : Signal.values()) {
            if (signal.name().equals(directive.toUpperCase(Locale.ROOT))) {
                return new ReportReply(signal, json.text("reason", ""));
            }
        }
        throw new IllegalArgumentException(
                "reply.directive must be CONTINUE, CHECKPOINT or STOP, was \"" + directive + "\"");
    }
}
