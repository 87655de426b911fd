package dev.sluice.trainer.protocol;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What several trainings of one trial come to together: of each metric the mean, and of what was measured the deviation. */
public final class MemberMetrics {
    /** Most trainings of one trial. */
    public static final int MOST = 100;

    private static final String DEVIATION = "_std";
    private static final List<String> MEASURED = List.of("train_", "val_", "test_");
    /** The metric that is added up: how long an epoch took. */
    public static final String TIME = "epoch_seconds";

    private MemberMetrics() {}

    /** The metrics' names, those of deviations too: {@code val_loss} and {@code val_loss_std}. */
    public static List<String> names(List<String> metrics) {
        List<String> names = new ArrayList<>();
        for (String metric : metrics) {
            names.add(metric);
            if (hasDeviation(metric)) {
                names.add(metric + DEVIATION);
            }
        }
        return names;
    }

    /**
     * Means over the members, in their order, each followed by the deviation of a sample, {@code sqrt(sum (x - mean)^2 / (n -
     * 1))}. Times are added up: members take turns. A metric that some do not have is that of the others; of members without
     * any, what is measured is NaN, for all.
     */
    public static Map<String, Double> of(Collection<? extends Map<String, Double>> members) {
        Map<String, List<Double>> byName = new LinkedHashMap<>();
        boolean isComplete = true;
        for (Map<String, Double> member : members) {
            isComplete &= !member.isEmpty();
            member.forEach((name, value) ->
                    byName.computeIfAbsent(name, none -> new ArrayList<>()).add(value));
        }
        Map<String, Double> together = new LinkedHashMap<>();
        for (Map.Entry<String, List<Double>> entry : byName.entrySet()) {
            String name = entry.getKey();
            List<Double> values = entry.getValue();
            double sum = 0;
            for (double value : values) {
                sum += value;
            }
            double mean = hasDeviation(name) && !isComplete ? Double.NaN : sum / values.size();
            together.put(name, name.equals(TIME) ? sum : mean);
            if (hasDeviation(name) && values.size() > 1) {
                double squares = 0;
                for (double value : values) {
                    squares += (value - mean) * (value - mean);
                }
                together.put(name + DEVIATION, Math.sqrt(squares / (values.size() - 1)));
            }
        }
        return together;
    }

    private static boolean hasDeviation(String metric) {
        return MEASURED.stream().anyMatch(metric::startsWith);
    }
}
