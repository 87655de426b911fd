package dev.sluice.console.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** A sweep file as it stands on disk, or on the standard input where it is called {@code -}. */
record SweepFile(String name, String text, boolean isJson) {
    private static final int LIMIT_BYTES = 1024 * 1024;

    static SweepFile read(String name) {
        byte[] bytes;
        try {
            if (name.equals("-")) {
                bytes = System.in.readNBytes(LIMIT_BYTES + 1);
            } else {
                Path path = Path.of(name);
                if (!Files.isRegularFile(path)) {
                    throw CommandFailure.wrongUsage("there is no file " + name);
                }
                try (var in = Files.newInputStream(path)) {
                    bytes = in.readNBytes(LIMIT_BYTES + 1);
                }
            }
        } catch (IOException unreadable) {
            throw CommandFailure.wrongUsage("%s cannot be read: %s".formatted(name, unreadable.getMessage()));
        }
        if (bytes.length > LIMIT_BYTES) {
            throw CommandFailure.wrongUsage("%s is larger than 1 MiB, the most a sweep file may have".formatted(name));
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            boolean json = name.toLowerCase(Locale.ROOT).endsWith(".json")
                    || (name.equals("-") && text.stripLeading().startsWith("{"));
            return new SweepFile(name, text, json);
        } catch (CharacterCodingException wrongEncoding) {
            throw CommandFailure.wrongUsage("%s is not UTF-8 text".formatted(name));
        }
    }

    /** The file with tags that say what is checked out where it lies, where that is known and it does not say so itself. */
    Optional<SweepFile> withCheckout() {
        return name.equals("-")
                ? Optional.empty()
                : GitCheckout.around(Path.of(name))
                        .flatMap(checkout -> TaggedText.of(text, checkout.tags()))
                        .map(tagged -> new SweepFile(name, tagged, isJson));
    }

    String mediaType() {
        return isJson ? "application/json" : "application/yaml";
    }
}
