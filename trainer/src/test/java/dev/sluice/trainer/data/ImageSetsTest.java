package dev.sluice.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageSetsTest {
    @TempDir
    Path root;

    private ImageSet read(String name, boolean isColored) {
        return ImageSets.read(new DataRoot(root), name, new ImageSets.Reading(8, isColored, new Shares(0.2, 0.1, 0)));
    }

    @Test
    void readsIdxFilesCompressedOrNot() throws IOException {
        SampleData.idxBars(root, "plain", 40, 10, false);
        SampleData.idxBars(root, "packed", 40, 10, true);

        ImageSet plain = read("plain", true);
        ImageSet packed = read("packed", true);

        assertThat(plain.shape()).isEqualTo(new Preparation.Pixels(12, 12, 1));
        assertThat(plain.labels()).hasSize(50).startsWith(0, 1, 0);
        assertThat(plain.parts().test()).containsExactly(40, 41, 42, 43, 44, 45, 46, 47, 48, 49);
        assertThat(plain.parts().validation()).hasSize(8);
        assertThat(plain.parts().train())
                .hasSize(32)
                .doesNotContain(plain.parts().validation());
        assertThat(packed.pixels()).isEqualTo(plain.pixels());
        assertThat(packed.origin().fingerprint()).isEqualTo(plain.origin().fingerprint());
    }

    @Test
    void takesAShareToTestOnWhereThereAreNoTestImages() throws IOException {
        SampleData.idxBars(root, "bars", 40, 0, false);

        assertThat(read("bars", true).parts().test()).hasSize(4);
    }

    @Test
    void saysWhichIdxFileIsBroken() throws IOException {
        Path folder = SampleData.idxBars(root, "bars", 40, 10, false);
        Path images = folder.resolve("train-images-idx3-ubyte");
        byte[] whole = Files.readAllBytes(images);

        Files.write(images, Arrays.copyOf(whole, whole.length - 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("bars", true))
                .withMessage(
                        "train-images-idx3-ubyte is truncated: after its header it has 5759 bytes, it says that there"
                                + " are 5760");
        Files.write(images, Arrays.copyOf(whole, 10));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("bars", true))
                .withMessageContaining("is truncated");
        Files.write(images, ByteBuffer.wrap(whole.clone()).putInt(0, 0x805).array());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("bars", true))
                .withMessageContaining("begins with 00000805, not with 00000803");
        Files.write(
                images,
                ByteBuffer.wrap(whole.clone()).putInt(4, Integer.MAX_VALUE).array());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("bars", true))
                .withMessageContaining("is truncated");
        Files.write(images, whole);
        Files.delete(folder.resolve("t10k-labels-idx1-ubyte"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("bars", true))
                .withMessage("t10k-images-idx3-ubyte has no t10k-labels-idx1-ubyte beside it");
    }

    @Test
    void readsPicturesOfAllSizesInClassFolders() throws IOException {
        SampleData.colors(root, "colors", 10);

        ImageSet images = read("colors", true);
        ImageSet grey = read("colors", false);

        assertThat(images.shape()).isEqualTo(new Preparation.Pixels(8, 8, 3));
        assertThat(images.classes()).containsExactly("blue", "green", "red");
        assertThat(images.parts().test()).hasSize(3);
        assertThat(images.parts().validation()).hasSize(6);
        int last = images.labels().length - 1; // a red one: more red than blue in it
        byte[] row = images.channelFirst(new int[] {last});
        assertThat(sum(row, 0, 64)).isGreaterThan(2 * sum(row, 128, 192));
        assertThat(grey.pixels()).hasSize(30 * 64);
        assertThat(grey.origin().fingerprint()).isEqualTo(images.origin().fingerprint());
    }

    @Test
    void seesTheBrightnessThatAFileHasWhateverItsKind() throws IOException {
        int[] kinds = {
            BufferedImage.TYPE_BYTE_GRAY,
            BufferedImage.TYPE_USHORT_GRAY,
            BufferedImage.TYPE_INT_RGB,
            BufferedImage.TYPE_INT_ARGB
        };
        for (int side : new int[] {8, 16, 5}) { // as it is, halved, enlarged
            for (int kind : kinds) {
                Path folder = root.resolve("grey-" + side + "-" + kind);
                for (String name : new String[] {"a", "b"}) {
                    Path ofClass = Files.createDirectories(folder.resolve(name));
                    for (int image = 0; image < 10; image++) {
                        ImageIO.write(
                                even(side, kind),
                                "png",
                                ofClass.resolve(image + ".png").toFile());
                    }
                }
                for (boolean isColored : new boolean[] {true, false}) {
                    assertThat(read(folder.getFileName().toString(), isColored).pixels())
                            .as("%s %s", folder.getFileName(), isColored)
                            .containsOnly((byte) 100);
                }
            }
        }
    }

    /** All of brightness 100 of 255, and half transparent if it can be. */
    private static BufferedImage even(int side, int kind) {
        BufferedImage image = new BufferedImage(side, side, kind);
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                switch (kind) {
                    case BufferedImage.TYPE_BYTE_GRAY -> image.getRaster().setSample(x, y, 0, 100);
                    case BufferedImage.TYPE_USHORT_GRAY -> image.getRaster().setSample(x, y, 0, 100 * 257);
                    default -> image.setRGB(x, y, 0x80646464);
                }
            }
        }
        return image;
    }

    private static long sum(byte[] values, int from, int to) {
        long sum = 0;
        for (int i = from; i < to; i++) {
            sum += values[i] & 0xff;
        }
        return sum;
    }

    @Test
    void takesTheSplitThatAFolderHas() throws IOException {
        Path folder = Files.createDirectory(root.resolve("parted"));
        SampleData.colors(folder, "train", 10);
        SampleData.colors(folder, "test", 2);

        Parts parts = read("parted", true).parts();

        assertThat(parts.train()).hasSize(24);
        assertThat(parts.validation()).hasSize(6);
        assertThat(parts.test()).containsExactly(30, 31, 32, 33, 34, 35);
    }

    @Test
    void refusesAFolderThatIsNoPart() throws IOException {
        Path folder = Files.createDirectory(root.resolve("parted"));
        SampleData.colors(folder, "train", 10);
        SampleData.colors(folder, "tests", 2);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("parted", true))
                .withMessageContaining("validation (or val) and test, was tests")
                .withMessageContaining("\"test\"");
        Files.move(folder.resolve("tests"), folder.resolve("val"));
        SampleData.colors(folder, "validation", 2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("parted", true))
                .withMessageContaining("both val and validation");
    }

    @Test
    void saysWhatIsWrongWithAFolder() throws IOException {
        Path folder = SampleData.colors(root, "colors", 4);
        Files.createDirectory(folder.resolve("empty"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("colors", true))
                .withMessage("data \"colors\": the class folder empty holds no PNG or JPEG file");
        Files.writeString(folder.resolve("empty/0.png"), "no image");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("colors", true))
                .withMessage("empty/0.png is neither PNG nor JPEG");
        byte[] whole = Files.readAllBytes(folder.resolve("red/0.png"));
        Files.write(folder.resolve("empty/0.png"), Arrays.copyOf(whole, whole.length / 2));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("colors", true))
                .withMessageStartingWith("empty/0.png is no image that can be read");
        Files.createDirectory(root.resolve("nothing"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("nothing", true))
                .withMessageContaining("must hold a folder of images for each class");
    }
}
