package dev.sluice.trainer.task;

import dev.sluice.trainer.data.Fold;
import dev.sluice.trainer.network.SeedStream;
import dev.sluice.trainer.network.SeedStream.Purpose;
import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.OptionSpec.Range;
import dev.sluice.trainer.option.Options;
import dev.sluice.trainer.protocol.MemberMetrics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How often a trial trains, so that its metric is a mean: with several seeds, on the folds of a cross-validation, or both.
 *
 * @param repeats with how many seeds, >= 1
 * @param folds on how many folds; 0: the data set's own split
 */
public record Members(int repeats, int folds) {
    /** What a sweep file can say of it, beside the task. */
    public static final List<OptionSpec> DECLARED = List.of(
            OptionSpec.whole(
                    "repeats",
                    "How often each trial trains, each time with another seed; its metrics are the means. With folds: how"
                            + " often all of them are gone through, shared out anew.",
                    1,
                    Range.closed(1, MemberMetrics.MOST)),
            new OptionSpec(
                    "folds",
                    OptionSpec.Type.INT,
                    "Parts of a cross-validation: each trial trains once for each, validated on it and fitted to all other"
                            + " rows that are not for testing; its metrics are the means. Left out: none.",
                    Optional.empty(),
                    Range.closed(2, MemberMetrics.MOST),
                    List.of()));

    /** One training. */
    public record Member(String name, long seed, TrainingPlan plan) {}

    /** Checks the numbers. */
    public Members {
        if (repeats < 1) {
            throw new IllegalArgumentException("repeats must be >= 1, was " + repeats);
        }
        if (folds < 0 || folds == 1) {
            throw new IllegalArgumentException("folds must be 0, for none, or >= 2, was " + folds);
        }
        if ((long) repeats * Math.max(1, folds) > MemberMetrics.MOST) {
            throw new IllegalArgumentException(
                    "repeats times folds must be <= " + MemberMetrics.MOST + ", was " + repeats + " times " + folds);
        }
    }

    /**
     * What the trainer's section of a sweep file says; further keys are ignored.
     *
     * @throws IllegalArgumentException naming the option that is out of its range
     */
    public static Members of(Map<String, ?> section) {
        Map<String, Object> given = new LinkedHashMap<>();
        for (OptionSpec option : DECLARED) {
            Object value = section.get(option.name());
            if (value != null) {
                given.put(option.name(), value);
            }
        }
        Options options = Options.read("trial.trainer", DECLARED, given);
        return new Members(options.whole("repeats"), given.containsKey("folds") ? options.whole("folds") : 0);
    }

    /** How many trainings these are, >= 1. */
    public int count() {
        return repeats * Math.max(1, folds);
    }

    /**
     * The trainings: the folds of the first repeat, then those of the second. The first has the trial's own seed, so it is what
     * the trial would be by itself.
     *
     * @param seed of the trial
     * @throws IllegalArgumentException as {@link TrainingTask#plan(String, Map, TaskSetting)}, or if there are fewer rows than folds
     */
    public List<Member> plan(TrainingTask task, String model, Map<String, ?> params, TaskSetting setting, long seed) {
        List<TrainingPlan> plans = new ArrayList<>();
        if (folds == 0) {
            TrainingPlan plan = task.plan(model, params, setting);
            for (int repeat = 0; repeat < repeats; repeat++) {
                plans.add(plan);
            }
        } else {
            List<Fold> parts = new ArrayList<>();
            for (int repeat = 0; repeat < repeats; repeat++) {
                for (int fold = 0; fold < folds; fold++) {
                    parts.add(new Fold(fold, folds, repeat));
                }
            }
            plans.addAll(task.plans(model, params, setting, parts));
        }
        List<Member> members = new ArrayList<>();
        for (int place = 0; place < plans.size(); place++) {
            members.add(new Member(
                    "member-" + (place + 1),
                    place == 0 ? seed : SeedStream.mix(seed, Purpose.MEMBER, place),
                    plans.get(place)));
        }
        return members;
    }
}
