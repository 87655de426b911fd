package dev.sluice.trainer.data;

import dev.sluice.trainer.option.Suggestion;
import dev.sluice.trainer.protocol.OperatorFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The operator's folder of data sets. Who writes a sweep names one of its entries and never a path: a name is a single word,
 * and what it leads to must lie in the folder, links and all. Immutable.
 */
public final class DataRoot {
    private final OperatorFolder folder;

    /** The data sets in this folder. */
    public DataRoot(Path folder) {
        this.folder = new OperatorFolder(folder);
    }

    /**
     * The file or folder of a name.
     *
     * @throws IllegalArgumentException if the name is none, nothing is there, or a link leads out of the folder
     */
    public Path find(String name) {
        return find("data", name);
    }

    /**
     * The file or folder of a name, as {@link #find(String)} finds it.
     *
     * @param what it is to be, for messages, e.g. {@code module}
     */
    public Path find(String what, String name) {
        if (!OperatorFolder.isName(name)) {
            throw new IllegalArgumentException(
                    what + " must be the name of a data set, letters, digits and . _ - beginning"
                            + " with a letter or a digit, was \"" + name + "\"; it is no path");
        }
        Path entry = folder.find(name).orElseThrow(() -> {
            List<String> names = names();
            return new IllegalArgumentException(what + " \"" + name + "\" is no data set of this service"
                    + Suggestion.of(name, names) + "; there "
                    + (names.isEmpty() ? "are none" : "are " + String.join(", ", names)));
        });
        requireInside(entry, what + " \"" + name + "\"");
        return entry;
    }

    /** Checks that a file's or a folder's real place is in the folder of data sets. */
    void requireInside(Path entry, String what) {
        try {
            if (!folder.holds(entry)) {
                throw new IllegalArgumentException(what + " is a link out of the folder of data sets");
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(what + " cannot be read: " + e.getMessage(), e);
        }
    }

    private List<String> names() {
        try {
            return folder.names();
        } catch (IOException e) {
            throw new UncheckedIOException("the folder of data sets cannot be listed", e);
        }
    }

    /** The entries of a folder of a data set, by name; links are refused, hidden ones left out. */
    static List<Path> entries(Path folder) {
        List<Path> all;
        try (Stream<Path> entries = Files.list(folder)) {
            all = entries.filter(entry -> !entry.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("the folder " + folder.getFileName() + " cannot be listed", e);
        }
        for (Path entry : all) {
            requireNoLink(entry);
        }
        return all;
    }

    /** Checks that what lies in a data set is no link. */
    static void requireNoLink(Path entry) {
        if (!Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)
                && !Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)
                && Files.exists(entry, LinkOption.NOFOLLOW_LINKS)) {
            throw new IllegalArgumentException(
                    entry.getFileName() + " of the data set is a link; data sets hold files and folders alone");
        }
    }
}
