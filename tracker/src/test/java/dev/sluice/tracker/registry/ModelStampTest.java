package dev.sluice.tracker.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is put into the description of a model, and what is left of what stood there. */
class ModelStampTest {
    private static final Map<String, String> STAMP = Map.of("run_id", "7f", "model_id", "m-1");

    @Test
    void replacesTheFieldsAndLeavesTheRestToTheLetter() {
        String mlmodel = """
                artifact_path: model
                flavors:
                  python_function:
                    model_id: inner
                    python_version: 3.10
                run_id: old
                run_identity: kept
                utc_time_created: '2026-11-23 07:06:33.445114'
                """;

        assertThat(ModelPublisher.stamp(mlmodel, STAMP)).isEqualTo("""
                flavors:
                  python_function:
                    model_id: inner
                    python_version: 3.10
                run_identity: kept
                utc_time_created: '2026-11-23 07:06:33.445114'
                model_id: 'm-1'
                run_id: '7f'
                """);
    }

    @Test
    void aFieldInAnyStyleGoesWithAllItsLines() {
        String mlmodel = """
                run_id: >-
                  0123456789abcdef

                  0123456789abcdef
                model_uuid: |
                    id
                flavors: {}
                "artifact_path":
                # where it was
                  model
                'model_id' : "m-0
                  continued"
                model_uuid:
                - a
                -
                  b
                mlflow_version: 3.17.0
                run_id:
                """;

        assertThat(ModelPublisher.stamp(mlmodel, STAMP)).isEqualTo("""
                flavors: {}
                mlflow_version: 3.17.0
                model_id: 'm-1'
                run_id: '7f'
                """);
    }

    @Test
    void anIdIsATextWhateverItLooksLike() {
        assertThat(ModelPublisher.stamp("flavors: {}", Map.of("run_id", "12", "artifact_path", "a: 'b' #c")))
                .isEqualTo("""
                flavors: {}
                artifact_path: 'a: ''b'' #c'
                run_id: '12'
                """);
    }
}
