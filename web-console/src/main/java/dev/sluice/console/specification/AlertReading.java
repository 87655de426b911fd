package dev.sluice.console.specification;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code alerts}. Stateless. */
final class AlertReading {
    static final int MOST = 50;

    private static final List<String> TYPES = List.of("nan", "rising", "above", "below", "stall", "idle-gpu");
    private static final Map<String, String> TYPE_SYNONYMS = Map.ofEntries(
            Map.entry("infinite", "nan"),
            Map.entry("inf", "nan"),
            Map.entry("notanumber", "nan"),
            Map.entry("lossrising", "rising"),
            Map.entry("rise", "rising"),
            Map.entry("increasing", "rising"),
            Map.entry("greater", "above"),
            Map.entry("max", "above"),
            Map.entry("threshold", "above"),
            Map.entry("less", "below"),
            Map.entry("min", "below"),
            Map.entry("stalled", "stall"),
            Map.entry("silent", "stall"),
            Map.entry("gpu", "idle-gpu"),
            Map.entry("idle", "idle-gpu"));
    private static final Duration STALL = Duration.ofMinutes(10);
    private static final double IDLE = 0.05;
    private static final String EXAMPLE = "{type: rising, metric: val_loss, reports: 5}";

    private AlertReading() {}

    static List<AlertRule> read(Section sweep) {
        if (!sweep.has("alerts")) {
            return AlertRule.DEFAULT;
        }
        List<AlertRule> rules = new ArrayList<>();
        List<Section.Item> items = sweep.items("alerts", "[" + EXAMPLE + "]");
        if (items.size() > MOST) {
            sweep.problem("alerts", "'alerts' must hold at most " + MOST + " rules, was " + items.size());
        }
        int index = 0;
        for (Section.Item item : items) {
            String what = "alert " + index++;
            Section.of(item.node(), item.pointer(), what, EXAMPLE, sweep.problems())
                    .flatMap(AlertReading::readRule)
                    .ifPresent(rule -> {
                        if (rules.contains(rule)) {
                            sweep.problems().add(item.pointer(), item.node().position(), what + " is there already");
                        }
                        rules.add(rule);
                    });
        }
        return rules;
    }

    private static Optional<AlertRule> readRule(Section rule) {
        rule.require("type", Words.anyOf(TYPES));
        Optional<String> type = rule.word("type", TYPES, TYPE_SYNONYMS);
        if (type.isEmpty()) {
            return Optional.empty();
        }
        return switch (type.get()) {
            case "nan" -> {
                rule.allow(List.of("type"));
                yield Optional.of(new AlertRule.NotANumber());
            }
            case "rising" -> {
                rule.allow(List.of("type", "metric", "reports"), Map.of("count", "reports", "times", "reports"));
                String meaning = "how many times in a row it must have risen";
                rule.require("reports", meaning + ", such as 5");
                var reports = rule.whole("reports", 1, 1_000_000, meaning);
                yield metric(rule)
                        .filter(metric -> reports.isPresent())
                        .map(metric -> new AlertRule.Rising(metric, (int) reports.getAsLong()));
            }
            case "above" -> limit(rule, "greater").map(at -> new AlertRule.Above(at.metric, at.limit));
            case "below" -> limit(rule, "less").map(at -> new AlertRule.Below(at.metric, at.limit));
            case "stall" -> {
                rule.allow(List.of("type", "after"), Map.of("for", "after", "timeout", "after"));
                yield Optional.of(
                        new AlertRule.Stall(rule.duration("after", false).orElse(STALL)));
            }
            default -> {
                rule.allow(List.of("type", "below", "after"), Map.of("for", "after", "usage", "below"));
                yield Optional.of(new AlertRule.IdleGpu(
                        rule.number("below", 0.0001, 1, "the share of the GPUs' time under which they are idle")
                                .orElse(IDLE),
                        rule.duration("after", false).orElse(STALL)));
            }
        };
    }

    private record Limit(String metric, double limit) {}

    private static Optional<Limit> limit(Section rule, String than) {
        rule.allow(
                List.of("type", "metric", "limit"), Map.of("value", "limit", "threshold", "limit", "name", "metric"));
        String meaning = "the number that the metric must not be " + than + " than";
        rule.require("limit", meaning);
        var limit = rule.number("limit", meaning);
        return metric(rule).filter(metric -> limit.isPresent()).map(metric -> new Limit(metric, limit.getAsDouble()));
    }

    private static Optional<String> metric(Section rule) {
        rule.require("metric", "the name under which trials report it, such as val_loss");
        return rule.text("metric", "such as val_loss").filter(name -> {
            var complaint = Names.complaint(name);
            complaint.ifPresent(
                    bad -> rule.problem("metric", rule.field("metric") + " " + bad + ", was " + Words.quoted(name)));
            return complaint.isEmpty();
        });
    }
}
