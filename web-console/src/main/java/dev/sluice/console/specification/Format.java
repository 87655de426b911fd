package dev.sluice.console.specification;

import java.nio.file.Path;
import java.util.Locale;

/** How a sweep file is written. */
public enum Format {
    /** YAML 1.2, core schema: {@code 1e-4} is a number, {@code on} and {@code no} are text. */
    YAML,
    /** Strict JSON: no comments, no trailing commas, no repeated names. */
    JSON;

    /** The format of a file by its name: {@code .json} is JSON, everything else YAML. */
    public static Format of(Path file) {
        return file.toString().toLowerCase(Locale.ROOT).endsWith(".json") ? JSON : YAML;
    }
}
