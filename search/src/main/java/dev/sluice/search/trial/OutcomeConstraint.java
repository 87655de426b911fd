package dev.sluice.search.trial;

import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a trial's result must keep to, such as {@code latency_ms <= 20}. Known only once the trial ran, other than the constraints of a
 * {@link dev.sluice.search.space.SearchSpace}, which forbid points before they are tried.
 *
 * @param metric the name under which trials report it; the last value counts, or if it is an objective's metric the value that counts for that
 * @param limit finite
 */
public record OutcomeConstraint(String metric, Bound bound, double limit) {
    private static final Pattern FORM =
            Pattern.compile("\\s*(?:`(?<quoted>[^`]+)`|(?<plain>[^`<>=!]+?))\\s*(?<bound><=|>=)\\s*(?<limit>\\S+)\\s*");
    /** What Java's own reader takes beyond that, such as 20d or 0x1p3, is rather a slip than a number. */
    private static final Pattern NUMBER =
            Pattern.compile("[+-]?(?:(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?|Infinity|NaN)");

    private static final Pattern RANGE = Pattern.compile(
            "\\s*(?<least>[^\\s<>=!]+)\\s*<=\\s*(?<metric>[^<>=!]+?)\\s*<=\\s*(?<most>[^\\s<>=!]+)\\s*");

    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z_0-9]*");

    /** On which side of its limit a metric must lie. */
    public enum Bound {
        AT_MOST("<="),
        AT_LEAST(">=");

        private final String sign;

        Bound(String sign) {
            this.sign = sign;
        }

        /** As it is written. */
        public String sign() {
            return sign;
        }
    }

    public OutcomeConstraint {
        Objects.requireNonNull(metric, "metric");
        Objects.requireNonNull(bound, "bound");
        if (metric.isBlank()) {
            throw new IllegalArgumentException("a constraint's metric must have a name, was '%s'".formatted(metric));
        }
        if (!Double.isFinite(limit)) {
            throw new IllegalArgumentException(
                    "the limit of the constraint on %s must be finite, was %s".formatted(metric, limit));
        }
    }

    /**
     * Reads {@code METRIC <= NUMBER} or {@code METRIC >= NUMBER}; a metric that is no plain identifier may stand in backquotes.
     *
     * @throws IllegalArgumentException if it is nothing of the kind
     */
    public static OutcomeConstraint parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            Matcher range = RANGE.matcher(text);
            if (range.matches()) {
                throw new IllegalArgumentException(
                        "'%s' is two constraints; write them one by one: %s >= %s and %s <= %s"
                                .formatted(
                                        text,
                                        range.group("metric"),
                                        range.group("least"),
                                        range.group("metric"),
                                        range.group("most")));
            }
            throw new IllegalArgumentException(
                    "'%s' is no constraint; a metric, <= or >=, and a number are meant, as in latency_ms <= 20"
                            .formatted(text));
        }
        String quoted = matcher.group("quoted");
        String limit = matcher.group("limit");
        if (!NUMBER.matcher(limit).matches()) {
            String before = matcher.group("plain");
            if (before != null && NUMBER.matcher(before).matches()) {
                throw new IllegalArgumentException("'%s' has its sides exchanged; write the metric first: %s %s %s"
                        .formatted(text, limit, "<=".equals(matcher.group("bound")) ? ">=" : "<=", before));
            }
            throw new IllegalArgumentException(
                    "'%s' in the constraint '%s' is no number; a metric is held against a number, as in latency_ms <= 20"
                            .formatted(limit, text));
        }
        return new OutcomeConstraint(
                quoted == null ? matcher.group("plain") : quoted,
                "<=".equals(matcher.group("bound")) ? Bound.AT_MOST : Bound.AT_LEAST,
                Double.parseDouble(limit));
    }

    /** By how much a value breaks it, in the metric's unit: 0 if it keeps to it, infinite for NaN. */
    public double violation(double value) {
        if (Double.isNaN(value)) {
            return Double.POSITIVE_INFINITY;
        }
        return Math.max(
                0,
                switch (bound) {
                    case AT_MOST -> value - limit;
                    case AT_LEAST -> limit - value;
                });
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return "%s %s %s"
                .formatted(
                        IDENTIFIER.matcher(metric).matches() ? metric : "`" + metric + "`",
                        bound.sign(),
                        limit == Math.rint(limit) && Math.abs(limit) < 1e15
                                ? Long.toString((long) limit)
                                : Double.toString(limit));
    }
}
