package dev.sluice.trainer;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.trainer.callback.CallbackCatalog;
import dev.sluice.trainer.callback.Secrets;
import dev.sluice.trainer.callback.TrainingControl;
import dev.sluice.trainer.djl.EngineStart;
import dev.sluice.trainer.json.JsonText;
import dev.sluice.trainer.protocol.ReportReply;
import dev.sluice.trainer.protocol.TrialObjective;
import dev.sluice.trainer.protocol.TrialResult;
import dev.sluice.trainer.protocol.TrialSpec;
import dev.sluice.trainer.task.TaskCatalog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A short trial against a stand-in for the service, so that the JVM can keep the classes that a trial needs in an archive
 * that later ones map into memory. Run by the build ({@code scripts/build.sh}), never by a user.
 */
public final class Rehearsal {
    private Rehearsal() {}

    /** Trains an epoch in a folder of its own, which it removes. */
    public static void main(String[] arguments) throws IOException {
        EngineStart.begin();
        Path folder = Files.createTempDirectory("rehearsal");
        try {
            train(folder);
        } finally {
            try (Stream<Path> tree = Files.walk(folder)) {
                for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    static TrialResult train(Path folder) throws IOException {
        HttpServer service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.createContext("/", exchange -> {
            byte[] answer = JsonText.write(ReportReply.PROCEED.toTree()).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        service.start();
        try {
            URI base = URI.create("http://127.0.0.1:" + service.getAddress().getPort());
            TrialSpec spec = TrialSpec.ofTree(
                    JsonText.readObject(JsonText.write(spec(folder, base).toTree())));
            return new TrialRun(
                            spec,
                            Optional.empty(),
                            folder,
                            TaskCatalog.standard(),
                            CallbackCatalog.installed(),
                            new TrainingControl(),
                            Secrets.of(Map.of()),
                            Optional.empty())
                    .run();
        } finally {
            service.stop(0);
        }
    }

    private static TrialSpec spec(Path folder, URI service) {
        return new TrialSpec(
                "rehearsal",
                "rehearsal",
                new UUID(0, 0),
                0,
                1,
                Map.of("epochs", 1L, "learning_rate", 0.01),
                0,
                List.of(new TrialObjective("val_loss", false, true)),
                Map.of(
                        "trainer",
                        Map.of(
                                "task",
                                "digits",
                                "model",
                                "cnn",
                                "callbacks",
                                List.of(Map.of("type", "early-stopping"), Map.of("type", "json-lines")))),
                Optional.empty(),
                folder.resolve("checkpoints"),
                service.resolve("/reports"),
                service.resolve("/heartbeat"),
                20,
                folder.resolve("rehearsal.journal"),
                folder.resolve("reports.jsonl"),
                folder,
                "",
                1,
                Optional.empty());
    }
}
