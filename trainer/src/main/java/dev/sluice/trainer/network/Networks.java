package dev.sluice.trainer.network;

import java.util.ArrayList;
import java.util.List;

/**
 * Networks of usual forms, for inputs of any size. Each begins with layers that prepare the raw inputs, such as
 * {@link Layer.Rescale}, and ends with a dense layer whose outputs are logits or predictions. What a form is given decides
 * its parameters' names, so that checkpoints fit a network that is built again.
 */
public final class Networks {
    private static final int KERNEL = 3;
    private static final int PADDING = 1; // keeps the image's size at stride 1

    private Networks() {}

    /**
     * A multi-layer perceptron: dense layers of rectified units, after each of them dropout.
     *
     * @param inputs values in a row of input, >= 1
     * @param preparation layers before the first dense one
     * @param hidden units of each hidden layer; none: a linear model
     * @param dropout share of each hidden layer's units dropped while training, [0, 1)
     * @param outputs >= 1
     */
    public static NetSpec mlp(int inputs, List<Layer> preparation, List<Integer> hidden, float dropout, int outputs) {
        List<Layer> layers = new ArrayList<>(preparation);
        hidden.forEach(units -> hidden(layers, units, dropout));
        layers.add(new Layer.Dense(outputs));
        return NetSpec.of(inputs, layers);
    }

    /**
     * A convolutional network: 3x3 convolutions, each with normalisation, rectification and 2x2 pooling, and one hidden
     * layer.
     *
     * @param image what a row of input is
     * @param preparation layers before the row is seen as an image
     * @param filters of each convolution; at least one
     * @param hidden units of the hidden layer, >= 1
     * @param dropout share of the hidden layer's units dropped while training, [0, 1)
     * @param outputs >= 1
     * @throws IllegalArgumentException if the image is too small to be halved so many times
     */
    public static NetSpec cnn(
            Layer.Image image, List<Layer> preparation, List<Integer> filters, int hidden, float dropout, int outputs) {
        List<Layer> layers = new ArrayList<>(preparation);
        layers.add(image);
        for (int each : filters) {
            layers.add(new Layer.Convolution(each, KERNEL, PADDING));
            layers.add(new Layer.BatchNormalisation());
            layers.add(new Layer.Relu());
            layers.add(new Layer.MaxPooling(2));
        }
        layers.add(new Layer.Flatten());
        hidden(layers, hidden, dropout);
        layers.add(new Layer.Dense(outputs));
        return NetSpec.of(inputs(image), layers);
    }

    /**
     * A residual network in the form for small images: a 3x3 convolution without pooling, stages of blocks of two 3x3
     * convolutions, the mean over the image, one dense layer (He, Zhang, Ren, Sun, "Deep Residual Learning for Image
     * Recognition", 2016, section 4.2, but with as many stages as are asked for, and where a stage changes the shape a
     * shortcut of a 1x1 convolution with normalisation, option B of its section 3.3). Each stage has twice as many filters
     * as the one before and halves the image's sides. Width 64 and blocks 2, 2, 2, 2 make what is called ResNet-18 for
     * 32x32 pixels.
     *
     * @param image what a row of input is
     * @param preparation layers before the row is seen as an image
     * @param width filters of the first stage, >= 1
     * @param blocks blocks of each stage, each >= 1; at least one stage
     * @param dropout share of the dense layer's inputs dropped while training, [0, 1)
     * @param outputs >= 1
     */
    public static NetSpec resnet(
            Layer.Image image, List<Layer> preparation, int width, List<Integer> blocks, float dropout, int outputs) {
        if (blocks.isEmpty() || blocks.stream().anyMatch(count -> count < 1)) {
            throw new IllegalArgumentException("blocks must be a list of numbers >= 1, was " + blocks);
        }
        List<Layer> layers = new ArrayList<>(preparation);
        layers.add(image);
        layers.add(convolution(width, 1));
        layers.add(new Layer.BatchNormalisation());
        layers.add(new Layer.Relu());
        int filters = width;
        for (int stage = 0; stage < blocks.size(); stage++) {
            boolean isFirst = stage == 0;
            filters = isFirst ? width : Math.multiplyExact(2, filters);
            for (int block = 0; block < blocks.get(stage); block++) {
                boolean isChanging = block == 0 && !isFirst;
                layers.add(block(filters, isChanging ? 2 : 1, isChanging));
                layers.add(new Layer.Relu());
            }
        }
        layers.add(new Layer.GlobalAveragePooling());
        layers.add(new Layer.Dropout(dropout));
        layers.add(new Layer.Dense(outputs));
        return NetSpec.of(inputs(image), layers);
    }

    private static Layer block(int filters, int stride, boolean isProjected) {
        List<Layer> branch = List.of(
                convolution(filters, stride),
                new Layer.BatchNormalisation(),
                new Layer.Relu(),
                convolution(filters, 1),
                new Layer.BatchNormalisation());
        List<Layer> shortcut = isProjected
                ? List.of(new Layer.Convolution(filters, 1, stride, 0, false), new Layer.BatchNormalisation())
                : List.of();
        return new Layer.Residual(branch, shortcut);
    }

    private static Layer convolution(int filters, int stride) {
        return new Layer.Convolution(filters, KERNEL, stride, PADDING, false);
    }

    private static void hidden(List<Layer> layers, int units, float dropout) {
        layers.add(new Layer.Dense(units));
        layers.add(new Layer.Relu());
        layers.add(new Layer.Dropout(dropout));
    }

    private static int inputs(Layer.Image image) {
        return Math.multiplyExact(Math.multiplyExact(image.channels(), image.height()), image.width());
    }
}
