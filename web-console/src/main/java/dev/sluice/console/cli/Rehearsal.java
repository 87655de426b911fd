package dev.sluice.console.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * Runs the commands once against a stand-in for a service, so that the JVM can keep the classes they need in an archive
 * that later starts map into memory. Run by the build ({@code scripts/build.sh}), never by a user; nothing it prints is shown.
 */
public final class Rehearsal {
    private static final String SWEEP = "00000000-0000-7000-8000-000000000000";
    private static final String SWEEP_JSON = """
            {"id":"%s","name":"rehearsal","state":"COMPLETED","counts":{"queued":0,"running":0,"complete":1,"pruned":0,
            "infeasible":0,"failed":0,"cancelled":0},"best":{"trialId":"%s","number":0,"params":{"x":0.5,"kind":"a"},
            "values":{"loss":0.25}},"mlflow":{"state":"UP","pointsWaiting":0,"url":null},"spec":{"objective":
            {"metric":"loss","goal":"minimize"},"parameters":{"x":{},"kind":{}},"budget":{"trials":1}},
            "createdAt":"2026-01-01T00:00:00Z","endedAt":"2026-01-01T00:01:00Z"}""".formatted(SWEEP, SWEEP);
    private static final String TRIAL_JSON = """
            {"id":"%s","number":0,"state":"COMPLETE","params":{"x":0.5,"kind":"a"},"values":{"loss":0.25},"reason":null}""".formatted(SWEEP);

    private static final String SWEEP_FILE = """
            name: rehearsal
            objective: {metric: loss, goal: minimize}
            parameters: {x: {min: 0.0, max: 1.0}, kind: {values: [a, b]}}
            budget: {trials: 1}
            search: {algorithm: random}
            trial: {command: [train, --x, "${params.x}"]}
            """;

    private Rehearsal() {}

    public static void main(String[] args) throws IOException {
        Path file = Files.createTempFile("rehearsal", ".yaml");
        Terminal nowhere = new Terminal(new PrintWriter(Writer.nullWriter()), new PrintWriter(Writer.nullWriter()), 80);
        try (ServerSocket socket = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            Thread server = new Thread(() -> serve(socket));
            server.setDaemon(true);
            server.start();
            CommandContext context = new CommandContext(
                    nowhere,
                    Map.of("SLUICE_URL", "http://127.0.0.1:" + socket.getLocalPort()),
                    Path.of(""),
                    Path.of(""),
                    "rehearsal",
                    Duration.ofSeconds(10),
                    Duration.ofMillis(10));
            Files.writeString(file, SWEEP_FILE);
            for (String command : new String[] {
                "list",
                "list -o json",
                "show latest",
                "show latest -o json",
                "trials latest",
                "trials latest -o json",
                "export latest -f json",
                "logs " + SWEEP,
                "show --help",
                "pause latest",
                "list --wrong"
            }) {
                Main.run(context, command.split(" ", -1));
            }
        } finally {
            Files.delete(file);
        }
    }

    private static void serve(ServerSocket socket) {
        while (true) {
            try (Socket connection = socket.accept()) {
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8));
                String request = String.valueOf(in.readLine());
                String header = request;
                while (header != null && !header.isEmpty()) {
                    header = in.readLine();
                }
                byte[] body = answer(request).getBytes(StandardCharsets.UTF_8);
                String head =
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
                                + body.length + "\r\n\r\n";
                connection.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
                connection.getOutputStream().write(body);
            } catch (IOException over) {
                if (socket.isClosed()) {
                    return;
                }
            }
        }
    }

    private static String answer(String request) {
        if (request.contains("/trials?")) {
            return "{\"items\":[" + TRIAL_JSON + "],\"nextCursor\":null}";
        }
        return request.contains("/sweeps?") ? "{\"items\":[" + SWEEP_JSON + "],\"nextCursor\":null}" : SWEEP_JSON;
    }
}
