package dev.sluice.endtoend.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** A sweep file that is changed before it is submitted. Not thread-safe. */
public final class SweepFile {
    private final Map<String, Object> root;

    private SweepFile(Map<String, Object> root) {
        this.root = root;
    }

    /** One of the examples that users are given. */
    public static SweepFile example(String name) {
        try {
            return of(Files.readString(Build.example(name)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static SweepFile of(String yaml) {
        return new SweepFile(mapping(new Load(LoadSettings.builder().build()).loadFromString(yaml)));
    }

    /** Puts a value at a path of keys with dots between them; what is on the way must be there. */
    public SweepFile set(String path, Object value) {
        var keys = path.split("\\.", -1);
        var at = root;
        for (int i = 0; i < keys.length - 1; i++) {
            at = mapping(at.get(keys[i]));
        }
        at.put(keys[keys.length - 1], value);
        return this;
    }

    public SweepFile remove(String key) {
        root.remove(key);
        return this;
    }

    public Map<String, Object> map() {
        return new LinkedHashMap<>(root);
    }

    @SuppressWarnings("unchecked") // the keys of a sweep file are texts
    private static Map<String, Object> mapping(@org.jspecify.annotations.Nullable Object node) {
        if (node instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw new IllegalArgumentException("no mapping: " + node);
    }
}
