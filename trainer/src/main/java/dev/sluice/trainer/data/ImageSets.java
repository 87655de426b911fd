package dev.sluice.trainer.data;

import java.nio.file.Files;
import java.nio.file.Path;

/** Reads labelled images of a data set, whichever way they are stored. */
public final class ImageSets {
    private ImageSets() {}

    /**
     * How a data set is read.
     *
     * @param size pixels on each side of what images from files are brought to; images in IDX files stay as they are
     * @param isColored whether images from files are seen in color
     * @param shares of the parts, where the data set does not say
     */
    public record Reading(int size, boolean isColored, Shares shares) {}

    /**
     * Reads a data set.
     *
     * @throws IllegalArgumentException saying what is wrong with the name or the files
     */
    public static ImageSet read(DataRoot root, String name, Reading reading) {
        System.setProperty("java.awt.headless", "true"); // images are decoded, none is shown
        Path folder = root.find(name);
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException(
                    "data \"" + name + "\" is a file; images are a folder of class folders, or" + " of IDX files");
        }
        return IdxImages.isIn(folder)
                ? IdxImages.read(name, folder, reading.shares())
                : ImageFolder.read(
                        name,
                        folder,
                        new Preparation.Pixels(reading.size(), reading.size(), reading.isColored() ? 3 : 1),
                        reading.shares());
    }
}
