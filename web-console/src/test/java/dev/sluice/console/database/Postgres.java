package dev.sluice.console.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.tukaani.xz.XZInputStream;

/**
 * A real PostgreSQL server of the tests' own, from binaries that Maven brings: nothing is installed. It may be killed and
 * started again on the same data. PostgreSQL refuses to run as root, so there it runs as nobody. Its state is all on
 * disk: a handle made by another class loader is as good.
 */
public final class Postgres {
    public static final String USER = "sluice";
    public static final String PASSWORD = "only-for-tests";

    /** Not below `sluice.`: the service refuses settings that it does not know. */
    private static final String SHARED = "postgres.for.tests";

    private static final List<String> BINARIES = List.of("/postgres-linux-x86_64.txz", "/postgres-linux-arm_64.txz");
    private static final Duration READY = Duration.ofMinutes(1);
    private static final long NOBODY = 65534;

    private final Path folder;
    private final int port;

    private Postgres(Path folder, int port) {
        this.folder = folder;
        this.port = port;
    }

    /** One server for all tests of this JVM, started by the first that asks. */
    public static synchronized Postgres shared() {
        var known = System.getProperty(SHARED);
        if (known != null) {
            var parts = known.split("@", 2);
            return new Postgres(Path.of(parts[1]), Integer.parseInt(parts[0]));
        }
        var server = make();
        System.setProperty(SHARED, server.port + "@" + server.folder);
        return server;
    }

    /** A server with a new and empty data folder, running; it ends with this JVM. */
    public static Postgres make() {
        try {
            var folder = Files.createTempDirectory("sluice-postgres");
            // Its user must be able to reach it.
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            var data = Files.createDirectory(folder.resolve("data"));
            var password = Files.writeString(folder.resolve("password"), PASSWORD);
            if (isRoot()) {
                Files.setAttribute(data, "unix:uid", (int) NOBODY);
            }
            var server = new Postgres(folder, freePort());
            run(
                    folder,
                    binaries().resolve("bin/initdb").toString(),
                    "-D",
                    data.toString(),
                    "-U",
                    USER,
                    "-A",
                    "scram-sha-256",
                    "--pwfile=" + password,
                    "--locale=C",
                    "--encoding=UTF8",
                    "--no-sync");
            Runtime.getRuntime().addShutdownHook(new Thread(server::end, "end-of-postgres"));
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it on its data and its port, and waits until it lets us in. */
    public void start() {
        var command = command(
                binaries().resolve("bin/postgres").toString(),
                "-D",
                folder.resolve("data").toString(),
                "-p",
                Integer.toString(port),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=");
        var until = Instant.now().plus(READY);
        try {
            var process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            folder.resolve("log").toFile()))
                    .start();
            while (true) {
                try (var connection = connect("postgres")) {
                    if (connection.isValid(5)) {
                        return;
                    }
                } catch (SQLException notYet) {
                    if (!process.isAlive() || Instant.now().isAfter(until)) {
                        throw new IllegalStateException(
                                "PostgreSQL does not start:\n" + Files.readString(folder.resolve("log")), notYet);
                    }
                    Thread.onSpinWait();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGKILL to the server itself and to its children: what a machine does that runs out of memory. */
    public void kill() {
        var server = ProcessHandle.of(pid()).orElseThrow();
        var all = Stream.concat(server.descendants(), Stream.of(server)).toList();
        server.destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(process -> process.onExit().join());
    }

    /** A new and empty database of its own; its JDBC address. */
    public String database() {
        var name = "test_" + UUID.randomUUID().toString().replace("-", "");
        try (var connection = connect("postgres");
                var statement = connection.createStatement()) {
            statement.execute("create database " + name);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot make a database", e);
        }
        return url(name);
    }

    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, database);
    }

    private Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(url(database), USER, PASSWORD);
    }

    private void end() {
        try {
            kill();
        } catch (RuntimeException alreadyGone) {
            // then there is nothing to end
        }
        try (var files = Files.walk(folder)) {
            files.sorted(java.util.Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            System.err.println("not deleted: " + folder);
        }
    }

    private long pid() {
        try {
            return Long.parseLong(
                    Files.readAllLines(folder.resolve("data/postmaster.pid")).getFirst());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Unpacked once a machine; where several do it at once, the first wins. */
    private static Path binaries() {
        try {
            var resource = BINARIES.stream()
                    .map(Postgres.class::getResource)
                    .filter(java.util.Objects::nonNull)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("PostgreSQL's binaries are not on the class path"));
            var jar = Path.of(resource.getPath().replaceAll("^file:|!.*$", "")).getFileName();
            var home = Path.of(
                    System.getProperty("java.io.tmpdir"),
                    "sluice-%s-%s".formatted(System.getProperty("user.name"), jar));
            if (Files.isDirectory(home)) {
                return home;
            }
            var draft = Files.createTempDirectory("sluice-unpacked");
            Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rwxr-xr-x"));
            var tar = new ProcessBuilder("tar", "-x", "-C", draft.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (var in = new XZInputStream(resource.openStream());
                    var out = tar.getOutputStream()) {
                in.transferTo(out);
            }
            if (tar.waitFor() != 0) {
                throw new IOException("PostgreSQL's binaries cannot be unpacked into " + draft);
            }
            if (!draft.toFile().renameTo(home.toFile()) && !Files.isDirectory(home)) {
                throw new IOException("cannot rename " + draft + " to " + home);
            }
            return home;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static List<String> command(String... words) {
        var command = new ArrayList<String>();
        if (isRoot()) {
            command.addAll(
                    List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "--inh-caps=-all"));
        }
        command.addAll(List.of(words));
        return command;
    }

    private static void run(Path folder, String... words) throws IOException {
        var process = new ProcessBuilder(command(words))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", words) + ": " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
