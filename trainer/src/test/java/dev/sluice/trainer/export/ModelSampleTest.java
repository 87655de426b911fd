package dev.sluice.trainer.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sluice.trainer.data.Preparation;
import dev.sluice.trainer.data.RawInputs;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelSampleTest {
    @Test
    void keepsAFewRowsOfAllOfTheData() {
        float[] inputs = new float[64];
        float[] outputs = new float[32];
        for (int row = 0; row < 32; row++) {
            inputs[2 * row] = row;
            inputs[2 * row + 1] = -row;
            outputs[row] = 100 + row;
        }

        ModelSample sample = ModelSample.of(new RawInputs.Reals(inputs, 2), outputs);

        assertThat(sample.rows()).isEqualTo(16);
        assertThat(numbers(sample)).startsWith(0, 0, 2, -2, 4, -4).endsWith(30, -30);
        assertThat(sample.outputs()).startsWith(100, 102, 104).endsWith(130);
    }

    @Test
    void readsWhatItWritesNotANumberToo() {
        ModelSample sample = new ModelSample(
                new RawInputs.Reals(new float[] {0.1f, 1e-30f, 3, -4}, 2),
                new float[] {Float.NaN, Float.NEGATIVE_INFINITY});

        ModelSample read = ModelSample.ofJson(sample.toJson());

        assertThat(read.rows()).isEqualTo(2);
        assertThat(numbers(read)).containsExactly(numbers(sample));
        assertThat(read.outputs()).containsExactly(sample.outputs());
    }

    private static float[] numbers(ModelSample sample) {
        return ((RawInputs.Reals) sample.inputs()).values();
    }

    @Test
    void readsImagesAndTablesThatItWrites() {
        RawInputs.Pixels images = new RawInputs.Pixels(
                new byte[] {0, 1, 127, (byte) 128, (byte) 255, 3, 4, 5, 6, 7, 8, 9}, new Preparation.Pixels(1, 2, 3));
        RawInputs.Columns table = new RawInputs.Columns(List.of(
                new RawInputs.Numbers("age", new double[] {0.1, -1e300}),
                new RawInputs.Words("city", List.of("", "Rome, \"old\""))));

        ModelSample ofImages = ModelSample.ofJson(new ModelSample(images, new float[] {1, 2}).toJson());
        ModelSample ofTable = ModelSample.ofJson(new ModelSample(table, new float[] {1, 2}).toJson());

        assertThat(ofImages.inputs()).usingRecursiveComparison().isEqualTo(images);
        assertThat(ofTable.inputs()).usingRecursiveComparison().isEqualTo(table);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                          | inputs must be a list of rows",
                "{\"inputs\": [], \"outputs\": []}           | inputs must be a list of rows",
                "{\"inputs\": [[1]], \"outputs\": [[1], [2]]} | was 1 and 2",
                "{\"inputs\": [[1], [1, 2]], \"outputs\": [[1], [2]]} | row 1 was [1, 2]",
                "{\"inputs\": [[true]], \"outputs\": [[1]]} | inputs must hold numbers, one was true",
                "{\"inputs\": [[]], \"outputs\": [[1]]}     | at least one row",
                "{\"inputs\": {\"a\": 3}, \"outputs\": [[1]]} | inputs.a must be {type, values}, was 3",
                "{\"inputs\": {\"a\": {\"type\": \"int\", \"values\": [1]}}, \"outputs\": [[1]]} | must be uint8, double or string, was int",
                "{\"inputs\": {\"a\": {\"type\": \"uint8\", \"values\": [[1]]}}, \"outputs\": [[1]]} | inputs.a.shape must be",
                "nothing                                     | not JSON"
            })
    void saysWhatIsWrong(String text, String said) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelSample.ofJson(text))
                .withMessageContaining(said);
    }
}
