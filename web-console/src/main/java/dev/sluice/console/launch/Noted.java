package dev.sluice.console.launch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/** Reads a number that the wrapper noted in a file of its own: whole once the line's end is there. */
final class Noted {
    private Noted() {}

    static OptionalInt number(Path file) {
        try {
            String text = Files.readString(file, StandardCharsets.ISO_8859_1);
            return text.matches("\\d{1,9}\n") ? OptionalInt.of(Integer.parseInt(text.strip())) : OptionalInt.empty();
        } catch (IOException absent) {
            return OptionalInt.empty();
        }
    }
}
