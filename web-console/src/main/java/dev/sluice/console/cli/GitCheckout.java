package dev.sluice.console.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is checked out where a file lies, read from git's own files (gitrepository-layout(5)): no program is run. What
 * cannot be read so is not known.
 *
 * @param commit the commit, in hexadecimal digits
 * @param branch the branch, such as {@code main}; empty where none is checked out
 */
record GitCheckout(String commit, Optional<String> branch) {
    private static final int LIMIT_BYTES = 16 << 20;
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
    private static final String REF = "ref: ";
    private static final String HEADS = "refs/heads/";

    /** The checkout that a file lies in. */
    static Optional<GitCheckout> around(Path file) {
        try {
            for (Path folder = file.toAbsolutePath().normalize().getParent();
                    folder != null;
                    folder = folder.getParent()) {
                Path git = folder.resolve(".git");
                if (Files.isDirectory(git)) {
                    return read(git);
                }
                if (Files.isRegularFile(git)) {
                    // A worktree of another clone, or a submodule.
                    String text = line(git);
                    return text != null && text.startsWith("gitdir: ")
                            ? read(folder.resolve(text.substring(8)))
                            : Optional.empty();
                }
            }
        } catch (InvalidPathException | SecurityException unknown) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    /** By the names that MLflow has for them. */
    Map<String, String> tags() {
        Map<String, String> tags = new LinkedHashMap<>();
        tags.put("mlflow.source.git.commit", commit);
        branch.ifPresent(name -> tags.put("mlflow.source.git.branch", name));
        return tags;
    }

    private static Optional<GitCheckout> read(Path git) {
        String head = line(git.resolve("HEAD"));
        if (head == null) {
            return Optional.empty();
        }
        if (!head.startsWith(REF)) {
            return commit(head).map(commit -> new GitCheckout(commit, Optional.empty()));
        }
        String ref = head.substring(REF.length());
        if (!ref.startsWith(HEADS) || ref.contains("..")) {
            return Optional.empty();
        }
        String common = line(git.resolve("commondir"));
        Path shared = common == null ? git : git.resolve(common);
        return commit(line(shared.resolve(ref)))
                .or(() -> packed(shared, ref))
                .map(commit -> new GitCheckout(commit, Optional.of(ref.substring(HEADS.length()))));
    }

    private static Optional<String> packed(Path git, String ref) {
        return text(git.resolve("packed-refs"))
                .lines()
                .filter(line -> line.endsWith(" " + ref))
                .flatMap(line -> commit(line.substring(0, line.length() - ref.length() - 1)).stream())
                .findFirst();
    }

    private static Optional<String> commit(@Nullable String text) {
        return Optional.ofNullable(text).filter(commit -> COMMIT.matcher(commit).matches());
    }

    private static @Nullable String line(Path file) {
        return text(file).lines().findFirst().map(String::strip).orElse(null);
    }

    private static String text(Path file) {
        if (!Files.isRegularFile(file)) {
            return "";
        }
        try (var in = Files.newInputStream(file)) {
            return new String(in.readNBytes(LIMIT_BYTES), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            return "";
        }
    }
}
