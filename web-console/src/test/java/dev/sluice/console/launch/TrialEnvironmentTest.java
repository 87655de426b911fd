package dev.sluice.console.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TrialEnvironmentTest {
    @ParameterizedTest
    @CsvSource({
        "SLUICE_TOKEN,x,true",
        "MLFLOW_TRACKING_PASSWORD,x,true",
        "MLFLOW_TRACKING_TOKEN,x,true",
        "AWS_SECRET_ACCESS_KEY,x,true",
        "AWS_SESSION_TOKEN,x,true",
        "GOOGLE_APPLICATION_CREDENTIALS,x,true",
        "DEPLOY_PRIVATE_KEY,x,true",
        "quarkus_db_password,x,true",
        "WANDB_API_KEY,x,true",
        "QUARKUS_DATASOURCE_JDBC_URL,x,true",
        "DATABASE_URL,postgres://sluice:hidden@db/sluice,true",
        "TOKENIZERS_PARALLELISM,false,false",
        "PATH,/usr/bin,false",
        "HOME,/home/me,false",
        "MLFLOW_TRACKING_URI,http://localhost:5000,false",
        "https_proxy,http://me:pw@proxy:3128,false"
    })
    void dropsSecretsOfTheService(String name, String value, boolean secret) {
        assertThat(TrialEnvironment.isSecret(name, value)).isEqualTo(secret);
    }

    @Test
    void theRequestWinsButForDevicesAndMark() {
        UUID attempt = UUID.randomUUID();
        LaunchRequest request = new LaunchRequest(
                attempt,
                UUID.randomUUID(),
                1,
                Path.of("/trial"),
                List.of("true"),
                Map.of(
                        "SLUICE_TOKEN", "the trial's own",
                        "OMP_NUM_THREADS", "8",
                        "CUDA_VISIBLE_DEVICES", "3",
                        "SLUICE_ATTEMPT", "x"),
                Pools.tryAcquire(Pools.of(2, List.of()), new DeviceRequest(2, 0))
                        .orElseThrow());

        Map<String, String> environment = TrialEnvironment.of(
                Map.of("SLUICE_TOKEN", "the service's", "LANG", "C", "CUDA_VISIBLE_DEVICES", "0,1"), request);

        assertThat(environment)
                .containsEntry("SLUICE_TOKEN", "the trial's own")
                .containsEntry("OMP_NUM_THREADS", "8")
                .containsEntry("CUDA_VISIBLE_DEVICES", "")
                .containsEntry("SLUICE_ATTEMPT", attempt.toString())
                .containsEntry("LANG", "C");
    }
}
