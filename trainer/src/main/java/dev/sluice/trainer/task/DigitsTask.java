package dev.sluice.trainer.task;

import dev.sluice.trainer.network.Layer;
import dev.sluice.trainer.network.LossSpec;
import dev.sluice.trainer.network.NetSpec;
import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.OptionSpec.Range;
import dev.sluice.trainer.option.Options;
import dev.sluice.trainer.option.Suggestion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Tells the handwritten digits of {@link DigitsImages} apart, from raw pixels 0..16, by a multi-layer perceptron or a
 * small convolutional network.
 */
final class DigitsTask implements TrainingTask {
    private static final float PIXEL_MEAN = 4.9f; // over all images: 4.88; their deviation: 6.02
    private static final float PIXEL_FACTOR = 1 / 6f;

    private static final List<OptionSpec> OWN = List.of(
            OptionSpec.whole("hidden", "Units of the hidden layer.", 64, Range.closed(1, 4096)),
            OptionSpec.real("dropout", "Share of hidden units dropped while training.", 0, Range.halfOpen(0, 1)),
            OptionSpec.whole("batch_size", "Images in a batch.", 64, Range.closed(1, 1149)),
            OptionSpec.whole("epochs", "Passes over the training images.", 12, Range.closed(1, 100_000)),
            OptionSpec.real(
                    "label_smoothing",
                    "Share of each label that is spread over all digits while training.",
                    0,
                    Range.halfOpen(0, 1)));

    private static final OptionSpec CHANNELS = OptionSpec.whole(
            "channels", "Filters of the first convolution; the second has twice as many.", 8, Range.closed(1, 256));

    private static final Model MLP =
            new Model("mlp", "A multi-layer perceptron with one hidden layer of rectified units.", with());

    private static final Model CNN = new Model(
            "cnn",
            "Two 3x3 convolutions, each with batch normalisation and 2x2 pooling, and one hidden layer.",
            with(CHANNELS));

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
        return List.of(MLP, CNN);
    }

    @Override
    public List<String> epochMetrics() {
        return List.of("train_loss", "learning_rate", "val_loss", "val_accuracy", "epoch_seconds");
    }

    @Override
    public List<String> finalMetrics() {
        return List.of("test_accuracy", "test_loss");
    }

    @Override
    public TrainingPlan plan(String model, Map<String, ?> params) {
        List<String> names = models().stream().map(Model::name).toList();
        Model chosen = models().stream()
                .filter(candidate -> candidate.name().equals(model))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("task digits has no model \"" + model + "\""
                        + Suggestion.of(model, names) + "; it has " + String.join(", ", names)));
        Options options = Options.read("task digits, model " + model, chosen.parameters(), params);
        FittingOptions fitting = new FittingOptions(options);
        DigitsImages data = DigitsImages.load();
        int batchSize = options.whole("batch_size");
        int epochs = options.whole("epochs");
        return new TrainingPlan(
                NetSpec.of(DigitsImages.PIXELS, chosen.equals(CNN) ? convolutions(options) : perceptron(options)),
                data.train(),
                data.validation(),
                data.test(),
                new LossSpec.CrossEntropy(options.real("label_smoothing")),
                fitting.optimizer(),
                fitting.weightDecayOn(),
                fitting.learningRate(),
                fitting.schedule(data.train().rows(), batchSize, epochs),
                batchSize,
                fitting.accumulation(),
                epochs);
    }

    private static List<Layer> perceptron(Options options) {
        return List.of(
                new Layer.Rescale(PIXEL_MEAN, PIXEL_FACTOR),
                new Layer.Dense(options.whole("hidden")),
                new Layer.Relu(),
                new Layer.Dropout((float) options.real("dropout")),
                new Layer.Dense(DigitsImages.CLASSES));
    }

    private static List<Layer> convolutions(Options options) {
        int channels = options.whole("channels");
        return List.of(
                new Layer.Rescale(PIXEL_MEAN, PIXEL_FACTOR),
                new Layer.Image(1, DigitsImages.SIDE, DigitsImages.SIDE),
                new Layer.Convolution(channels, 3, 1),
                new Layer.BatchNormalisation(),
                new Layer.Relu(),
                new Layer.MaxPooling(2),
                new Layer.Convolution(2 * channels, 3, 1),
                new Layer.BatchNormalisation(),
                new Layer.Relu(),
                new Layer.MaxPooling(2),
                new Layer.Flatten(),
                new Layer.Dense(options.whole("hidden")),
                new Layer.Relu(),
                new Layer.Dropout((float) options.real("dropout")),
                new Layer.Dense(DigitsImages.CLASSES));
    }

    /** A model's options: those of all digits models, its own, and how weights are fitted. */
    private static List<OptionSpec> with(OptionSpec... more) {
        List<OptionSpec> all = new ArrayList<>(OWN);
        all.addAll(List.of(more));
        all.addAll(FittingOptions.DECLARED);
        return all;
    }
}
