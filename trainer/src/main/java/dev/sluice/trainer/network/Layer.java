package dev.sluice.trainer.network;

import java.util.List;

/** One layer of a {@link NetSpec}. */
public sealed interface Layer {
    /** {@code (x - offset) * factor}, elementwise: brings raw inputs to a good range inside the network. */
    record Rescale(float offset, float factor) implements Layer {}

    /** Sees a row of values as an image of {@code channels x height x width}. */
    record Image(int channels, int height, int width) implements Layer {
        /** Checks that all three are positive. */
        public Image {
            positive("channels", channels);
            positive("height", height);
            positive("width", width);
        }
    }

    /** A fully connected layer with bias. */
    record Dense(int units) implements Layer {
        /** Checks that there is a unit. */
        public Dense {
            positive("units", units);
        }
    }

    /**
     * A 2-d convolution, {@code kernel x kernel}.
     *
     * @param filters channels of the output
     * @param kernel pixels on a side
     * @param stride pixels from one window to the next, in both directions
     * @param padding zeros on all sides, >= 0
     * @param hasBias whether something is added to each channel; before a normalisation that would be in vain
     */
    record Convolution(int filters, int kernel, int stride, int padding, boolean hasBias) implements Layer {
        /** Checks the ranges. */
        public Convolution {
            positive("filters", filters);
            positive("kernel", kernel);
            positive("stride", stride);
            if (padding < 0) {
                throw new IllegalArgumentException("padding must be >= 0, was " + padding);
            }
        }

        /** With bias and stride 1. */
        public Convolution(int filters, int kernel, int padding) {
            this(filters, kernel, 1, padding, true);
        }
    }

    /** Batch normalisation over channels, learnt scale and shift; running statistics move by a tenth a step. */
    record BatchNormalisation() implements Layer {
        /** Added to the variance. */
        public static final float EPSILON = 1e-5f;
        /** Share of the running statistics that stays at a step. */
        public static final float MOMENTUM = 0.9f;
    }

    /** {@code max(0, x)}. */
    record Relu() implements Layer {}

    /** Maximum of {@code size x size} windows without overlap; what does not fill a window is dropped. */
    record MaxPooling(int size) implements Layer {
        /** Checks the size. */
        public MaxPooling {
            positive("size", size);
        }
    }

    /** The mean of each channel over the whole image: a row of as many values as there are channels. */
    record GlobalAveragePooling() implements Layer {}

    /**
     * The sum of what a branch and a shortcut make of the same input (He, Zhang, Ren, Sun, "Deep Residual Learning for
     * Image Recognition", 2016, equations 1 and 2). Both must give the same shape.
     *
     * @param branch layers, first to last; at least one
     * @param shortcut layers, first to last; none: the input as it is
     */
    record Residual(List<Layer> branch, List<Layer> shortcut) implements Layer {
        /** Copies the lists. */
        public Residual {
            branch = List.copyOf(branch);
            shortcut = List.copyOf(shortcut);
            if (branch.isEmpty()) {
                throw new IllegalArgumentException("branch must have a layer");
            }
        }
    }

    /** An image as a row of values, channel by channel. */
    record Flatten() implements Layer {}

    /** While training sets a share of the values to zero and scales up the rest; else does nothing. */
    record Dropout(float rate) implements Layer {
        /** Checks that the rate is in [0, 1). */
        public Dropout {
            if (!(rate >= 0 && rate < 1)) {
                throw new IllegalArgumentException("rate must be in [0, 1), was " + rate);
            }
        }
    }

    private static void positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be >= 1, was " + value);
        }
    }
}
