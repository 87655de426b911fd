package dev.sluice.trainer.task;

import dev.sluice.trainer.network.Layer;
import dev.sluice.trainer.network.NetSpec;
import dev.sluice.trainer.network.Networks;
import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.OptionSpec.Range;
import dev.sluice.trainer.option.Options;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The networks that every task on images offers, with their parameters. */
final class ImageModels {
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

    private ImageModels() {}

    /**
     * The models of a task on images.
     *
     * @param mostRows most images in a batch
     * @param classes what is told apart, e.g. {@code digits}
     */
    static List<TrainingTask.Model> of(int mostRows, String classes) {
        List<OptionSpec> common = new ArrayList<>(List.of(
                OptionSpec.real(
                        "dropout", "Share of the last layer's inputs dropped while training.", 0, Range.halfOpen(0, 1)),
                OptionSpec.whole("batch_size", "Images in a batch.", 64, Range.closed(1, mostRows)),
                OptionSpec.whole("epochs", "Passes over the training images.", 12, Range.closed(1, 100_000)),
                OptionSpec.real(
                        "label_smoothing",
                        "Share of each label that is spread over all " + classes + " while training.",
                        0,
                        Range.halfOpen(0, 1))));
        common.addAll(FittingOptions.DECLARED);
        return List.of(
                new TrainingTask.Model(
                        "mlp",
                        "A multi-layer perceptron with one hidden layer of rectified units.",
                        with(List.of(HIDDEN), common)),
                new TrainingTask.Model(
                        "cnn",
                        "Two 3x3 convolutions, each with batch normalisation and 2x2 pooling, and one hidden layer.",
                        with(List.of(HIDDEN, CHANNELS), common)),
                new TrainingTask.Model(
                        "resnet",
                        "A residual network: stages of blocks of two 3x3 convolutions, the mean over the image, and one layer.",
                        with(List.of(WIDTH, STAGES, BLOCKS), common)));
    }

    static NetSpec network(String model, Options options, Layer.Image image, List<Layer> preparation, int classes) {
        float dropout = (float) options.real("dropout");
        return switch (model) {
            case "mlp" ->
                Networks.mlp(
                        image.channels() * image.height() * image.width(),
                        preparation,
                        List.of(options.whole("hidden")),
                        dropout,
                        classes);
            case "cnn" -> {
                int channels = options.whole("channels");
                yield Networks.cnn(
                        image, preparation, List.of(channels, 2 * channels), options.whole("hidden"), dropout, classes);
            }
            case "resnet" ->
                Networks.resnet(
                        image,
                        preparation,
                        options.whole("width"),
                        Collections.nCopies(options.whole("stages"), options.whole("blocks")),
                        dropout,
                        classes);
            default -> throw new IllegalStateException("the declared model " + model + " is not made here");
        };
    }

    private static List<OptionSpec> with(List<OptionSpec> own, List<OptionSpec> common) {
        List<OptionSpec> all = new ArrayList<>(own);
        all.addAll(common);
        return all;
    }
}
