package dev.sluice.trainer.channel;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.serverError;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import dev.sluice.trainer.json.JsonText;
import dev.sluice.trainer.protocol.ReportReply;
import dev.sluice.trainer.protocol.Signal;
import dev.sluice.trainer.protocol.TrialReport;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpTrialChannelTest {
    private static final String REPORTS = "/reports";
    private static final String HEARTBEAT = "/heartbeat";
    private static final String CONTINUE = "{\"directive\":\"CONTINUE\",\"reason\":\"\",\"expiresAt\":\"x\"}";

    @TempDir
    Path folder;

    private WireMockServer service;

    @BeforeEach
    void start() {
        service = new WireMockServer(options().dynamicPort().bindAddress("127.0.0.1"));
        service.start();
        service.stubFor(post(HEARTBEAT).willReturn(okJson(CONTINUE)));
    }

    @AfterEach
    void stop() {
        service.stop();
    }

    private HttpTrialChannel channel(Duration heartbeat) {
        return channel(heartbeat, Duration.ofMillis(50));
    }

    private HttpTrialChannel channel(Duration heartbeat, Duration retry) {
        URI base = URI.create("http://127.0.0.1:" + service.port());
        return new HttpTrialChannel(new HttpTrialChannel.Settings(
                base.resolve(REPORTS),
                base.resolve(HEARTBEAT),
                Optional.of("secret"),
                folder.resolve("reports.jsonl"),
                2,
                heartbeat,
                retry));
    }

    private HttpTrialChannel channel() {
        return channel(Duration.ofSeconds(30));
    }

    private static TrialReport report(long seq) {
        return new TrialReport(seq, List.of(new TrialReport.Point(seq, Map.of("m", 0.5))));
    }

    private List<Object> seqsReceived() {
        return service.findAll(postRequestedFor(urlEqualTo(REPORTS))).stream()
                .map(LoggedRequest::getBodyAsString)
                .map(body -> JsonText.readObject(body).get("seq"))
                .toList();
    }

    @Test
    void bringsTheVerdictHomeInTheAnswer() {
        service.stubFor(post(REPORTS).willReturn(okJson("{\"directive\":\"STOP\",\"reason\":\"below median\"}")));
        try (HttpTrialChannel channel = channel()) {
            assertThat(channel.report(report(1))).isEqualTo(new ReportReply(Signal.STOP, "below median"));
            assertThat(channel.lost()).isFalse();
        }
    }

    @Test
    void sendsTheLeasesToken() {
        service.stubFor(post(REPORTS).willReturn(okJson(CONTINUE)));
        try (HttpTrialChannel channel = channel()) {
            channel.report(report(1));
        }

        service.verify(postRequestedFor(urlEqualTo(REPORTS)).withHeader("Authorization", equalTo("Bearer secret")));
    }

    @Test
    void notesEachReportOnDiskBeforeItIsSent() throws IOException {
        service.stubFor(post(REPORTS).willReturn(serverError()));
        try (HttpTrialChannel channel = channel()) {
            channel.report(report(1));
            channel.report(report(2));
        }

        List<String> lines = Files.readAllLines(folder.resolve("reports.jsonl"));
        assertThat(lines).hasSize(2);
        assertThat(TrialReport.ofTree(JsonText.readObject(lines.get(1)))).isEqualTo(report(2));
        assertThat(JsonText.readObject(lines.get(1))).containsEntry("attempt", 2L);
    }

    @Test
    void trainsOnWhileTheServiceIsAwayAndSendsAllInOrderOnceItIsBack() {
        service.stubFor(post(REPORTS)
                .inScenario("away")
                .whenScenarioStateIs(Scenario.STARTED)
                .willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));
        service.stubFor(
                post(REPORTS).inScenario("away").whenScenarioStateIs("back").willReturn(okJson(CONTINUE)));
        try (HttpTrialChannel channel = channel()) {
            assertThat(channel.report(report(1))).isEqualTo(ReportReply.PROCEED);
            assertThat(channel.report(report(2))).isEqualTo(ReportReply.PROCEED);
            assertThat(channel.report(report(3))).isEqualTo(ReportReply.PROCEED);
            service.resetRequests();
            service.setScenarioState("away", "back");

            await().atMost(Duration.ofSeconds(10)).until(() -> channel.waiting() == 0);
        }
        assertThat(seqsReceived().stream().distinct()).containsExactly(1L, 2L, 3L);
    }

    @Test
    void sendsAnUnansweredReportAgainUnderItsNumber() {
        service.stubFor(post(REPORTS)
                .inScenario("busy")
                .whenScenarioStateIs(Scenario.STARTED)
                .willReturn(aResponse().withStatus(503))
                .willSetStateTo("free"));
        service.stubFor(
                post(REPORTS).inScenario("busy").whenScenarioStateIs("free").willReturn(okJson(CONTINUE)));
        try (HttpTrialChannel channel = channel()) {
            channel.report(report(1));

            await().atMost(Duration.ofSeconds(10)).until(() -> channel.waiting() == 0);
        }
        assertThat(seqsReceived()).containsExactly(1L, 1L);
    }

    @Test
    void hearsAVerdictThatComesWithALateReport() {
        service.stubFor(post(REPORTS)
                .inScenario("away")
                .whenScenarioStateIs(Scenario.STARTED)
                .willReturn(serverError())
                .willSetStateTo("back"));
        service.stubFor(post(REPORTS)
                .inScenario("away")
                .whenScenarioStateIs("back")
                .willReturn(okJson("{\"directive\":\"STOP\",\"reason\":\"pruned\"}")));
        try (HttpTrialChannel channel = channel()) {
            channel.report(report(1));

            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(
                            () -> assertThat(channel.standing()).isEqualTo(new ReportReply(Signal.STOP, "pruned")));
        }
    }

    @Test
    void stopsOnceTheLeaseIsLost() {
        service.stubFor(post(REPORTS)
                .willReturn(aResponse()
                        .withStatus(409)
                        .withHeader("Content-Type", "application/problem+json")
                        .withBody("{\"type\":\"/problems/lease-lost\",\"detail\":\"attempt 3 runs now\"}")));
        try (HttpTrialChannel channel = channel()) {
            ReportReply reply = channel.report(report(1));

            assertThat(reply.directive()).isEqualTo(Signal.STOP);
            assertThat(reply.reason()).contains("lease was lost", "attempt 3 runs now");
            assertThat(channel.lost()).isTrue();
            channel.report(report(2));
        }
        assertThat(seqsReceived()).containsExactly(1L);
    }

    @Test
    void saysOnceThatACheckpointIsWanted() {
        service.stubFor(post(REPORTS).willReturn(okJson("{\"directive\":\"CHECKPOINT\",\"reason\":\"\"}")));
        try (HttpTrialChannel channel = channel()) {
            assertThat(channel.report(report(1)).directive()).isEqualTo(Signal.CHECKPOINT);
            assertThat(channel.standing()).isEqualTo(ReportReply.PROCEED);
        }
    }

    @Test
    void dropsAReportThatTheServiceRefusesAndGoesOn() {
        service.stubFor(post(REPORTS).willReturn(aResponse().withStatus(422)));
        try (HttpTrialChannel channel = channel()) {
            assertThat(channel.report(report(1))).isEqualTo(ReportReply.PROCEED);
            assertThat(channel.waiting()).isZero();
        }
    }

    @Test
    void keepsTheLeaseAliveWhenThereIsNothingToReport() {
        try (HttpTrialChannel channel = channel(Duration.ofMillis(100))) {
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> service.findAll(postRequestedFor(urlEqualTo(HEARTBEAT)))
                                    .size()
                            >= 3);
            assertThat(channel.lost()).isFalse();
        }
    }

    @Test
    void stopsAtAHeartbeatThatSaysSo() {
        service.stubFor(post(HEARTBEAT).willReturn(okJson("{\"directive\":\"STOP\",\"reason\":\"by a user\"}")));
        try (HttpTrialChannel channel = channel(Duration.ofMillis(50))) {
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(channel.standing().reason()).isEqualTo("by a user"));
        }
    }

    @Test
    void sendsNoHeartbeatWhileReportsAreAnswered() {
        service.stubFor(post(REPORTS).willReturn(okJson(CONTINUE)));
        try (HttpTrialChannel channel = channel(Duration.ofSeconds(30), Duration.ofNanos(50_000))) {
            for (int seq = 1; seq <= 200; seq++) {
                channel.report(report(seq));
            }
        }

        assertThat(seqsReceived()).hasSize(200);
        assertThat(service.findAll(postRequestedFor(urlEqualTo(HEARTBEAT)))).isEmpty();
    }
}
