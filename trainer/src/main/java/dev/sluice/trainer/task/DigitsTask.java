package dev.sluice.trainer.task;

import dev.sluice.trainer.network.Layer;
import dev.sluice.trainer.network.LossSpec;
import dev.sluice.trainer.network.NetSpec;
import dev.sluice.trainer.network.Networks;
import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.OptionSpec.Range;
import dev.sluice.trainer.option.Options;
import dev.sluice.trainer.option.Suggestion;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Tells the handwritten digits of {@link DigitsImages} apart, from raw pixels 0..16, by a multi-layer perceptron, a
 * small convolutional network or a small residual one.
 */
final class DigitsTask implements TrainingTask {
    /** Over all images pixels have mean 4.88 and deviation 6.02. */
    private static final List<Layer> PREPARATION = List.of(new Layer.Rescale(4.9f, 1 / 6f));

    private static final Layer.Image IMAGE = new Layer.Image(1, DigitsImages.SIDE, DigitsImages.SIDE);

    private static final List<OptionSpec> OWN = List.of(
            OptionSpec.real(
                    "dropout", "Share of the last layer's inputs dropped while training.", 0, Range.halfOpen(0, 1)),
            OptionSpec.whole("batch_size", "Images in a batch.", 64, Range.closed(1, 1149)),
            OptionSpec.whole("epochs", "Passes over the training images.", 12, Range.closed(1, 100_000)),
            OptionSpec.real(
                    "label_smoothing",
                    "Share of each label that is spread over all digits while training.",
                    0,
                    Range.halfOpen(0, 1)));

    private static final OptionSpec HIDDEN =
            OptionSpec.whole("hidden", "Units of the hidden layer.", 64, Range.closed(1, 4096));

    private static final OptionSpec CHANNELS = OptionSpec.whole(
            "channels", "Filters of the first convolution; the second has twice as many.", 8, Range.closed(1, 256));

    private static final OptionSpec WIDTH = OptionSpec.whole(
            "width",
            "Filters of the first stage; each stage has twice as many as the one before.",
            16,
            Range.closed(1, 256));

    private static final OptionSpec STAGES =
            OptionSpec.whole("stages", "Stages; each but the first halves the image's sides.", 2, Range.closed(1, 4));

    private static final OptionSpec BLOCKS = OptionSpec.whole(
            "blocks", "Residual blocks of a stage, each of two 3x3 convolutions.", 1, Range.closed(1, 32));

    private static final Model MLP = new Model(
            "mlp", "A multi-layer perceptron with one hidden layer of rectified units.", with(List.of(HIDDEN)));

    private static final Model CNN = new Model(
            "cnn",
            "Two 3x3 convolutions, each with batch normalisation and 2x2 pooling, and one hidden layer.",
            with(List.of(HIDDEN, CHANNELS)));

    private static final Model RESNET = new Model(
            "resnet",
            "A residual network: stages of blocks of two 3x3 convolutions, the mean over the image, and one layer.",
            with(List.of(WIDTH, STAGES, BLOCKS)));

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
        return List.of(MLP, CNN, RESNET);
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
                network(model, options),
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

    private static NetSpec network(String model, Options options) {
        float dropout = (float) options.real("dropout");
        return switch (model) {
            case "mlp" ->
                Networks.mlp(
                        DigitsImages.PIXELS,
                        PREPARATION,
                        List.of(options.whole("hidden")),
                        dropout,
                        DigitsImages.CLASSES);
            case "cnn" -> {
                int channels = options.whole("channels");
                yield Networks.cnn(
                        IMAGE,
                        PREPARATION,
                        List.of(channels, 2 * channels),
                        options.whole("hidden"),
                        dropout,
                        DigitsImages.CLASSES);
            }
            case "resnet" ->
                Networks.resnet(
                        IMAGE,
                        PREPARATION,
                        options.whole("width"),
                        Collections.nCopies(options.whole("stages"), options.whole("blocks")),
                        dropout,
                        DigitsImages.CLASSES);
            default -> throw new IllegalStateException("the declared model " + model + " is not made here");
        };
    }

    /** A model's options: those of all digits models, its own, and how weights are fitted. */
    private static List<OptionSpec> with(List<OptionSpec> own) {
        List<OptionSpec> all = new ArrayList<>(own);
        all.addAll(OWN);
        all.addAll(FittingOptions.DECLARED);
        return all;
    }
}
