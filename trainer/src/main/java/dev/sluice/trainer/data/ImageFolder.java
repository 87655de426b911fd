package dev.sluice.trainer.data;

import dev.sluice.trainer.option.Suggestion;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * Images as PNG and JPEG files in a folder for each class, named as the class. The class folders may lie in {@code train},
 * {@code validation} (or {@code val}) and {@code test} of the data set; else shares of each class are for validation and for testing.
 * Each image is brought to one size, its sides changed as they are, and to one kind of color.
 */
final class ImageFolder {
    private static final List<String> ENDINGS = List.of(".png", ".jpg", ".jpeg");
    private static final List<String> PARTS = List.of("train", "validation", "val", "test");
    private static final long MOST_PIXELS = 100_000_000; // of one file: beyond, it is no training image

    private final Preparation.Pixels shape;
    private final Fingerprint fingerprint = new Fingerprint();
    private final List<byte[]> pixels = new ArrayList<>();
    private final List<Integer> labels = new ArrayList<>();

    private ImageFolder(Preparation.Pixels shape) {
        this.shape = shape;
    }

    /**
     * Reads a data set.
     *
     * @param shape what each image is brought to
     * @throws IllegalArgumentException naming the folder that is empty, or the file that is no image
     */
    static ImageSet read(String set, Path folder, Preparation.Pixels shape, Shares shares) {
        ImageFolder reading = new ImageFolder(shape);
        List<Path> folders = folders(folder);
        Path train = folder.resolve("train");
        boolean isParted = folders.contains(train);
        List<String> classes = names(set, folders(isParted ? train : folder));
        Parts parts;
        if (isParted) {
            requireParts(set, folders);
            int[] own = reading.add(set, "train", train, classes);
            Path checked =
                    folders.contains(folder.resolve("val")) ? folder.resolve("val") : folder.resolve("validation");
            int[] validated = folders.contains(checked) ? reading.add(set, "validation", checked, classes) : new int[0];
            int[] tested = folders.contains(folder.resolve("test"))
                    ? reading.add(set, "test", folder.resolve("test"), classes)
                    : new int[0];
            Parts drawn = reading.draw(own, shares.without(validated.length > 0, tested.length > 0));
            parts = new Parts(
                    drawn.train(),
                    validated.length > 0 ? validated : drawn.validation(),
                    tested.length > 0 ? tested : drawn.test());
        } else {
            parts = reading.draw(reading.add(set, "", folder, classes), shares);
        }
        return new ImageSet(
                new DataOrigin(set, reading.fingerprint.text()),
                shape,
                classes,
                reading.allPixels(),
                reading.labels.stream().mapToInt(Integer::intValue).toArray(),
                parts.requireRows(set));
    }

    /** A folder that is no part would be left out without a word: images that somebody meant to be used. */
    private static void requireParts(String set, List<Path> folders) {
        List<String> there =
                folders.stream().map(each -> each.getFileName().toString()).toList();
        for (String name : there) {
            if (!PARTS.contains(name)) {
                throw new IllegalArgumentException("data \"" + set + "\" has a folder train, so the others must be"
                        + " validation (or val) and test, was " + name + Suggestion.of(name, PARTS));
            }
        }
        if (there.contains("val") && there.contains("validation")) {
            throw new IllegalArgumentException(
                    "data \"" + set + "\" has both val and validation, of which one is used");
        }
    }

    private Parts draw(int[] places, Shares shares) {
        return Parts.draw(places, IntStream.of(places).map(labels::get).toArray(), shares);
    }

    private static List<Path> folders(Path folder) {
        return DataRoot.entries(folder).stream().filter(Files::isDirectory).toList();
    }

    private static List<String> names(String set, List<Path> folders) {
        TreeSet<String> names = new TreeSet<>();
        folders.forEach(each -> names.add(each.getFileName().toString()));
        if (names.size() < 2) {
            throw new IllegalArgumentException(
                    "data \"" + set + "\" must hold a folder of images for each class, at least" + " two, had "
                            + (names.isEmpty() ? "none" : names));
        }
        return List.copyOf(names);
    }

    /** Reads the class folders of a part; gives the places of its images. */
    private int[] add(String set, String part, Path folder, List<String> classes) {
        int before = labels.size();
        for (Path each : folders(folder)) {
            String name = each.getFileName().toString();
            int label = classes.indexOf(name);
            if (label < 0) {
                throw new IllegalArgumentException("data \"" + set + "\": " + part + "/" + name
                        + " is the folder of a class that train does not have; it has " + String.join(", ", classes));
            }
            int files = 0;
            for (Path file : DataRoot.entries(each)) {
                String lower = file.getFileName().toString().toLowerCase(Locale.ROOT);
                if (ENDINGS.stream().noneMatch(lower::endsWith)) {
                    continue;
                }
                add(file, (part.isEmpty() ? "" : part + "/") + name + "/" + file.getFileName(), label);
                files++;
            }
            if (files == 0) {
                throw new IllegalArgumentException("data \"" + set + "\": the class folder "
                        + (part.isEmpty() ? "" : part + "/") + name + " holds no PNG or JPEG file");
            }
        }
        return IntStream.range(before, labels.size()).toArray();
    }

