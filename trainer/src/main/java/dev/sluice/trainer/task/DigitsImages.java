package dev.sluice.trainer.task;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/*
 * The split, a fixed rule that never depends on a trial's seed: the images of each digit, 0 to 9, in an order shuffled
 * by one fixed generator, one digit after the other. In that row every fifth image, from the first on, is for testing;
 * of what is left every fifth, from the first on, for validation; the rest for training. So each digit has its share
 * in each part: 1149 + 288 + 360 = 1797.
 */
/**
 * The bundled handwritten digits ({@code digits.LICENSE.txt} beside the file says where they come from), split.
 *
 * @param train 1149 images
 * @param validation 288 images
 * @param test 360 images
 */
record DigitsImages(LabelledRows train, LabelledRows validation, LabelledRows test) {
    static final int SIDE = 8;
    static final int PIXELS = SIDE * SIDE;
    static final int CLASSES = 10;
    private static final int IMAGES = 1797;
    private static final long SPLIT_SEED = 1998; // the year the images were given away
    private static final int FIFTH = 5;

    static DigitsImages load() {
        byte[][] pixels = new byte[IMAGES][PIXELS];
        int[] labels = new int[IMAGES];
        try (InputStream resource = DigitsImages.class.getResourceAsStream("digits.csv.gz")) {
            if (resource == null) {
                throw new IllegalStateException("the resource digits.csv.gz is not on the class path");
            }
            try (BufferedReader reader = new BufferedReader(
                    new InputStreamReader(new GZIPInputStream(resource), StandardCharsets.US_ASCII))) {
                for (int image = 0; image < IMAGES; image++) {
                    String line = reader.readLine();
                    if (line == null) {
                        throw new IllegalStateException("digits.csv.gz ends after " + image + " images");
                    }
                    labels[image] = parse(line, pixels[image]);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<Integer> test = new ArrayList<>();
        List<Integer> validation = new ArrayList<>();
        List<Integer> train = new ArrayList<>();
        int[] order = order(labels);
        int left = 0;
        for (int place = 0; place < IMAGES; place++) {
            if (place % FIFTH == 0) {
                test.add(order[place]);
            } else {
                (left % FIFTH == 0 ? validation : train).add(order[place]);
                left++;
            }
        }
        return new DigitsImages(
                rows(train, pixels, labels), rows(validation, pixels, labels), rows(test, pixels, labels));
    }

    private static int parse(String line, byte[] pixels) {
        int value = 0;
        int column = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == ',') {
                pixels[column++] = (byte) value;
                value = 0;
            } else {
                value = value * 10 + (c - '0');
            }
        }
        return value;
    }

    private static int[] order(int[] labels) {
        SplittableRandom random = new SplittableRandom(SPLIT_SEED);
        int[] order = new int[IMAGES];
        int end = 0;
        for (int digit = 0; digit < CLASSES; digit++) {
            int start = end;
            for (int image = 0; image < IMAGES; image++) {
                if (labels[image] == digit) {
                    order[end++] = image;
                }
            }
            for (int i = end - 1; i > start; i--) {
                int j = start + random.nextInt(i - start + 1);
                int swapped = order[i];
                order[i] = order[j];
                order[j] = swapped;
            }
        }
        return order;
    }

    private static LabelledRows rows(List<Integer> images, byte[][] pixels, int[] labels) {
        float[] features = new float[images.size() * PIXELS];
        for (int row = 0; row < images.size(); row++) {
            byte[] image = pixels[images.get(row)];
            for (int i = 0; i < PIXELS; i++) {
                features[row * PIXELS + i] = image[i];
            }
        }
        int[] chosen = IntStream.range(0, images.size())
                .map(row -> labels[images.get(row)])
                .toArray();
        return new LabelledRows(features, PIXELS, chosen);
    }
}
