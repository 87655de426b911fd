package dev.sluice.trainer.protocol;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder that only the operator writes, and whose entries sweep files name: by a single word, never by a path. Immutable.
 */
public final class OperatorFolder {
    /** It begins with a letter or a digit, so it is neither hidden nor {@code ..}. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");

    private final Path folder;

    /** The folder at this place, whether it is there or not. */
    public OperatorFolder(Path folder) {
        this.folder = folder;
    }

    /** Whether an entry may have such a name. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** The entry of a name; empty where the text is no name or nothing is there. It may be a link: see {@link #holds}. */
    public Optional<Path> find(String name) {
        return isName(name) ? Optional.of(folder.resolve(name)).filter(Files::exists) : Optional.empty();
    }

    /** Whether the real place of what is there, links followed, is in this folder. */
    public boolean holds(Path entry) throws IOException {
        return entry.toRealPath().startsWith(folder.toRealPath());
    }

    /** The names of what is there, in order; at most a hundred. */
    public List<String> names() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(OperatorFolder::isName)
                    .sorted()
                    .limit(100)
                    .toList();
        }
    }
}
