package dev.sluice.console.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sluice.tracker.mlflow.MlflowServer;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TrackingAddressTest {
    private static final String URI = "http://127.0.0.1:5000/base/";

    private static java.util.Optional<MlflowServer> address(
            Map<String, String> settings, Map<String, String> environment) {
        var config = new SmallRyeConfigBuilder()
                .withMapping(ServiceSettings.class)
                .withConverter(Duration.class, 200, new DurationConverter()) // "10s", as in the service
                .withSources(new PropertiesConfigSource(settings, "test", 1))
                .build();
        return TrackingAddress.of(config.getConfigMapping(ServiceSettings.class).mlflow(), environment);
    }

    @Test
    void isNoneWhereNobodyNamesOne() {
        assertThat(address(Map.of(), Map.of("MLFLOW_TRACKING_URI", " "))).isEmpty();
    }

    @Test
    void takesMlflowsOwnVariables() {
        var server = address(
                        Map.of(),
                        Map.of(
                                "MLFLOW_TRACKING_URI", URI,
                                "MLFLOW_TRACKING_USERNAME", "ada",
                                "MLFLOW_TRACKING_PASSWORD", "s3cret",
                                "MLFLOW_WORKSPACE", "team-a"))
                .orElseThrow();

        assertThat(server.uri()).hasToString("http://127.0.0.1:5000/base");
        assertThat(server.username()).contains("ada");
        assertThat(server.password()).contains("s3cret");
        assertThat(server.workspace()).contains("team-a");
    }

    @Test
    void aSettingComesBeforeTheVariableOfItsName() {
        var server = address(
                        Map.of(
                                "sluice.mlflow.uri", URI,
                                "sluice.mlflow.token", "t0ken",
                                "sluice.mlflow.workspace", "team-b"),
                        Map.of(
                                "MLFLOW_TRACKING_URI", "http://elsewhere",
                                "MLFLOW_TRACKING_USERNAME", "ada",
                                "MLFLOW_TRACKING_PASSWORD", "s3cret",
                                "MLFLOW_WORKSPACE", "team-a"))
                .orElseThrow();

        assertThat(server.uri()).hasToString("http://127.0.0.1:5000/base");
        assertThat(server.username()).isEmpty();
        assertThat(server.token()).contains("t0ken");
        assertThat(server.workspace()).contains("team-b");
    }

    @Test
    void refusesWhatMakesNoSenseWithoutSayingASecret() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> address(Map.of(), Map.of("MLFLOW_TRACKING_URI", "http://me:s3 cret@host")))
                .withMessageContaining("MLFLOW_TRACKING_URI")
                .withMessageNotContaining("cret")
                .withNoCause();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> address(
                        Map.of("sluice.mlflow.certificates", "/absent.pem"), Map.of("MLFLOW_TRACKING_URI", URI)))
                .withMessageContaining("/absent.pem");
    }
}