    private void add(Path file, String name, int label) {
        if ((labels.size() + 1L) * shape.numbers() > ImageSet.MOST_BYTES) {
            throw new IllegalArgumentException("the images take more than 2 GiB at " + shape.width() + "x"
                    + shape.height() + " pixels; ask for smaller ones (options: {size})");
        }
        try {
            byte[] content = Files.readAllBytes(file);
            fingerprint.add(name, content);
            pixels.add(bytes(image(name, content)));
            labels.add(label);
        } catch (IOException e) {
            throw new IllegalArgumentException(name + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static BufferedImage image(String name, byte[] content) throws IOException {
        ImageIO.setUseCache(false);
        try (ImageInputStream input = ImageIO.createImageInputStream(new ByteArrayInputStream(content))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(input);
            if (!readers.hasNext()) {
                throw new IllegalArgumentException(name + " is neither PNG nor JPEG");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(input, true, true);
                if ((long) reader.getWidth(0) * reader.getHeight(0) > MOST_PIXELS) {
                    throw new IllegalArgumentException(name + " has " + reader.getWidth(0) + "x" + reader.getHeight(0)
                            + " pixels, more than " + MOST_PIXELS);
                }
                return reader.read(0);
            } catch (IOException | RuntimeException e) { // a broken file shows itself in either
                throw new IllegalArgumentException(name + " is no image that can be read: " + e.getMessage(), e);
            } finally {
                reader.dispose();
            }
        }
    }

    /** The image's pixels, at the size and of the color that all have. */
    private byte[] bytes(BufferedImage image) {
        BufferedImage sized = plain(image);
        if (image.getWidth() != shape.width() || image.getHeight() != shape.height()) {
            // halved until near, so that no pixel goes unseen, and then by interpolation
            while (sized.getWidth() >= 2 * shape.width() && sized.getHeight() >= 2 * shape.height()) {
                sized = scaled(sized, sized.getWidth() / 2, sized.getHeight() / 2);
            }
            sized = scaled(sized, shape.width(), shape.height());
        }
        byte[] bytes = new byte[shape.numbers()];
        int at = 0;
        for (int y = 0; y < shape.height(); y++) {
            for (int x = 0; x < shape.width(); x++) {
                if (shape.channels() == 1) {
                    bytes[at++] = (byte) brightness(sized, x, y);
                } else if (isGrey(sized)) {
                    Arrays.fill(bytes, at, at + 3, (byte) brightness(sized, x, y));
                    at += 3;
                } else {
                    int color = sized.getRGB(x, y);
                    bytes[at++] = (byte) (color >> 16);
                    bytes[at++] = (byte) (color >> 8);
                    bytes[at++] = (byte) color;
                }
            }
        }
        return bytes;
    }

    /**
     * The image without transparency, its colors or its brightness as the file has them: Java takes grey for linear light, so that
     * it would be another one as a color.
     */
    private static BufferedImage plain(BufferedImage image) {
        ColorModel model = image.getColorModel();
        if (isGrey(image) || !(model.hasAlpha() || model.getColorSpace().getType() == ColorSpace.TYPE_GRAY)) {
            return image;
        }
        boolean isOfGrey = model.getColorSpace().getType() == ColorSpace.TYPE_GRAY;
        int surplus = isOfGrey ? model.getComponentSize(0) - 8 : 0;
        BufferedImage plain = new BufferedImage(
                image.getWidth(),
                image.getHeight(),
                isOfGrey ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                if (isOfGrey) {
                    plain.getRaster().setSample(x, y, 0, image.getRaster().getSample(x, y, 0) >> surplus);
                } else {
                    plain.setRGB(x, y, image.getRGB(x, y));
                }
            }
        }
        return plain;
    }

    private static boolean isGrey(BufferedImage image) {
        return image.getType() == BufferedImage.TYPE_BYTE_GRAY;
    }

    /** As the file has it where it is grey; else by ITU-R BT.601, as Pillow's conversion does. */
    private static int brightness(BufferedImage image, int x, int y) {
        if (isGrey(image)) {
            return image.getRaster().getSample(x, y, 0); // getRGB would change its gamma
        }
        int color = image.getRGB(x, y);
        return (((color >> 16) & 0xff) * 19595 + ((color >> 8) & 0xff) * 38470 + (color & 0xff) * 7471 + 0x8000) >> 16;
    }

    private static BufferedImage scaled(BufferedImage image, int width, int height) {
        int type = isGrey(image) ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB;
        BufferedImage scaled = new BufferedImage(width, height, type);
        Graphics2D graphics = scaled.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        graphics.drawImage(image, 0, 0, width, height, null);
        graphics.dispose();
        return scaled;
    }

    private byte[] allPixels() {
        byte[] all = new byte[pixels.size() * shape.numbers()];
        for (int i = 0; i < pixels.size(); i++) {
            System.arraycopy(pixels.get(i), 0, all, i * shape.numbers(), shape.numbers());
        }
        return all;
    }
}
