package dev.sluice.console.specification;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/** Files broken at random: they are valid or invalid, never an exception and never without end. */
class MutatedFilesTest {
    private static final int FILES = 800;
    private static final JsonSchema SCHEMA = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(SweepSchema.json(SweepFiles.catalog()));
    private static final List<String> PIECES = List.of(
            "{",
            "}",
            "[",
            "]",
            ":",
            ": ",
            ",",
            "\"",
            "'",
            "\n",
            "\n  ",
            "- ",
            "&a ",
            "*a",
            "!!str ",
            "|",
            ">",
            "#",
            "---\n",
            "?",
            "0",
            "-1",
            "1.5",
            "1e400",
            "9007199254740993",
            ".nan",
            "true",
            "~",
            "\t",
            "\u0000",
            "\uFEFF",
            "\uD800",
            "é",
            "${params.",
            "min",
            "max",
            "values",
            "when",
            "parameters",
            "%",
            "@",
            "`",
            "\\",
            "<<: ",
            "10m",
            "2GiB",
            "x".repeat(300));

    @RepeatedTest(4)
    void alwaysGiveAnAnswer(RepetitionInfo repetition) {
        SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
        List<String> sources = new ArrayList<>(List.of(
                SweepFiles.WHOLE,
                SweepFiles.SMALLEST,
                SweepFiles.valid(SweepFiles.WHOLE).toJson().toPrettyString()));
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            for (int file = 0; file < FILES; file++) {
                String text = mutated(sources.get(file % sources.size()), random);
                check(text, file % 3 == 2 && random.nextBoolean() ? Format.JSON : Format.YAML);
            }
        });
    }

    private static void check(String text, Format format) {
        switch (SweepFiles.reader().read(text, format)) {
            case ReadResult.Valid valid -> {
                assertThat(SweepSpecification.fromNormalised(
                                valid.specification().toJson()))
                        .isEqualTo(valid.specification());
                if (format == Format.YAML) {
                    assertThat(SCHEMA.validate(SweepFiles.tree(text))).as(text).isEmpty();
                }
                assertThat(SCHEMA.validate(valid.specification().toJson()))
                        .as(text)
                        .isEmpty();
            }
            case ReadResult.Invalid invalid ->
                assertThat(invalid.errors()).allSatisfy(error -> {
                    assertThat(error.detail()).isNotBlank().doesNotContain("\n", "\u0000", "java.");
                    assertThat(error.pointer()).matches("(?s)|/.*");
                });
        }
    }

    private static String mutated(String source, SplittableRandom random) {
        StringBuilder text = new StringBuilder(source);
        int changes = 1 + random.nextInt(3);
        for (int change = 0; change < changes; change++) {
            int at = random.nextInt(text.length() + 1);
            switch (random.nextInt(4)) {
                case 0 -> text.insert(at, PIECES.get(random.nextInt(PIECES.size())));
                case 1 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(6)));
                case 2 -> text.replace(at, Math.min(text.length(), at + 1), PIECES.get(random.nextInt(PIECES.size())));
                default -> {
                    int end = Math.min(text.length(), at + random.nextInt(40));
                    String piece = text.substring(at, end);
                    text.insert(random.nextInt(text.length() + 1), piece);
                }
            }
        }
        return text.toString();
    }
}
