package dev.sluice.trainer.network;

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

    /** A 2-d convolution with bias, stride 1, {@code kernel x kernel}, zero padding on all sides. */
    record Convolution(int filters, int kernel, int padding) implements Layer {
        /** Checks the ranges. */
        public Convolution {
            positive("filters", filters);
            positive("kernel", kernel);
            if (padding < 0) {
                throw new IllegalArgumentException("padding must be >= 0, was " + padding);
            }
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
