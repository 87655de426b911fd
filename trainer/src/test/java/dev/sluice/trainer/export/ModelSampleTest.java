package dev.sluice.trainer.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

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

        ModelSample sample = ModelSample.of(32, inputs, outputs);

        assertThat(sample.rows()).isEqualTo(16);
        assertThat(sample.inputs()).startsWith(0, 0, 2, -2, 4, -4).endsWith(30, -30);
        assertThat(sample.outputs()).startsWith(100, 102, 104).endsWith(130);
    }

    @Test
    void readsWhatItWritesNotANumberToo() {
        ModelSample sample =
                new ModelSample(2, new float[] {0.1f, 1e-30f, 3, -4}, new float[] {Float.NaN, Float.NEGATIVE_INFINITY});

        ModelSample read = ModelSample.ofJson(sample.toJson());

        assertThat(read.rows()).isEqualTo(2);
        assertThat(read.inputs()).containsExactly(sample.inputs());
        assertThat(read.outputs()).containsExactly(sample.outputs());
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
                "nothing                                     | not JSON"
            })
    void saysWhatIsWrong(String text, String said) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelSample.ofJson(text))
                .withMessageContaining(said);
    }
}
