package dev.sluice.trainer.data;

import java.util.List;

/**
 * Labelled images of one size.
 *
 * @param origin where they come from
 * @param shape of each image
 * @param classes names of the classes, in the order of the labels
 * @param pixels unsigned bytes as {@link Preparation.Pixels} has them, {@code [images * height * width * channels]}
 * @param labels {@code [images]}
 * @param parts which images are for what
 */
@SuppressWarnings("ArrayRecordComponent") // a data set: shared, never compared
public record ImageSet(
        DataOrigin origin, Preparation.Pixels shape, List<String> classes, byte[] pixels, int[] labels, Parts parts) {
    /** Most bytes of pixels: what one array can hold. */
    static final long MOST_BYTES = Integer.MAX_VALUE - 64L;

    /** Copies the names; checks the lengths. */
    public ImageSet {
        classes = List.copyOf(classes);
        if (pixels.length != (long) labels.length * shape.numbers()) {
            throw new IllegalArgumentException(labels.length + " images of " + shape.numbers() + " bytes, but "
                    + pixels.length + " bytes of pixels");
        }
    }

    /**
     * The same images, with training and validation shared out anew.
     *
     * @param seed of the data set's split
     */
    public ImageSet fold(Fold fold, long seed) {
        return new ImageSet(origin, shape, classes, pixels, labels, parts.fold(fold, labels, seed));
    }

    /** The images at some places, each channel by channel, as a network sees them. */
    public byte[] channelFirst(int[] places) {
        int size = shape.numbers();
        int area = shape.height() * shape.width();
        int channels = shape.channels();
        byte[] rows = new byte[Math.multiplyExact(places.length, size)];
        for (int row = 0; row < places.length; row++) {
            int from = places[row] * size;
            int to = row * size;
            if (channels == 1) {
                System.arraycopy(pixels, from, rows, to, size);
                continue;
            }
            for (int pixel = 0; pixel < area; pixel++) {
                for (int channel = 0; channel < channels; channel++) {
                    rows[to + channel * area + pixel] = pixels[from + pixel * channels + channel];
                }
            }
        }
        return rows;
    }

    /** The labels at some places. */
    public int[] labels(int[] places) {
        return java.util.Arrays.stream(places).map(place -> labels[place]).toArray();
    }
}
