package dev.sluice.trainer.data;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;

/** Small data sets that can be learnt, written into a folder of data sets. */
public final class SampleData {
    private SampleData() {}

    /** Bars: class 0 has them upright, class 1 level; grey, as many images as asked for, as IDX files. */
    public static Path idxBars(Path root, String name, int images, int tests, boolean isCompressed) throws IOException {
        Path folder = Files.createDirectories(root.resolve(name));
        idx(folder, "train", images, 1, isCompressed);
        if (tests > 0) {
            idx(folder, "t10k", tests, 2, isCompressed);
        }
        return folder;
    }

    private static void idx(Path folder, String prefix, int images, long seed, boolean isCompressed)
            throws IOException {
        int side = 12;
        ByteBuffer pixels = ByteBuffer.allocate(16 + images * side * side);
        pixels.putInt(0x803).putInt(images).putInt(side).putInt(side);
        ByteBuffer labels = ByteBuffer.allocate(8 + images);
        labels.putInt(0x801).putInt(images);
        SplittableRandom random = new SplittableRandom(seed);
        for (int image = 0; image < images; image++) {
            int label = image % 2;
            int bar = 1 + random.nextInt(side - 2);
            for (int y = 0; y < side; y++) {
                for (int x = 0; x < side; x++) {
                    boolean isOn = (label == 0 ? x : y) == bar;
                    pixels.put((byte) (isOn ? 200 + random.nextInt(56) : random.nextInt(60)));
                }
            }
            labels.put((byte) label);
        }
        write(folder.resolve(prefix + "-images-idx3-ubyte"), pixels.array(), isCompressed);
        write(folder.resolve(prefix + "-labels-idx1-ubyte"), labels.array(), isCompressed);
    }

    private static void write(Path file, byte[] content, boolean isCompressed) throws IOException {
        if (!isCompressed) {
            Files.write(file, content);
            return;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(content);
        }
        Files.write(file.resolveSibling(file.getFileName() + ".gz"), bytes.toByteArray());
    }

    /** Spots of three colors on dark ground, in PNG and JPEG files of several sizes. */
    public static Path colors(Path root, String name, int imagesOfEach) throws IOException {
        Path folder = Files.createDirectories(root.resolve(name));
        SplittableRandom random = new SplittableRandom(3);
        String[] names = {"blue", "green", "red"};
        Color[] colors = {Color.BLUE, Color.GREEN, Color.RED};
        for (int each = 0; each < names.length; each++) {
            Path ofClass = Files.createDirectories(folder.resolve(names[each]));
            for (int image = 0; image < imagesOfEach; image++) {
                int side = 10 + random.nextInt(10);
                BufferedImage picture = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
                Graphics2D graphics = picture.createGraphics();
                graphics.setColor(new Color(random.nextInt(60), random.nextInt(60), random.nextInt(60)));
                graphics.fillRect(0, 0, side, side);
                graphics.setColor(colors[each]);
                graphics.fillOval(random.nextInt(4), random.nextInt(4), 6, 6);
                graphics.dispose();
                String format = image % 2 == 0 ? "png" : "jpg";
                ImageIO.write(
                        picture, format, ofClass.resolve(image + "." + format).toFile());
            }
        }
        return folder;
    }

    /** Rows with numbers of very different sizes, cells that are missing, and categories; who passes hangs on three columns. */
    public static Path exams(Path root, String name, int rows) {
        StringBuilder text = new StringBuilder("id,hours,born,city,grade,passed\n");
        SplittableRandom random = new SplittableRandom(4);
        String[] cities = {"Oslo", "Rome, old", "Lima", ""};
        for (int row = 0; row < rows; row++) {
            double hours = random.nextDouble() * 100;
            double born = 1_500_000_000.0 + random.nextInt(1_000_000);
            int city = random.nextInt(cities.length);
            double grade = 2000 + 10 * hours + 100 * city + random.nextDouble();
            text.append(row)
                    .append(',')
                    .append(row % 17 == 5 ? row % 2 == 0 ? "" : "NA" : String.format(Locale.ROOT, "%.3f", hours))
                    .append(',')
                    .append((long) born)
                    .append(',')
                    .append('"')
                    .append(cities[city])
                    .append('"')
                    .append(',')
                    .append(String.format(Locale.ROOT, "%.2f", grade))
                    .append(',')
                    .append(hours + 20 * city > 70 ? "it's yes" : "no")
                    .append('\n');
        }
        return text(root, name, text.toString());
    }

    /** A file. */
    public static Path text(Path root, String name, String text) {
        try {
            Files.createDirectories(root);
            return Files.write(root.resolve(name), text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
