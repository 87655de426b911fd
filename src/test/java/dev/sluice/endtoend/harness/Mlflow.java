package dev.sluice.endtoend.harness;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An MLflow server, read by its own REST interface alone: what anybody else would see. */
public final class Mlflow {
    private static final String API = "/api/2.0/mlflow/";

    private final URI uri;
    private final Path pidFile;
    private final Rest rest;

    private Mlflow(URI uri, Path pidFile) {
        this.uri = uri;
        this.pidFile = pidFile;
        this.rest = Rest.at(uri);
    }

    static Mlflow at(URI uri, Path pidFile) {
        return new Mlflow(uri, pidFile);
    }

    public URI uri() {
        return uri;
    }

    /** A point of a metric's history. */
    public record Point(long step, double value, long timestamp) {}

    /** A run: its data as maps by name. */
    public record Run(
            String id,
            String name,
            String status,
            Map<String, String> params,
            Map<String, Double> metrics,
            Map<String, String> tags) {
        static Run of(JsonNode run) {
            var info = run.path("info");
            var data = run.path("data");
            var metrics = new LinkedHashMap<String, Double>();
            data.path("metrics").forEach(m -> metrics.put(m.path("key").asText(), Json.number(m.path("value"))));
            return new Run(
                    info.path("run_id").asText(),
                    info.path("run_name").asText(),
                    info.path("status").asText(),
                    texts(data.path("params")),
                    metrics,
                    texts(data.path("tags")));
        }

        public String tag(String name) {
            return tags.getOrDefault(name, "");
        }

        private static Map<String, String> texts(JsonNode pairs) {
            var texts = new LinkedHashMap<String, String>();
            pairs.forEach(p -> texts.put(p.path("key").asText(), p.path("value").asText()));
            return texts;
        }
    }

    public Run run(String runId) {
        return Run.of(
                rest.get(API + "runs/get?run_id=" + runId).expect(200).json().path("run"));
    }

    /** The parent runs of a sweep: those with its key. */
    public List<Run> parents(JsonNode sweep) {
        return search(sweep, "tags.`sluice.key` = '" + sweep.path("id").asText() + "'");
    }

    /** The child runs of a sweep, by trial number. */
    public List<Run> children(JsonNode sweep) {
        return search(
                        sweep,
                        "tags.`mlflow.parentRunId` = '"
                                + sweep.path("mlflow").path("runId").asText() + "'")
                .stream()
                .sorted(java.util.Comparator.comparingInt(run -> Integer.parseInt(run.tag("sluice.trial.number"))))
                .toList();
    }

    private List<Run> search(JsonNode sweep, String filter) {
        var answer = rest.post(
                        API + "runs/search",
                        Map.of(
                                "experiment_ids",
                                List.of(sweep.path("mlflow")
                                        .path("experimentId")
                                        .asText()),
                                "filter",
                                filter,
                                "max_results",
                                5000,
                                "run_view_type",
                                "ALL"))
                .expect(200)
                .json();
        return Json.list(answer.path("runs"), Run::of);
    }

    /** All points of a metric that were ever logged to a run, by step. */
    public List<Point> history(String runId, String metric) {
        var points = new ArrayList<Point>();
        var token = "";
        do {
            var page = rest.get(API + "metrics/get-history?run_id=" + runId + "&metric_key="
                            + URLEncoder.encode(metric, StandardCharsets.UTF_8) + "&max_results=1000"
                            + (token.isEmpty() ? "" : "&page_token=" + token))
                    .expect(200)
                    .json();
            page.path("metrics")
                    .forEach(m -> points.add(new Point(
                            m.path("step").asLong(),
                            Json.number(m.path("value")),
                            m.path("timestamp").asLong())));
            token = page.path("next_page_token").asText("");
        } while (!token.isEmpty());
        return points.stream()
                .sorted(java.util.Comparator.comparingLong(Point::step).thenComparingLong(Point::timestamp))
                .toList();
    }

    /** The paths of a run's artifacts below a folder, which may be empty. */
    public List<String> artifacts(String runId, String folder) {
        var answer = rest.get(API + "artifacts/list?run_id=" + runId
                        + (folder.isEmpty() ? "" : "&path=" + URLEncoder.encode(folder, StandardCharsets.UTF_8)))
                .expect(200)
                .json();
        return Json.list(answer.path("files"), file -> file.path("path").asText());
    }

    /** Every file among a run's artifacts, with its SHA-256. */
    public Map<String, String> files(String runId) {
        var files = new TreeMap<String, String>();
        addFiles(runId, "", files);
        return files;
    }

    private void addFiles(String runId, String folder, Map<String, String> files) {
        var listed = rest.get(API + "artifacts/list?run_id=" + runId
                        + (folder.isEmpty() ? "" : "&path=" + URLEncoder.encode(folder, StandardCharsets.UTF_8)))
                .expect(200)
                .json()
                .path("files");
        listed.forEach(file -> {
            var path = file.path("path").asText();
            if (file.path("is_dir").asBoolean()) {
                addFiles(runId, path, files);
            } else {
                files.put(path, sha256(runId, path));
            }
        });
    }

    private String sha256(String runId, String path) {
        try (var in = new DigestInputStream(
                rest.stream(
                        "/get-artifact?run_uuid=" + runId + "&path=" + URLEncoder.encode(path, StandardCharsets.UTF_8)),
                MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(in.getMessageDigest().digest());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** All versions of a registered model, by number. */
    public List<Integer> versions(String model) {
        var filter = URLEncoder.encode("name='" + model + "'", StandardCharsets.UTF_8);
        var answer = rest.get(API + "model-versions/search?filter=" + filter)
                .expect(200)
                .json();
        return Json.list(answer.path("model_versions"), v -> v.path("version").asInt()).stream()
                .sorted()
                .toList();
    }

    /** The version that an alias names. */
    public JsonNode alias(String model, String alias) {
        return rest.get(API + "registered-models/alias?name=" + model + "&alias=" + alias)
                .expect(200)
                .json()
                .path("model_version");
    }

    /** Any of MLflow's answers, by the path below its REST interface. */
    public JsonNode get(String path) {
        return rest.get(API + path).expect(200).json();
    }

    /** SIGKILL to the server, with all of its processes. */
    public void kill() {
        try {
            var pid = Long.parseLong(Files.readAllLines(pidFile).getFirst());
            ProcessHandle.of(pid).ifPresent(server -> {
                server.descendants().forEach(ProcessHandle::destroyForcibly);
                server.destroyForcibly();
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public boolean isWell() {
        try {
            return rest.get("/health").status() == 200;
        } catch (UncheckedIOException refused) {
            return false;
        }
    }
}
