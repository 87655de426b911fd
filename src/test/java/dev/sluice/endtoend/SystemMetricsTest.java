package dev.sluice.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.endtoend.harness.Mlflow;
import dev.sluice.endtoend.harness.Script;
import dev.sluice.endtoend.harness.Service;
import dev.sluice.endtoend.harness.Shared;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the machine does is in the runs of its trials, and nowhere else. */
@ExtendWith(Shared.class)
class SystemMetricsTest {
    private static final Script PATIENT = Script.of("patient", """
            import json, time
            time.sleep(3)
            print(json.dumps({"step": 1, "loss": 0.5}))
            """);

    @Test
    void aTrialsRunTellsWhatItsMachineDidAndTheStudyDoesNot(Mlflow mlflow) {
        try (var service = Service.named("sampled")
                .shippingTo(mlflow)
                .with("sluice.mlflow.system-metrics-interval", "200ms")
                .start()) {
            var sweep = service.submit("""
                    name: sampled
                    objective: {metric: loss, goal: minimize}
                    parameters: {x: {value: 1}}
                    search: {algorithm: random}
                    budget: {trials: 1}
                    trial: {command: %s}
                    """.formatted(PATIENT.command()));

            sweep.awaitDelivered();

            var trial = sweep.trial(0);
            var run = trial.path("mlflowRunId").asText();
            var samples = mlflow.history(run, "system/cpu_utilization_percentage");
            assertThat(samples)
                    .hasSizeGreaterThan(1)
                    .allSatisfy(sample -> assertThat(sample.value()).isBetween(0.0, 100.0));
            assertThat(samples)
                    .extracting(Mlflow.Point::step)
                    .containsExactlyElementsOf(
                            LongStream.range(0, samples.size()).boxed().toList());
            assertThat(mlflow.history(run, "system/system_memory_usage_percentage"))
                    .hasSameSizeAs(samples);
            assertThat(mlflow.history(run, "loss")).hasSize(1);
            assertThat(trial.path("reports")).hasSize(1);
            assertThat(trial.toString()).doesNotContain("system/");
        }
    }
}
