package dev.sluice.endtoend.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.Optional;

/** What a server answered: status, headers and the whole body. Immutable. */
public final class Answer {
    private final HttpResponse<String> response;

    Answer(HttpResponse<String> response) {
        this.response = response;
    }

    public int status() {
        return response.statusCode();
    }

    public String text() {
        return response.body();
    }

    public JsonNode json() {
        return Json.read(response.body());
    }

    public Optional<String> header(String name) {
        return response.headers().firstValue(name);
    }

    /** The media type without its parameters; empty text where there is none. */
    public String mediaType() {
        return header("Content-Type").orElse("").replaceAll(";.*", "").strip();
    }

    /** This answer, after a look at its status. */
    public Answer expect(int status) {
        assertThat(status())
                .as("%s %s answered %s", response.request().method(), response.uri(), text())
                .isEqualTo(status);
        return this;
    }

    /** The problem (RFC 9457) that this answer is: checks status, media type and the members every problem has. */
    public JsonNode problem(int status) {
        expect(status);
        assertThat(mediaType()).as(text()).isEqualTo("application/problem+json");
        var problem = json();
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("type").asText()).isNotBlank();
        assertThat(problem.path("title").asText()).isNotBlank();
        assertThat(problem.path("detail").asText()).as("a sentence").hasSizeGreaterThan(10);
        return problem;
    }

    @Override
    public String toString() {
        return status() + " " + text();
    }
}
