package dev.sluice.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.trainer.json.JsonText;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;

class ClassificationReportTest {
    /** Scores of "b": 0.9 b, 0.8 a, 0.7 b, 0.7 a (a tie), 0.2 a, 0.1 a. */
    private static ClassificationReport small() {
        double[] ofB = {0.9, 0.8, 0.7, 0.7, 0.2, 0.1};
        double[][] probabilities = new double[ofB.length][];
        for (int row = 0; row < ofB.length; row++) {
            probabilities[row] = new double[] {1 - ofB[row], ofB[row]};
        }
        return ClassificationReport.of(List.of("a, \"<&>\"", "b"), probabilities, new int[] {1, 0, 1, 0, 0, 0});
    }

    private static String file(ClassificationReport report, String name) {
        return Objects.requireNonNull(report.files().get(name), name);
    }

    @Test
    void countsWhichClassIsTakenForWhich() {
        assertThat(small().confusion()).isDeepEqualTo(new int[][] {{2, 2}, {0, 2}});
        assertThat(file(small(), "confusion.csv"))
                .isEqualTo("true\\predicted,\"a, \"\"<&>\"\"\",b\n\"a, \"\"<&>\"\"\",2,2\nb,0,2\n");
    }

    /** By hand: pairs of a b and an a, 8 of them; 6.5 in the right order, a tie for a half. */
    @Test
    void measuresTheAreaUnderTheCurveWithTies() {
        ClassificationReport.Curves b = small().curves().get(1);

        assertThat(b.area()).isCloseTo(6.5 / 8, within(1e-12));
        assertThat(b.averagePrecision()).isCloseTo(0.5 * 1 + 0.5 * (2 / 4.0), within(1e-12));
        assertThat(b.roc()).first().isEqualTo(new double[] {0, 0});
        assertThat(b.roc()).last().isEqualTo(new double[] {1, 1});
        assertThat(small().curves().get(0).area()).isCloseTo(6.5 / 8, within(1e-12));
    }

    @Test
    void measuresWhetherProbabilitiesMeanWhatTheySay() {
        // of 0.9: two right; 0.8: two, one of them right; 0.7: two, one right
        double expected = (2 * Math.abs(1 - 0.9) + 2 * Math.abs(0.5 - 0.8) + 2 * Math.abs(0.5 - 0.7)) / 6;

        assertThat(small().calibrationError()).isCloseTo(expected, within(1e-12));
    }

    @Test
    void namesTheRowsThatWentWrongTheSurestFirst() {
        Map<String, Object> samples = JsonText.readObject(file(small(), "samples.json"));

        assertThat((List<?>) samples.get("wrong"))
                .extracting(row -> (Object) ((Map<?, ?>) row).get("row"))
                .containsExactly(1L, 3L);
        assertThat((List<?>) samples.get("unsure"))
                .extracting(row -> (Object) ((Map<?, ?>) row).get("row"))
                .startsWith(2L);
    }

    @Test
    void drawsAPictureWhateverTheClassesAreCalled() throws Exception {
        SplittableRandom random = new SplittableRandom(2);
        int classes = 30;
        double[][] probabilities = new double[500][classes];
        int[] labels = new int[500];
        for (int row = 0; row < 500; row++) {
            labels[row] = random.nextInt(classes - 1); // of the last one there is no row
            double sum = 0;
            for (int i = 0; i < classes; i++) {
                probabilities[row][i] = random.nextDouble() + (i == labels[row] ? 3 : 0);
                sum += probabilities[row][i];
            }
            for (int i = 0; i < classes; i++) {
                probabilities[row][i] /= sum;
            }
        }
        List<String> names = java.util.stream.IntStream.range(0, classes)
                .mapToObj(i -> "<" + i + "&\u0001\"" + (char) 0xD800)
                .toList();

        for (ClassificationReport report : List.of(small(), ClassificationReport.of(names, probabilities, labels))) {
            String svg = file(report, "report.svg");
            assertThat(DocumentBuilderFactory.newInstance()
                            .newDocumentBuilder()
                            .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)))
                            .getDocumentElement()
                            .getTagName())
                    .isEqualTo("svg");
            assertThat(svg).doesNotContain("NaN", "Infinity");
            assertThat(JsonText.readObject(file(report, "curves.json"))).containsKey("classes");
        }
    }

    @Test
    void needsARow() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClassificationReport.of(List.of("a", "b"), new double[0][], new int[0]));
    }
}
