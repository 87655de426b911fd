package dev.sluice.console.mlflow;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.WireMockServer;
import dev.sluice.tracker.mlflow.MlflowServer;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ExternalTrackingServerTest {
    private final WireMockServer mlflow = new WireMockServer(wireMockConfig().dynamicPort());

    @BeforeEach
    void startMlflow() {
        mlflow.start();
    }

    @AfterEach
    void stopMlflow() {
        mlflow.stop();
    }

    @Test
    void isUpWhenItsHealthIsWell() throws InterruptedException {
        mlflow.stubFor(get("/tracking/health").willReturn(ok("OK")));
        TrackingServer server = of(mlflow.baseUrl() + "/tracking/", Optional.empty());

        server.start();

        assertThat(server.awaitUp(Duration.ofSeconds(30))).isTrue();
        assertThat(server.uri()).contains(URI.create(mlflow.baseUrl() + "/tracking"));
        server.stop();
    }

    @Test
    void sendsTheTokenAndTellsNobody() throws InterruptedException {
        mlflow.stubFor(get("/health")
                .withHeader("Authorization", equalTo("Bearer s3cret"))
                .willReturn(ok("OK")));
        TrackingServer server = of(mlflow.baseUrl(), Optional.of("s3cret"));

        server.start();

        assertThat(server.awaitUp(Duration.ofSeconds(30))).isTrue();
        assertThat(server.environment().toString()).doesNotContain("s3cret");
        server.stop();
    }

    @Test
    void saysWhatIsWrong() {
        mlflow.stubFor(get("/health")
                .willReturn(aResponse()
                        .withStatus(403)
                        .withBody("Invalid Host header - possible DNS rebinding attack detected")));
        TrackingServer server = of(mlflow.baseUrl(), Optional.empty());

        server.start();
        await().until(() -> server.status().state() == TrackingServer.State.AWAY);

        assertThat(server.status().detail()).contains("answers 403 Invalid Host header");
        server.stop();
    }

    @Test
    void isAwayWhereNobodyListens() {
        mlflow.stop();
        TrackingServer server = of("http://127.0.0.1:1", Optional.empty());

        server.start();
        await().until(() -> server.status().state() == TrackingServer.State.AWAY);

        assertThat(server.status().detail()).isEqualTo("http://127.0.0.1:1 cannot be reached");
        server.stop();
    }

    @Test
    void refusesWhatIsNoServersAddress() {
        assertThatThrownBy(() -> of("databricks://me:secret@profile", Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("MLFLOW_TRACKING_URI")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> of("./mlruns", Optional.empty())).hasMessageContaining("./mlruns");
    }

    private static TrackingServer of(String uri, Optional<String> token) {
        return ExternalTrackingServer.of(MlflowServer.of(
                URI.create(uri),
                token.map(value -> Map.of("MLFLOW_TRACKING_TOKEN", value)).orElse(Map.of())));
    }
}
