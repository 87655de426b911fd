package dev.sluice.console.promote;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentEndEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * The model folder that a trial wrote, looked at before anything of it is sent: whether it is one that MLflow can load, as
 * far as that can be told without running what is in it. Its files are data of the trial's: they are read within bounds,
 * and no link in the folder makes a file from elsewhere part of the model.
 */
final class ModelFolder {
    static final String MLMODEL = "MLmodel";

    private static final int MOST_BYTES = 1 << 20;
    private static final int MOST_LEVELS = 50;
    private static final int MOST_EVENTS = 100_000;
    private static final int MOST_WORDS_SHOWN = 200;
    private static final String PYFUNC = "python_function";

    /** Under these keys MLflow's own flavors keep a path from the model's folder; {@code code} is one of a folder. */
    private static final List<String> PATHS = List.of(
            "data",
            "model_data",
            "model_path",
            "model_binary",
            "pickled_model",
            "python_model",
            "serialized_explainer",
            "code");

    private final Path folder;

    private ModelFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Why MLflow could not load the model.
     *
     * @return the rest of a sentence that begins with "because", without its full stop; empty if nothing speaks against it
     * @throws IOException if the disk fails
     */
    static Optional<String> fault(Path folder) throws IOException {
        if (Files.isSymbolicLink(folder)) {
            return Optional.of(
                    "its folder %s is a link; the files must lie in the folder itself".formatted(folder.getFileName()));
        }
        try {
            new ModelFolder(folder.toRealPath()).examine();
            return Optional.empty();
        } catch (Fault e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** What is wrong with a model. */
    private static final class Fault extends Exception {
        private static final long serialVersionUID = 1L;

        Fault(String sentence) {
            super(sentence);
        }
    }

    private void examine() throws IOException, Fault {
        lookAtEntries();
        var model = mapping(MLMODEL, read());
        if (!(model.get("flavors") instanceof Map<?, ?> flavors) || flavors.isEmpty()) {
            throw new Fault("%s names no flavor: `flavors` must be a mapping of at least one, such as %s, was %s"
                    .formatted(MLMODEL, PYFUNC, shown(model.get("flavors"))));
        }
        for (var flavor : flavors.entrySet()) {
            lookAt(shown(flavor.getKey()), flavor.getValue());
        }
        if (!(flavors.get(PYFUNC) instanceof Map<?, ?> loaded)) {
            throw new Fault("%s has no flavor %s, by which mlflow.pyfunc.load_model loads; it has %s"
                    .formatted(
                            MLMODEL,
                            PYFUNC,
                            shown(flavors.keySet().stream()
                                    .map(ModelFolder::shown)
                                    .collect(Collectors.joining(", ", "[", "]")))));
        }
        if (!(loaded.get("loader_module") instanceof String module) || module.isBlank()) {
            throw new Fault("the flavor %s of %s must name its `loader_module`, was %s"
                    .formatted(PYFUNC, MLMODEL, shown(loaded.get("loader_module"))));
        }
    }

    /** Files, folders, and links to files in here: what else there is would not be stored, or is not the model's. */
    private void lookAtEntries() throws IOException, Fault {
        List<Path> entries;
        try (var all = Files.walk(folder)) {
            entries = all.toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (var entry : entries) {
            if (Files.isSymbolicLink(entry)) {
                lookAtLink(entry);
            } else if (!Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)
                    && !Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                throw new Fault("%s in it is neither a file nor a folder".formatted(name(entry)));
            }
        }
    }

    private void lookAtLink(Path link) throws IOException, Fault {
        Path target;
        try {
            target = link.toRealPath();
        } catch (FileSystemException e) {
            throw new Fault("%s in it is a link that leads nowhere".formatted(name(link)));
        }
        if (!target.startsWith(folder)) {
            throw new Fault("%s in it is a link that leads out of the folder".formatted(name(link)));
        }
        if (!Files.isRegularFile(target)) {
            throw new Fault("%s in it is a link to a folder, and such are not followed".formatted(name(link)));
        }
    }

    private String name(Path entry) {
        return folder.relativize(entry).toString();
    }

    private String read() throws IOException, Fault {
        byte[] bytes;
        try (var in = Files.newInputStream(folder.resolve(MLMODEL))) {
            bytes = in.readNBytes(MOST_BYTES + 1);
        } catch (NoSuchFileException e) {
            throw new Fault("its folder has no file " + MLMODEL);
        }
        if (bytes.length > MOST_BYTES) {
            throw new Fault("%s is longer than %d bytes".formatted(MLMODEL, MOST_BYTES));
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new Fault(MLMODEL + " is not UTF-8 text");
        }
    }

    /** Reads YAML that anybody may have written: its depth and its aliases are bounded before anything is built. */
    private static Map<?, ?> mapping(String name, String yaml) throws Fault {
        var settings = LoadSettings.builder()
                .setLabel(name)
                .setParseComments(false)
                .setCodePointLimit(MOST_BYTES)
                .build();
        try {
            int level = 0;
            int events = 0;
            for (var event : new Parse(settings).parseString(yaml)) {
                if ((event instanceof CollectionStartEvent start && level == 0 && !isExtensible(start))
                        || (event instanceof DocumentEndEvent end && end.isExplicit())) {
                    throw new Fault(
                            "%s must be one mapping in block style from the first column on, as MLflow writes it: the model's id is added at its end"
                                    .formatted(name));
                }
                level += event instanceof CollectionStartEvent ? 1 : event instanceof CollectionEndEvent ? -1 : 0;
                if (level > MOST_LEVELS || ++events > MOST_EVENTS) {
                    throw new Fault("%s is nested more than %d levels deep, or has more than %d parts"
                            .formatted(name, MOST_LEVELS, MOST_EVENTS));
                }
            }
            return new Load(settings).loadFromString(yaml) instanceof Map<?, ?> mapping ? mapping : Map.of();
        } catch (MarkedYamlEngineException e) {
            throw new Fault("%s is not valid YAML: %s%s"
                    .formatted(
                            name,
                            shown(e.getProblem()),
                            e.getProblemMark()
                                    .map(mark ->
                                            " (line %d, column %d)".formatted(mark.getLine() + 1, mark.getColumn() + 1))
                                    .orElse("")));
        } catch (YamlEngineException e) {
            throw new Fault("%s is not valid YAML: %s".formatted(name, shown(e.getMessage())));
        }
    }

    /** Whether a line `key: value` below belongs to it. */
    private static boolean isExtensible(CollectionStartEvent root) {
        return !root.isFlow()
                && root.getStartMark().map(mark -> mark.getColumn() == 0).orElse(true);
    }

    private void lookAt(String flavor, @Nullable Object described) throws IOException, Fault {
        if (!(described instanceof Map<?, ?> fields)) {
            throw new Fault("the flavor %s of %s must be a mapping, was %s"
                    .formatted(shown(flavor), MLMODEL, shown(described)));
        }
        for (var key : PATHS) {
            lookAtPath(flavor, key, fields.get(key));
        }
        if (fields.get("env") instanceof Map<?, ?> environments) {
            for (var environment : environments.entrySet()) {
                lookAtPath(flavor, "env." + shown(environment.getKey()), environment.getValue());
            }
        } else {
            lookAtPath(flavor, "env", fields.get("env"));
        }
        if (fields.get("artifacts") instanceof Map<?, ?> artifacts) {
            for (var artifact : artifacts.entrySet()) {
                lookAtPath(flavor, "artifacts." + shown(artifact.getKey()), path(artifact.getValue()));
            }
        }
        if (fields.get("extra_files") instanceof List<?> files) {
            for (var file : files) {
                lookAtPath(flavor, "extra_files", path(file));
            }
        }
        if (fields.get("model_code_path") instanceof String code) {
            // MLflow writes down where the file was, and looks for its name in the model's folder.
            lookAtPath(flavor, "model_code_path", code.substring(code.lastIndexOf('/') + 1));
        }
    }

    private static @Nullable Object path(@Nullable Object entry) {
        return entry instanceof Map<?, ?> fields ? fields.get("path") : null;
    }

    private void lookAtPath(String flavor, String key, @Nullable Object value) throws IOException, Fault {
        if (!(value instanceof String path) || path.isEmpty()) {
            return;
        }
        var named = "%s, which the flavor %s of %s names as its `%s`,"
                .formatted(shown(path), shown(flavor), MLMODEL, shown(key));
        Path file;
        try {
            file = folder.resolve(path).normalize();
        } catch (InvalidPathException e) {
            throw new Fault(named + " is no path");
        }
        if (!file.startsWith(folder)) {
            throw new Fault(named + " leads out of the folder");
        }
        if (!Files.exists(file)) {
            throw new Fault(named + " is not in the folder");
        }
        if (Files.isDirectory(file) && !holdsAFile(file)) {
            throw new Fault(named + " is an empty folder, and MLflow stores files alone");
        }
    }

    private static boolean holdsAFile(Path folder) throws IOException {
        try (var all = Files.walk(folder)) {
            return all.anyMatch(Files::isRegularFile);
        }
    }

    /** What is made of other things is not shown with them: by aliases a short text makes of few things endless ones. */
    private static String shown(@Nullable Object value) {
        var text = switch (value) {
            case null -> "missing";
            case Map<?, ?> mapping -> mapping.isEmpty() ? "{}" : "a mapping";
            case Collection<?> list -> list.isEmpty() ? "[]" : "a list";
            default -> value.toString();
        };
        return text.length() > MOST_WORDS_SHOWN ? text.substring(0, MOST_WORDS_SHOWN) + "…" : text;
    }
}
