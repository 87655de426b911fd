package dev.sluice.console.problem;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a caller is told of a body that cannot be read. */
final class ProblemMapperTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    record Body(
            @Nullable Long seq,
            @Nullable List<Point> points,
            @Nullable UUID trialId,
            @Nullable Map<String, Double> values,
            @Nullable String name,
            @Nullable Boolean flag) {}

    record Point(@Nullable Long step, @Nullable Map<String, Double> values) {}

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '\0',
            value = {
                "{\"seq\": \"abc\"};                              /seq;             This must be a whole number, was \"abc\".",
                "{\"seq\": {}};                                   /seq;             This must be a whole number.",
                "{\"points\": 3};                                 /points;          This must be an array.",
                "{\"points\": [1]};                               /points/0;        This must be an object.",
                "{\"points\": [{\"step\": 1}, {\"step\": []}]};   /points/1/step;   This must be a whole number.",
                "{\"trialId\": \"x\"};                            /trialId;         This must be an id (a UUID), was \"x\".",
                "{\"values\": {\"a/b~c\": \"high\"}};             /values/a~1b~0c;  This must be a number, or \"NaN\", \"Infinity\", \"-Infinity\", was \"high\".",
                "{\"values\": []};                                /values;          This must be an object.",
                "{\"name\": {}};                                  /name;            This must be a text.",
                "{\"flag\": \"perhaps\"};                         /flag;            This must be true or false, was \"perhaps\".",
                "[];                                              '';               This must be an object.",
            })
    void aWrongTypeIsNamedByPlaceAndMeaning(String body, String pointer, String detail) {
        assertThat(read(body)).isInstanceOfSatisfying(Problem.Invalid.class, invalid -> {
            assertThat(invalid.faults()).hasSize(1);
            assertThat(invalid.faults().getFirst().pointer()).isEqualTo(pointer.replace("''", ""));
            assertThat(invalid.faults().getFirst().detail()).isEqualTo(detail);
        });
    }

    @Test
    void anUnknownFieldIsNamedWithThoseThatThereAre() {
        assertThat(read("{\"points\": [{\"stp\": 1}]}")).isInstanceOfSatisfying(Problem.Invalid.class, invalid -> {
            assertThat(invalid.faults().getFirst().pointer()).isEqualTo("/points/0/stp");
            assertThat(invalid.detail()).contains("\"stp\"").contains("step, values");
        });
    }

    @Test
    void brokenJsonIsMalformedWithItsPlace() {
        for (var body : List.of(
                "{\"seq\": 1,}", "{\"seq\": 1", "{\"points\": [{\"step\": 1,,}]}", "nonsense", "{\"seq\": NaN}")) {
            assertThat(read(body))
                    .as(body)
                    .isInstanceOfSatisfying(
                            Problem.Malformed.class,
                            p -> assertThat(p.detail()).startsWith("The body is not JSON (line 1, column "));
        }
    }

    @Test
    void noNameOfAClassLeaks() {
        for (var body : List.of(
                "{\"seq\": [[]]}",
                "{\"points\": \"x\"}",
                "{\"points\": [\"x\"]}",
                "{\"values\": 1}",
                "3",
                "\"x\"",
                "{\"seq\": 99999999999999999999999}",
                "{\"trialId\": 7}",
                "{\"a\": 1}",
                "{\"seq\": 1")) {
            var problem = read(body);
            assertThat(problem.toString())
                    .as(body)
                    .doesNotContainPattern("java\\.|sluice|jackson|JsonToken|Source|deserializ|Creator|ArrayList");
        }
    }

    @Test
    void everyProblemHasItsStatusAndType() {
        assertThat(ProblemMapper.body(new Problem.LeaseLost("x")))
                .extracting(ProblemMapper.Body::status, b -> b.type().endsWith("lease-lost"))
                .containsExactly(409, true);
        assertThat(ProblemMapper.status(new Problem.Over(""))).isEqualTo(410);
        assertThat(ProblemMapper.status(new Problem.Unavailable(""))).isEqualTo(503);
    }

    private static Problem read(String body) {
        try {
            JSON.readValue(body, Body.class);
        } catch (JsonProcessingException e) {
            return ProblemMapper.read(e);
        }
        throw new AssertionError("was taken: " + body);
    }
}
