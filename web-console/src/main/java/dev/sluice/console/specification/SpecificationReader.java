package dev.sluice.console.specification;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Reads sweep files: checks everything, fills in what is left out and collects all errors. A wrong file never throws: it
 * is {@link ReadResult.Invalid}. The work is bounded by the limits on size, depth and number of values.
 *
 * <p>Thread-safe if the generator is.
 */
public final class SpecificationReader {
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private final TrainerCatalog catalog;
    private final RandomGenerator seeds;

    /**
     * @param catalog what the trainer can do; {@link TrainerCatalog#absent()} leaves trainer trials unchecked but for shape
     * @param seeds   asked once for each file without a seed
     */
    public SpecificationReader(TrainerCatalog catalog, RandomGenerator seeds) {
        this.catalog = catalog;
        this.seeds = seeds;
    }

    /**
     * Reads a file, as JSON if its name ends in {@code .json}. No more than the allowed size is taken into memory.
     *
     * @throws IOException if the file cannot be read
     */
    public ReadResult read(Path file) throws IOException {
        try (InputStream input = Files.newInputStream(file)) {
            return read(input.readNBytes(TreeLimits.BYTES + 1), Format.of(file));
        }
    }

    /** Reads UTF-8 text. */
    public ReadResult read(byte[] bytes, Format format) {
        Problems problems = new Problems();
        if (bytes.length > TreeLimits.BYTES) {
            return tooLarge(problems);
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return readText(text, format, problems);
        } catch (CharacterCodingException notUtf8) {
            problems.add("", Position.NONE, "the file is not UTF-8 text; save it as UTF-8");
            return new ReadResult.Invalid(problems.inOrder());
        }
    }

    /** Reads text. */
    public ReadResult read(String text, Format format) {
        Problems problems = new Problems();
        if (text.length() > TreeLimits.BYTES || text.getBytes(StandardCharsets.UTF_8).length > TreeLimits.BYTES) {
            return tooLarge(problems);
        }
        return readText(text, format, problems);
    }

    /** Reads a tree that was parsed elsewhere; errors have no lines. */
    public ReadResult read(JsonNode tree) {
        Problems problems = new Problems();
        return check(JsonText.of(tree), problems);
    }

    private ReadResult readText(String text, Format format, Problems problems) {
        String content = !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
        Optional<Node> root = switch (format) {
            case YAML -> YamlTree.parse(content, problems);
            case JSON -> JsonText.parse(content, problems);
        };
        return root.isEmpty() ? new ReadResult.Invalid(problems.inOrder()) : check(root.get(), problems);
    }

    private ReadResult check(Node root, Problems problems) {
        Optional<SweepSpecification> specification = new SweepReading(catalog, seeds, problems).read(root);
        return specification.isPresent() && problems.isEmpty()
                ? new ReadResult.Valid(specification.get())
                : new ReadResult.Invalid(problems.inOrder());
    }

    private static ReadResult tooLarge(Problems problems) {
        problems.add("", Position.NONE, "the file is larger than 1 MiB; a sweep file that large is surely not meant");
        return new ReadResult.Invalid(problems.inOrder());
    }
}
