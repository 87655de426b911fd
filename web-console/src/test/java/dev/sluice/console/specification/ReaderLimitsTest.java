package dev.sluice.console.specification;

import static dev.sluice.console.specification.SweepFiles.SMALLEST;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are made to hurt, and the borders of what is read. */
class ReaderLimitsTest {

    @Test
    void refusesMoreThanOneMebibyte() {
        String file = SMALLEST + "# " + "x".repeat(TreeLimits.BYTES);

        assertThat(SweepFiles.errors(file))
                .singleElement()
                .satisfies(error -> assertThat(error.detail()).contains("1 MiB"));
    }

    @Test
    void countsBytesNotCharacters() {
        String file = SMALLEST + "# " + "ä".repeat(TreeLimits.BYTES / 2);

        assertThat(SweepFiles.errors(file))
                .singleElement()
                .satisfies(error -> assertThat(error.detail()).contains("1 MiB"));
    }

    @Test
    void readsAFileOfAlmostOneMebibyte() {
        String file = SMALLEST + "# " + "x".repeat(TreeLimits.BYTES - SMALLEST.length() - 2);

        assertThat(SweepFiles.errors(file)).isEmpty();
    }

    @Test
    void refusesABombOfAliases() {
        StringBuilder file = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int level = 1; level < 12; level++) {
            file.append("a%d: &a%d [".formatted(level, level))
                    .append(("*a" + (level - 1) + ", ").repeat(9))
                    .append("*a")
                    .append(level - 1)
                    .append("]\n");
        }

        List<SpecificationError> errors = SweepFiles.errors(file.toString());

        assertThat(errors)
                .singleElement()
                .satisfies(error -> assertThat(error.detail()).contains("aliases"));
    }

    @Test
    void readsAnAlias() {
        String file = SMALLEST + "labels: &l {team: vision}\ntracking: {tags: *l}\n";

        assertThat(SweepFiles.valid(file).tracking().tags()).containsEntry("team", "vision");
    }

    @Test
    void refusesDeepNestingInBothFormats() {
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            for (String opening : List.of("[", "{a: ", "{\"a\":", "- ", "? ")) {
                String file = opening.repeat(TreeLimits.BYTES / opening.length() - 1);
                for (Format format : Format.values()) {
                    assertThat(SweepFiles.errors(SweepFiles.reader().read(file, format)))
                            .as(opening + format)
                            .isNotEmpty();
                }
            }
        });
    }

    @Test
    void staysQuickOnLongLines() {
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            for (String piece : List.of(
                    "a", "a: ", "a,", "\"a\",", "&a ", "*a ", "!a ", "- ", "\n", " ", "#", "'", "\\", "|", "%A\n",
                    "a:\n", ": ", "1")) {
                String file = piece.repeat(TreeLimits.BYTES / 16 / piece.length());
                for (String start : List.of("", "[", "name: ", "\"")) {
                    assertThat(SweepFiles.reader().read(start + file, Format.YAML))
                            .isInstanceOf(ReadResult.Invalid.class);
                }
            }
        });
    }

    @Test
    void staysQuickOnManyUnknownKeys() {
        StringBuilder file = new StringBuilder(SMALLEST);
        for (int index = 0; index < 50_000; index++) {
            file.append("parameter").append(index).append(": 1\n");
        }

        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(60),
                () -> assertThat(SweepFiles.errors(file.toString())).hasSize(Problems.MOST + 1));
    }

    @Test
    void passesOverAByteOrderMark() {
        assertThat(SweepFiles.errors("\uFEFF" + SMALLEST)).isEmpty();
    }

    @Test
    void readsWindowsLineEnds() {
        assertThat(SweepFiles.errors(SMALLEST.replace("\n", "\r\n"))).isEmpty();
    }

    @Test
    void refusesBytesThatAreNotUtf8() {
        byte[] bytes = SMALLEST.replace("smallest", "größte").getBytes(StandardCharsets.ISO_8859_1);

        assertThat(SweepFiles.errors(SweepFiles.reader().read(bytes, Format.YAML)))
                .singleElement()
                .satisfies(error -> assertThat(error.detail()).contains("UTF-8"));
    }

    @Test
    void readsFilesByTheirNames(@TempDir Path folder) throws IOException {
        Path yaml = Files.writeString(folder.resolve("sweep.yaml"), SMALLEST);
        Path json = Files.writeString(
                folder.resolve("sweep.JSON"),
                SweepFiles.valid(SMALLEST).toJson().toPrettyString());

        assertThat(SweepFiles.reader().read(yaml)).isInstanceOf(ReadResult.Valid.class);
        assertThat(SweepFiles.reader().read(json)).isInstanceOf(ReadResult.Valid.class);
    }

    @Test
    void isStrictAboutJson() {
        String json = SweepFiles.valid(SMALLEST).toJson().toString();

        assertThat(errorOf(json + " x")).contains("JSON");
        assertThat(errorOf(json + "{}")).contains("more text");
        assertThat(errorOf("// comment\n" + json)).contains("not valid JSON");
        assertThat(errorOf(json.replace("}}", "},}"))).contains("not valid JSON");
        assertThat(errorOf(json.replaceFirst("\\{", "{\"name\":\"a\","))).contains("twice");
        assertThat(errorOf(json.replace("0.3", "NaN"))).contains("NaN");
        assertThat(errorOf(SMALLEST)).contains("not valid JSON");
        assertThat(errorOf("")).contains("empty");
        assertThat(errorOf("[]")).contains("a list");
        assertThat(errorOf("{\"name\": \"x")).contains("not valid JSON");
    }

    private static String errorOf(String json) {
        return SweepFiles.errors(SweepFiles.reader().read(json, Format.JSON))
                .get(0)
                .detail();
    }

    @Test
    void givesLinesInJsonToo() {
        String json = SweepFiles.valid(SMALLEST).toJson().toPrettyString().replace("\"loss\"", "12");

        SpecificationError error =
                SweepFiles.errors(SweepFiles.reader().read(json, Format.JSON)).get(0);

        assertThat(error.pointer()).isEqualTo("/objective/metric");
        assertThat(error.line()).hasValue(4);
    }
}
