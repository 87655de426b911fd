package dev.sluice.trainer.task;

import dev.sluice.trainer.network.Layer;
import dev.sluice.trainer.network.LossSpec;
import dev.sluice.trainer.option.Options;
import java.util.List;
import java.util.Map;

/**
 * Tells the handwritten digits of {@link DigitsImages} apart, from raw pixels 0..16, by the networks that every task on images
 * has. It needs no data set of the operator's.
 */
final class DigitsTask implements TrainingTask {
    /** Over all images pixels have mean 4.88 and deviation 6.02. */
    private static final List<Layer> PREPARATION = List.of(new Layer.Rescale(4.9f, 1 / 6f));

    private static final Layer.Image IMAGE = new Layer.Image(1, DigitsImages.SIDE, DigitsImages.SIDE);

    @Override
    public String name() {
        return "digits";
    }

    @Override
    public String doc() {
        return "Handwritten digits, 8x8 pixels, 1797 images: 1149 to train on, 288 to validate on, 360 to test on.";
    }

    @Override
    public List<Model> models() {
        return ImageModels.of(1149, "digits");
    }

    @Override
    public TrainingPlan plan(String model, Map<String, ?> params, TaskSetting setting) {
        Options options = parameters(model, params);
        options(setting); // it has none: says what somebody gave all the same
        DigitsImages data = DigitsImages.load();
        return new FittingOptions(options)
                .plan(
                        ImageModels.network(model, options, IMAGE, PREPARATION, DigitsImages.CLASSES),
                        data.train(),
                        data.validation(),
                        data.test(),
                        new LossSpec.CrossEntropy(options.real("label_smoothing")));
    }
}
