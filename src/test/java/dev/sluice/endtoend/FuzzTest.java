package dev.sluice.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.endtoend.harness.Build;
import dev.sluice.endtoend.harness.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Thousands of calls that nobody would make by hand, made up by schemathesis from the published OpenAPI. */
@EnabledIf("dev.sluice.endtoend.harness.Build#isLong")
class FuzzTest {
    private static final String SCHEMATHESIS = "4.32.5";

    /** What schemathesis holds against an answer: a server error, or an error that is no problem of RFC 9457. */
    private static final String CHECKS = """
            import schemathesis

            @schemathesis.check
            def errors_are_problems(ctx, response, case):
                if response.status_code >= 500:
                    raise AssertionError(f"server error {response.status_code}")
                if response.status_code >= 400:
                    kind = response.headers.get("content-type", [""])[0]
                    if "application/problem+json" not in kind:
                        raise AssertionError(f"{response.status_code} is of the media type {kind!r}")
                    missing = {"type", "title", "status", "detail"} - set(response.json())
                    if missing:
                        raise AssertionError(f"a problem without {missing}")
            """;

    @Test
    void noCallBreaksTheService() throws Exception {
        var folder = Build.folder("made-up-calls");
        Files.writeString(folder.resolve("checks.py"), CHECKS);
        try (var service = Service.named("fuzzed").withoutMlflow().start()) {
            var sweep = service.submit("""
                    name: fuzzed
                    objective: {metric: score, goal: maximize}
                    parameters: {x: {min: 0.0, max: 1.0}, c: {values: [a, b]}}
                    budget: {trials: 100000, parallel: 1000}
                    trial: {external: true}
                    """);
            var leases = service.rest()
                    .post(sweep.path() + "/leases", Map.of("workerId", "w", "capacity", 2))
                    .expect(200)
                    .json();
            Files.writeString(folder.resolve("schemathesis.toml"), """
                    [parameters]
                    "path.sweep" = "%s"
                    "path.trial" = "%s"
                    "path.lease" = "%s"
                    """.formatted(
                            sweep.id(),
                            leases.path(1).path("trialId").asText(),
                            leases.path(0).path("leaseId").asText()));

            var log = folder.resolve("schemathesis.log");
            int exit = run(
                    folder,
                    log,
                    List.of(
                            program().toString(),
                            "run",
                            service.uri() + "/q/openapi",
                            "--checks",
                            "not_a_server_error,errors_are_problems",
                            "--max-examples",
                            "100",
                            "--request-timeout",
                            "20",
                            // These do not end by themselves, and end what the others are about.
                            "--exclude-path",
                            "/api/v1/events",
                            "--exclude-path",
                            "/api/v1/trials/{trial}/logs",
                            "--exclude-path",
                            "/api/v1/sweeps/{sweep}/stop",
                            "--exclude-path",
                            "/api/v1/sweeps/{sweep}/cancel",
                            "--phases",
                            "examples,coverage,fuzzing",
                            "--seed",
                            "7"));

            assertThat(exit).as("see %s", log).isZero();
            assertThat(Files.readString(log)).containsPattern("\\b[2-9]\\d{3,} generated");
            assertThat(service.log()).doesNotContain(" ERROR ");
            assertThat(sweep.state()).isIn("RUNNING", "PAUSED");
        }
    }

    private static Path program() throws Exception {
        var home = Build.folder("schemathesis");
        var log = home.resolve("install.log");
        assertThat(run(
                        home,
                        log,
                        List.of("python3", "-m", "venv", home.resolve("venv").toString())))
                .as("see %s", log)
                .isZero();
        assertThat(run(
                        home,
                        log,
                        List.of(
                                home.resolve("venv/bin/pip").toString(),
                                "-q",
                                "install",
                                "schemathesis==" + SCHEMATHESIS)))
                .as("see %s", log)
                .isZero();
        return home.resolve("venv/bin/schemathesis");
    }

    private static int run(Path folder, Path log, List<String> command) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(Map.of("SCHEMATHESIS_HOOKS", "checks", "PYTHONPATH", folder.toString()));
        var process = builder.start();
        if (!process.waitFor(15, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError(command.getFirst() + " did not end, see " + log);
        }
        return process.exitValue();
    }
}
