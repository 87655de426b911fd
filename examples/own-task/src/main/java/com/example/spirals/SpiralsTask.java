package com.example.spirals;

import dev.sluice.trainer.network.LossSpec;
import dev.sluice.trainer.network.Networks;
import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.OptionSpec.Range;
import dev.sluice.trainer.option.Options;
import dev.sluice.trainer.task.FittingOptions;
import dev.sluice.trainer.task.LabelledRows;
import dev.sluice.trainer.task.TaskSetting;
import dev.sluice.trainer.task.TrainingPlan;
import dev.sluice.trainer.task.TrainingTask;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Tells points on two spirals apart, which lie within each other. */
public final class SpiralsTask implements TrainingTask {
    @Override
    public String name() {
        return "spirals";
    }

    @Override
    public String doc() {
        return "Points in the plane on two spirals: which one is it?";
    }

    /** The same for all trials of a sweep: here how the data is made. */
    @Override
    public List<OptionSpec> options() {
        return List.of(
                OptionSpec.real("turns", "How often a spiral goes round.", 1, Range.closed(0.1, 5)),
                OptionSpec.whole("points", "Points to train on.", 400, Range.closed(10, 100_000)));
    }

    /** What a trial can set; {@link FittingOptions} brings optimizer, schedule and so on. */
    @Override
    public List<Model> models() {
        List<OptionSpec> parameters = new ArrayList<>(List.of(
                OptionSpec.whole("hidden", "Units of both hidden layers.", 32, Range.closed(1, 1024)),
                OptionSpec.whole("batch_size", "Points in a batch.", 32, Range.closed(1, 100_000)),
                OptionSpec.whole("epochs", "Passes over the points.", 30, Range.closed(1, 100_000))));
        parameters.addAll(FittingOptions.DECLARED);
        return List.of(new Model("mlp", "Two hidden layers of rectified units.", parameters));
    }

    @Override
    public TrainingPlan plan(String model, Map<String, ?> params, TaskSetting setting) {
        Options own = options(setting);
        Options options = parameters(model, params);
        int hidden = options.whole("hidden");
        return new FittingOptions(options)
                .plan(
                        Networks.mlp(2, List.of(), List.of(hidden, hidden), 0, 2),
                        spirals(own.whole("points"), own.real("turns"), 1),
                        spirals(200, own.real("turns"), 2),
                        spirals(200, own.real("turns"), 3),
                        new LossSpec.CrossEntropy(0));
    }

    private static LabelledRows spirals(int points, double turns, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] features = new float[2 * points];
        int[] labels = new int[points];
        for (int point = 0; point < points; point++) {
            labels[point] = point % 2;
            double radius = 0.2 + random.nextDouble();
            double angle = 2 * Math.PI * turns * radius + Math.PI * labels[point];
            features[2 * point] = (float) (radius * Math.cos(angle));
            features[2 * point + 1] = (float) (radius * Math.sin(angle));
        }
        return new LabelledRows(features, 2, labels);
    }
}
