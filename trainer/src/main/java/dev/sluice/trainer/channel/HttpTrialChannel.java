package dev.sluice.trainer.channel;

import dev.sluice.trainer.json.JsonText;
import dev.sluice.trainer.protocol.ReportReply;
import dev.sluice.trainer.protocol.Signal;
import dev.sluice.trainer.protocol.TrialChannel;
import dev.sluice.trainer.protocol.TrialReport;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/*
 * Every report goes to reports.jsonl first, then into a queue, then over HTTP from the head of the queue on. What the
 * service did not answer stays at the head and is sent again with the same number; so the service sees the reports in
 * order and each counts once. Sending happens on the reporting thread while the service answers (the verdict comes
 * home at once) and on a thread of its own while it does not, which also keeps the lease alive: training waits for an
 * answer, never for a service that is away.
 */
/**
 * A trial's line to the service over HTTP/1.1 with a bearer token. Thread-safe.
 */
public final class HttpTrialChannel implements TrialChannel {
    private static final System.Logger LOGGER = System.getLogger(HttpTrialChannel.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration TURN = Duration.ofSeconds(2);
    private static final Duration LAST_TRY = Duration.ofSeconds(3);

    /** Made for the first call: that takes a tenth of a second, which the first step does not wait for. */
    private @Nullable HttpClient client;

    private final Settings settings;
    private final ReentrantLock sending =
            new ReentrantLock(); // who holds it talks to the service; never waited for long
    private final ReentrantLock lock = new ReentrantLock(); // guards the queue; held for moments
    private final Condition changed = lock.newCondition();
    private final Deque<TrialReport> queue = new ArrayDeque<>();
    private final AtomicReference<ReportReply> standing = new AtomicReference<>(ReportReply.PROCEED);
    private final Thread background;
    private volatile long heardNanos = System.nanoTime(); // when the service answered last
    private volatile boolean away;
    private volatile boolean closed;
    private volatile boolean lost;

    /**
     * What a channel needs to know.
     *
     * @param reportUrl where reports are posted
     * @param heartbeatUrl where heartbeats are posted
     * @param token the lease's token; empty: none is sent
     * @param reports the file each report is first appended to
     * @param attempt the attempt's number, noted with each report in that file
     * @param heartbeat time without an answer after which a heartbeat is sent
     * @param retry time between two tries while the service is away
     */
    public record Settings(
            URI reportUrl,
            URI heartbeatUrl,
            Optional<String> token,
            Path reports,
            int attempt,
            Duration heartbeat,
            Duration retry) {}

    /** Opens the line; the service need not be there. */
    public HttpTrialChannel(Settings settings) {
        this.settings = settings;
        this.background = new Thread(this::keepInTouch, "trial-channel");
        background.setDaemon(true);
        background.start();
    }

    @Override
    public ReportReply report(TrialReport report) {
        note(report);
        lock.lock();
        try {
            queue.addLast(report);
        } finally {
            lock.unlock();
        }
        if (!away && !lost && takeTurn(TURN)) {
            try {
                drain(PATIENCE);
            } finally {
                sending.unlock();
            }
        }
        return standing();
    }

    @Override
    public ReportReply standing() {
        return standing.getAndUpdate(reply -> reply.directive() == Signal.STOP ? reply : ReportReply.PROCEED);
    }

    @Override
    public boolean lost() {
        return lost;
    }

    /** How many reports wait to be sent. */
    public int waiting() {
        lock.lock();
        try {
            return queue.size();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (waiting() > 0 && !lost && takeTurn(LAST_TRY)) {
            try {
                drain(LAST_TRY);
            } finally {
                sending.unlock();
            }
        }
        if (waiting() > 0 && !lost) {
            LOGGER.log(
                    Level.INFO,
                    "reports={0} state=unsent reason=\"the service is away; it reads them from {1}\"",
                    waiting(),
                    settings.reports());
        }
    }

    private synchronized HttpClient client() {
        HttpClient made = client;
        if (made == null) {
            made = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(3))
                    .build();
            client = made;
        }
        return made;
    }

    private boolean takeTurn(Duration patience) {
        try {
            return sending.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void note(TrialReport report) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("attempt", settings.attempt());
        line.putAll(report.toTree());
        try {
            Path folder = settings.reports().toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            Files.writeString(
                    settings.reports(),
                    JsonText.write(line) + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, "report=" + report.seq() + " file=" + settings.reports() + " failed", e);
        }
    }

    /** Sends from the head of the queue until it is empty or the service is away. The caller holds the turn. */
    private void drain(Duration patience) {
        Optional<TrialReport> head = head();
        while (head.isPresent() && !lost) {
            Optional<ReportReply> reply =
                    post(settings.reportUrl(), JsonText.write(head.get().toTree()), patience);
            setAway(reply.isEmpty());
            if (reply.isEmpty()) {
                return;
            }
            hear(reply.get());
            removeHead();
            head = head();
        }
    }

    private Optional<TrialReport> head() {
        lock.lock();
        try {
            return Optional.ofNullable(queue.peekFirst());
        } finally {
            lock.unlock();
        }
    }

    private void removeHead() {
        lock.lock();
        try {
            queue.removeFirst();
        } finally {
            lock.unlock();
        }
    }

    /** A STOP stands for good, a CHECKPOINT until it is asked for. */
    private void hear(ReportReply reply) {
        if (reply.directive() != Signal.CONTINUE) {
            standing.updateAndGet(before -> before.directive() == Signal.STOP ? before : reply);
        }
    }

    private void setAway(boolean now) {
        if (now != away) {
            away = now;
            LOGGER.log(Level.INFO, now ? "service=away" : "service=back");
        }
    }

    /** Posts and reads the answer; empty if the service is away. The caller holds the turn. */
    private Optional<ReportReply> post(URI url, String body, Duration patience) {
        HttpRequest.Builder request = HttpRequest.newBuilder(url)
                .timeout(patience)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        settings.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
        try {
            HttpResponse<String> response = client().send(request.build(), BodyHandlers.ofString());
            return read(response.statusCode(), response.body());
        } catch (IOException e) {
            if (!away) {
                LOGGER.log(Level.INFO, "url={0} failed=\"{1}\"", url, e.toString());
            }
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private Optional<ReportReply> read(int status, String body) {
        if (status / 100 == 2) {
            heardNanos = System.nanoTime();
            try {
                return Optional.of(
                        body.isBlank() ? ReportReply.PROCEED : ReportReply.ofTree(JsonText.readObject(body)));
            } catch (IllegalArgumentException e) {
                LOGGER.log(Level.WARNING, "answer=\"{0}\" problem=\"{1}\"", body, e.getMessage());
                return Optional.of(ReportReply.PROCEED);
            }
        }
        if (status == 409 || status == 404 || status == 410) {
            return Optional.of(lose("the lease was lost: " + status + " " + problem(body)));
        }
        if (status == 401 || status == 403) {
            return Optional.of(lose("the service does not take this trial's token: " + status + " " + problem(body)));
        }
        if (status >= 500 || status == 408 || status == 429) {
            return Optional.empty();
        }
        LOGGER.log(Level.WARNING, "status=" + status + " problem=\"{0}\" report=dropped", problem(body));
        heardNanos = System.nanoTime();
        return Optional.of(ReportReply.PROCEED);
    }

    private ReportReply lose(String reason) {
        LOGGER.log(Level.WARNING, "lease=lost reason=\"{0}\"", reason);
        ReportReply stop = new ReportReply(Signal.STOP, reason);
        lost = true; // before the directive: who sees the directive asks for this
        standing.set(stop);
        return stop;
    }

    private static String problem(String body) {
        try {
            Map<String, Object> problem = JsonText.readObject(body);
            Object detail = problem.get("detail") != null ? problem.get("detail") : problem.get("title");
            return detail == null ? "" : detail.toString();
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    /** Sends what waits once the service is back, and heartbeats when nothing else is said. */
    private void keepInTouch() {
        try {
            while (!closed && !lost) {
                if (rest()) {
                    continue;
                }
                sending.lockInterruptibly();
                try {
                    if (waiting() > 0) {
                        drain(PATIENCE);
                    } else if (away || !heardLately()) { // a report may have been answered while the turn was awaited
                        Optional<ReportReply> reply = post(settings.heartbeatUrl(), "{}", PATIENCE);
                        setAway(reply.isEmpty());
                        reply.ifPresent(this::hear);
                    }
                } finally {
                    sending.unlock();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean heardLately() {
        return System.nanoTime() - heardNanos < settings.heartbeat().toNanos();
    }

    /** Waits a moment; true if there is nothing to say after it. */
    private boolean rest() throws InterruptedException {
        lock.lock();
        try {
            long left =
                    Math.min(settings.retry().toNanos(), settings.heartbeat().toNanos());
            while (!closed && left > 0) {
                left = changed.awaitNanos(left);
            }
            boolean quiet =
                    System.nanoTime() - heardNanos < settings.heartbeat().toNanos();
            return closed || lost || (!away && quiet && queue.isEmpty());
        } finally {
            lock.unlock();
        }
    }
}
