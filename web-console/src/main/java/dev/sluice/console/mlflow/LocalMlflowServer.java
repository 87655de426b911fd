package dev.sluice.console.mlflow;

import dev.sluice.console.process.LogTail;
import dev.sluice.console.process.ProcessFamily;
import dev.sluice.console.process.ProcessIdentity;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An MLflow server that the service keeps for itself on this machine: installs it, starts it, starts it again when it dies, and ends it.
 *
 * <p>It listens on the loopback alone, at a port that is chosen once and kept in the file {@code port} of its folder. Its process is named
 * by the file {@code pid}: a new service takes it up if it is well, and ends it otherwise. It runs in a session of its own, so that
 * Ctrl-C at a terminal does not end it before the service has shipped what it has.
 */
public final class LocalMlflowServer implements TrackingServer {
    private static final System.Logger LOG = System.getLogger(LocalMlflowServer.class.getName());

    private static final String MARK = "SLUICE_MLFLOW";

    /** Outside the range from which systems take ports for outgoing connections (32768 on Linux). */
    private static final int LOWEST_PORT = 20_000;

    private static final int HIGHEST_PORT = 30_000;
    private static final Duration START_LIMIT = Duration.ofMinutes(5);
    private static final Duration SILENCE_LIMIT = Duration.ofMinutes(2);
    private static final Duration REFUSAL_LIMIT = Duration.ofSeconds(20);
    private static final Duration PROBE_PERIOD = Duration.ofSeconds(5);
    private static final long POLL_MILLIS = 250;
    private static final Duration ADOPTION_LIMIT = Duration.ofSeconds(15);
    private static final Duration STOP_GRACE = Duration.ofSeconds(10);
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final long LOG_LIMIT_BYTES = 16L << 20;

    private final LocalMlflowSettings settings;
    private final MlflowInstallation installation;
    private final int port;
    private final URI uri;
    private final HealthProbe probe;
    private final ProcessFamily family;
    private final StatusBoard board = new StatusBoard(State.STARTING, "not started yet");
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final ReentrantLock life = new ReentrantLock();
    private Optional<Thread> supervisor = Optional.empty();

    private LocalMlflowServer(LocalMlflowSettings settings, int port) throws IOException {
        this.settings = settings;
        this.installation = new MlflowInstallation(
                settings.tools(), settings.folder().resolve("install.log"), settings.environment());
        this.port = port;
        this.uri = URI.create("http://127.0.0.1:" + port);
        this.probe = HealthProbe.local(uri);
        this.family = ProcessFamily.marked(MARK, settings.folder().toRealPath().toString());
    }

    /**
     * The server of this folder; makes the folder and chooses the port, but starts nothing.
     *
     * @throws IOException if the folder cannot be made or written
     */
    public static LocalMlflowServer of(LocalMlflowSettings settings) throws IOException {
        Files.createDirectories(settings.folder());
        return new LocalMlflowServer(settings, port(portFile(settings.folder())));
    }

    private static int port(Path file) throws IOException {
        if (Files.exists(file)) {
            String text = Files.readString(file).strip();
            if (text.matches("\\d{1,5}") && Integer.parseInt(text) > 0 && Integer.parseInt(text) < 65_536) {
                return Integer.parseInt(text);
            }
            LOG.log(
                    Level.WARNING,
                    "{0} must hold a port in [1, 65535], was \"{1}\": another one is chosen",
                    file,
                    text);
        }
        int chosen = 0;
        while (chosen == 0) {
            int candidate = ThreadLocalRandom.current().nextInt(LOWEST_PORT, HIGHEST_PORT);
            chosen = free(candidate) ? candidate : 0;
        }
        Path whole = file.resolveSibling("port.tmp");
        Files.writeString(whole, chosen + "\n");
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return chosen;
    }

