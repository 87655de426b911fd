package dev.sluice.trainer.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Images in the IDX format of MNIST: a folder with {@code train-images-idx3-ubyte}, {@code train-labels-idx1-ubyte}, and the same
 * beginning with {@code t10k} or {@code test}, each as it is or compressed as {@code .gz}. A dot in place of the dash before
 * {@code idx} is taken too. Where there are no test images, a share of the others is for testing.
 */
final class IdxImages {
    private static final int IMAGES = 0x803;
    private static final int LABELS = 0x801;
    private static final List<String> TEST = List.of("t10k", "test");

    private IdxImages() {}

    /** True if the folder holds such files. */
    static boolean isIn(Path folder) {
        return find(folder, "train", "images", "idx3").isPresent();
    }

    /**
     * Reads them.
     *
     * @param shares of the training images; none is for testing where there are test images
     * @throws IllegalArgumentException naming the file that is missing, truncated or of another kind
     */
    static ImageSet read(String set, Path folder, Shares shares) {
        Fingerprint fingerprint = new Fingerprint();
        Some train = read(folder, "train", fingerprint)
                .orElseThrow(() -> new IllegalArgumentException("data \"" + set + "\" has no train-images-idx3-ubyte"));
        Optional<Some> tested = Optional.empty();
        for (String prefix : TEST) {
            tested = tested.isPresent() ? tested : read(folder, prefix, fingerprint);
        }
        byte[] pixels = train.pixels;
        int[] labels = train.labels;
        int[] places = IntStream.range(0, labels.length).toArray();
        Parts parts = Parts.draw(places, labels, shares.without(false, tested.isPresent()));
        if (tested.isPresent()) {
            Some more = tested.get();
            if (more.height != train.height || more.width != train.width) {
                throw new IllegalArgumentException("data \"" + set + "\": test images are " + more.height + "x"
                        + more.width + " pixels, training images " + train.height + "x" + train.width);
            }
            int before = labels.length;
            pixels = Arrays.copyOf(pixels, Math.addExact(pixels.length, more.pixels.length));
            System.arraycopy(more.pixels, 0, pixels, train.pixels.length, more.pixels.length);
            labels = IntStream.concat(Arrays.stream(labels), Arrays.stream(more.labels))
                    .toArray();
            parts = new Parts(
                    parts.train(),
                    parts.validation(),
                    IntStream.range(before, labels.length).toArray());
        }
        int classes = Math.max(2, Arrays.stream(labels).max().orElse(0) + 1);
        return new ImageSet(
                new DataOrigin(set, fingerprint.text()),
                new Preparation.Pixels(train.height, train.width, 1),
                Target.Classes.numbered(classes).names(),
                pixels,
                labels,
                parts.requireRows(set));
    }

    @SuppressWarnings("ArrayRecordComponent") // pixels: never compared
    private record Some(int height, int width, byte[] pixels, int[] labels) {}

    private static Optional<Some> read(Path folder, String prefix, Fingerprint fingerprint) {
        Optional<Path> images = find(folder, prefix, "images", "idx3");
        if (images.isEmpty()) {
            return Optional.empty();
        }
        Path file = images.get();
        Path labelFile = find(folder, prefix, "labels", "idx1")
                .orElseThrow(() -> new IllegalArgumentException(
                        file.getFileName() + " has no " + prefix + "-labels-idx1-ubyte beside it"));
        byte[] content = content(file, fingerprint);
        int count = header(file, content, IMAGES, 16);
        int height = whole(content, 8);
        int width = whole(content, 12);
        if (height < 1 || width < 1 || (long) height * width > 1 << 26) {
            throw new IllegalArgumentException(
                    file.getFileName() + " says that its images are " + height + "x" + width + " pixels");
        }
        requireLength(file, content, 16, (long) count * height * width);
        byte[] labels = content(labelFile, fingerprint);
        int labelCount = header(labelFile, labels, LABELS, 8);
        requireLength(labelFile, labels, 8, labelCount);
        if (labelCount != count) {
            throw new IllegalArgumentException(file.getFileName() + " has " + count + " images, "
                    + labelFile.getFileName() + " " + labelCount + " labels");
        }
        return Optional.of(new Some(
                height,
                width,
                Arrays.copyOfRange(content, 16, content.length),
                IntStream.range(0, count).map(i -> labels[8 + i] & 0xff).toArray()));
    }

    private static Optional<Path> find(Path folder, String prefix, String what, String kind) {
        return Stream.of("-", ".")
                .map(dash -> prefix + "-" + what + dash + kind + "-ubyte")
                .flatMap(name -> Stream.of(name, name + ".gz"))
                .map(folder::resolve)
                .filter(Files::isRegularFile)
                .findFirst();
    }

    private static byte[] content(Path file, Fingerprint fingerprint) {
        DataRoot.requireNoLink(file);
        byte[] content = Compressed.read(file);
        fingerprint.add(Compressed.plainName(file), content);
        return content;
    }

    /** How many entries the file says it has. */
    private static int header(Path file, byte[] content, int magic, int length) {
        if (content.length < length) {
            throw new IllegalArgumentException(file.getFileName() + " is truncated: it has " + content.length
                    + " bytes, its header alone takes " + length);
        }
        if (whole(content, 0) != magic) {
            throw new IllegalArgumentException("%s is no such IDX file: it begins with %08x, not with %08x"
                    .formatted(file.getFileName(), whole(content, 0), magic));
        }
        return whole(content, 4);
    }

    private static void requireLength(Path file, byte[] content, int header, long expected) {
        if (content.length - header != expected) {
            throw new IllegalArgumentException(file.getFileName()
                    + (content.length - header < expected ? " is truncated" : " is too long")
                    + ": after its header it has "
                    + (content.length - header) + " bytes, it says that there are " + expected);
        }
    }

    private static int whole(byte[] content, int at) {
        return (content[at] & 0xff) << 24
                | (content[at + 1] & 0xff) << 16
                | (content[at + 2] & 0xff) << 8
                | (content[at + 3] & 0xff);
    }
}