    private static boolean free(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    @Override
    public Optional<URI> uri() {
        return Optional.of(uri);
    }

    @Override
    public Status status() {
        return board.status();
    }

    @Override
    public void start() {
        life.lock();
        try {
            if (supervisor.isEmpty() && stopping.getCount() > 0) {
                supervisor =
                        Optional.of(Thread.ofVirtual().name("mlflow-supervisor").start(this::supervise));
            }
        } finally {
            life.unlock();
        }
    }

    @Override
    public boolean awaitUp(Duration limit) throws InterruptedException {
        return board.awaitUp(limit);
    }

    @Override
    public void stop() {
        life.lock();
        try {
            if (stopping.getCount() == 0) {
                return;
            }
            stopping.countDown();
            if (supervisor.isPresent()) {
                supervisor.get().interrupt();
                supervisor.get().join();
            }
            endServer();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "tracking: the local MLflow cannot be ended", e);
        } finally {
            board.setQuietly(State.AWAY, "stopped");
            life.unlock();
        }
    }

    private void supervise() {
        Duration pause = SHORTEST_PAUSE;
        try {
            while (stopping.getCount() > 0) {
                try {
                    Optional<ProcessIdentity> running = adopt();
                    ProcessIdentity server = running.isPresent() ? running.get() : begin();
                    noteMade();
                    board.set(State.UP, "");
                    long since = System.nanoTime();
                    String reason = watch(server);
                    if (System.nanoTime() - since > LONGEST_PAUSE.toNanos()) {
                        pause = SHORTEST_PAUSE;
                    }
                    board.set(State.AWAY, reason + "; it is started again");
                    endServer();
                } catch (TrackingProblem e) {
                    board.set(State.AWAY, String.valueOf(e.getMessage()));
                } catch (IOException | RuntimeException e) {
                    LOG.log(Level.WARNING, "tracking: the local MLflow failed", e);
                    board.set(State.AWAY, "the local MLflow cannot be started: " + e);
                }
                if (stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The server that an earlier service left, if it is well; else what is left of it is ended. */
    private Optional<ProcessIdentity> adopt() throws IOException, InterruptedException {
        Optional<ProcessIdentity> left = ServerNote.read(pidFile())
                .filter(note -> note.version().equals(MlflowInstallation.VERSION))
                .map(ServerNote::process)
                .filter(process -> process.alive() && family.carriesMark(process.pid()));
        if (left.isPresent()) {
            long began = System.nanoTime();
            while (left.get().alive() && System.nanoTime() - began < ADOPTION_LIMIT.toNanos()) {
                if (probe.ask().well()) {
                    LOG.log(
                            Level.INFO,
                            "tracking: adopted pid={0}",
                            Long.toString(left.get().pid()));
                    return left;
                }
                Thread.sleep(POLL_MILLIS);
            }
        }
        endServer();
        return Optional.empty();
    }

    /** Starts a server and waits until it is well. */
    private ProcessIdentity begin() throws TrackingProblem, IOException, InterruptedException {
        Path python = installation.python(detail -> board.set(State.STARTING, detail));
        if (!free(port)) {
            throw new TrackingProblem(
                    "port " + port + " of the local MLflow is taken by another program: end that, or delete "
                            + portFile(settings.folder()) + " and start anew to have another one chosen");
        }
        if (board.status().state() == State.STARTING) {
            board.set(State.STARTING, "starting MLflow " + MlflowInstallation.VERSION);
        }
        removeHalfMade();
        Path log = logFile();
        if (Files.exists(log) && Files.size(log) > LOG_LIMIT_BYTES) {
            Files.move(log, log.resolveSibling("mlflow.log.1"), StandardCopyOption.REPLACE_EXISTING);
        }
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        "setsid",
                        python.toString(),
                        "-m",
                        "mlflow",
                        "server",
                        "--host",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(port),
                        // Relative to its folder, which may then have any name and be moved.
                        "--backend-store-uri",
                        "sqlite:///mlflow.db",
                        "--artifacts-destination",
                        "./artifacts",
                        "--workers",
                        "1"))
                .directory(settings.folder().toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().clear();
        builder.environment().putAll(serverEnvironment());
        // setsid becomes the server itself, as its caller leads no process group.
        Process process = builder.start();
        Optional<ProcessIdentity> server = ProcessIdentity.of(process.pid());
        if (server.isPresent()) {
            new ServerNote(server.get(), MlflowInstallation.VERSION).write(pidFile());
        }
        long began = System.nanoTime();
        while (server.filter(ProcessIdentity::alive).isPresent() && System.nanoTime() - began < START_LIMIT.toNanos()) {
            if (probe.ask().well()) {
                LOG.log(
                        Level.INFO,
                        "tracking: started pid={0} port={1} seconds={2}",
                        Long.toString(process.pid()),
                        Integer.toString(port),
                        (System.nanoTime() - began) / 1e9);
                return server.get();
            }
            Thread.sleep(POLL_MILLIS);
        }
        boolean late = server.filter(ProcessIdentity::alive).isPresent();
        endServer();
        throw new TrackingProblem(
                late
                        ? "the local MLflow was not ready in " + START_LIMIT.toMinutes() + " minutes, see " + log
                        : "the local MLflow ended while it was starting: " + LogTail.lastLine(log) + " (see " + log
                                + ")");
    }

    private Map<String, String> serverEnvironment() throws IOException {
        Map<String, String> environment = new TreeMap<>(settings.environment());
        // Its own settings are given here; a client's, or secrets of ours, are none of its affair.
        environment
                .keySet()
                .removeIf(name -> name.startsWith("MLFLOW_")
                        || name.startsWith("_MLFLOW_")
                        || name.startsWith("SLUICE_")
                        || name.startsWith("QUARKUS_")
                        || name.equals("PYTHONHOME")
                        || name.equals("PYTHONPATH"));
        environment.put("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false");
        environment.put("MLFLOW_DISABLE_TELEMETRY", "true");
        environment.put("PYTHONUNBUFFERED", "1");
        environment.put(MARK, settings.folder().toRealPath().toString());
        return environment;
    }

    /** Looks after a server until it has to be started anew, and says why. */
    private String watch(ProcessIdentity server) throws InterruptedException {
        long lastWell = System.nanoTime();
        long lastAsked = lastWell;
        while (server.alive()) {
            Thread.sleep(POLL_MILLIS);
            if (System.nanoTime() - lastAsked < PROBE_PERIOD.toNanos()) {
                continue;
            }
            HealthProbe.Finding finding = probe.ask();
            lastAsked = System.nanoTime();
            if (finding.well()) {
                lastWell = lastAsked;
                board.set(State.UP, "");
            } else {
                board.set(State.AWAY, finding.problem());
                Duration limit = finding.refused() ? REFUSAL_LIMIT : SILENCE_LIMIT;
                if (lastAsked - lastWell > limit.toNanos()) {
                    return finding.problem();
                }
            }
        }
        return "the local MLflow ended";
    }

    /** Ends all that carries this folder's mark: asks first, then kills; and forgets the process. */
    private void endServer() throws IOException, InterruptedException {
        List<ProcessIdentity> members = family.members(Optional.empty());
        members.forEach(ProcessIdentity::terminate);
        long began = System.nanoTime();
        while (members.stream().anyMatch(ProcessIdentity::alive) && System.nanoTime() - began < STOP_GRACE.toNanos()) {
            Thread.sleep(50);
        }
        family.killAll(
                Optional.empty(),
                member -> false,
                () -> LOG.log(Level.WARNING, "tracking: processes of the local MLflow do not die"));
        Files.deleteIfExists(pidFile());
    }

    private Path pidFile() {
        return settings.folder().resolve("pid");
    }

    private Path logFile() {
        return settings.folder().resolve("mlflow.log");
    }

    /**
     * A server that was ended while it made its database cannot go on with it: MLflow's first migration is not repeatable. Until a
     * server has answered for the first time nothing can have been written to it.
     */
    private void removeHalfMade() throws IOException {
        if (Files.exists(madeFile())) {
            return;
        }
        for (String suffix : List.of("", "-journal", "-wal", "-shm")) {
            Files.deleteIfExists(settings.folder().resolve("mlflow.db" + suffix));
        }
    }

    private void noteMade() throws IOException {
        if (!Files.exists(madeFile())) {
            Files.writeString(madeFile(), MlflowInstallation.VERSION);
        }
    }

    private Path madeFile() {
        return settings.folder().resolve("made");
    }

    private static Path portFile(Path folder) {
        return folder.resolve("port");
    }
}
