package dev.sluice.console.alert;

import dev.sluice.console.problem.LostDatabase;
import dev.sluice.console.study.StudyDesk;
import dev.sluice.console.study.SweepEvent;
import io.quarkus.logging.Log;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/*
 * An alert is in the database before anybody is told of it; so is, for each webhook, that it is to be told. One thread a
 * webhook takes what is due and notes what came of it, so that one that hangs holds up no other. A service that is killed
 * between a call and its note calls once more: receivers know repetitions by the alert's id.
 */

/** Tells webhooks of alerts, until they have taken them. Thread-safe. */
@ApplicationScoped
public class Dispatcher {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(15);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(30);
    /** Nothing is so long in coming that it must be looked for more often, where nobody says that it is there. */
    private static final Duration LOOK = Duration.ofMinutes(1);

    private static final Duration DATABASE_PAUSE = Duration.ofSeconds(5);
    private static final int AT_ONCE = 20;
    private static final int ANSWER_LENGTH = 500;

    private final StudyDesk desk;
    private final Alerts alerts;
    private final AlertSettings settings;
    private final Duration giveUpAfter;
    private final Clock clock = Clock.systemUTC();
    private final Map<String, Line> lines = new TreeMap<>();
    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    private volatile boolean open = true;

    /** A webhook and its thread. */
    private record Line(Webhook webhook, Semaphore news) {}

    /** A try, decided before it is made. */
    private record Due(Message message, int tries) {}

    private record Answer(@Nullable Integer status, String text, boolean taken, Optional<Duration> pause) {}

    Dispatcher(StudyDesk desk, Alerts alerts, AlertSettings settings) {
        this.desk = desk;
        this.alerts = alerts;
        this.settings = settings;
        this.giveUpAfter = settings.giveUpAfter();
    }

    /**
     * Begins to tell of alerts.
     *
     * @throws IllegalArgumentException a webhook's settings are wrong
     */
    public void start() {
        settings.webhooks()
                .forEach((name, webhook) -> lines.put(name, new Line(Webhook.of(name, webhook), new Semaphore(1))));
        alerts.listen(rule -> wake());
        desk.listen(committed -> {
            if (committed.events().stream()
                    .anyMatch(recorded -> recorded.event() instanceof SweepEvent.Alerted
                            || (recorded.event() instanceof SweepEvent.StateChanged changed
                                    && changed.state().isOver()))) {
                wake();
            }
        });
        for (var line : lines.values()) {
            Thread.ofVirtual().name("webhook-" + line.webhook.name()).start(() -> work(line));
        }
    }

    public void stop() {
        open = false;
        wake();
    }

    /** By name. */
    List<Webhook> webhooks() {
        return lines.values().stream().map(Line::webhook).toList();
    }

    private void wake() {
        lines.values().forEach(line -> line.news.release());
    }

    private void work(Line line) {
        while (open) {
            var pause = LOOK;
            try {
                enroll(line.webhook);
                for (var due : due(line.webhook)) {
                    if (open) {
                        tell(line.webhook, due);
                    }
                }
                pause = untilNext(line.webhook);
            } catch (RuntimeException e) {
                if (!LostDatabase.isCauseOf(e)) {
                    Log.errorf(e, "event=webhook-waits webhook=%s", line.webhook.name());
                }
                pause = DATABASE_PAUSE;
            }
            try {
                var unused = line.news.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS);
                line.news.drainPermits();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Notes for each new alert that this webhook is to be told. */
    private void enroll(Webhook webhook) {
        QuarkusTransaction.requiringNew().run(() -> {
            var now = clock.instant();
            AlertEntity.<AlertEntity>list(
                            "from AlertEntity a where a.at > ?1 and (a.webhook is null or a.webhook = ?2) and not exists"
                                    + " (select 1 from DeliveryEntity d where d.alert = a.id and d.webhook = ?2) order by a.id",
                            now.minus(giveUpAfter),
                            webhook.name())
                    .stream()
                    .filter(alert -> alert.webhook != null || webhook.hears(alert.rule))
                    .forEach(alert -> {
                        var delivery = new DeliveryEntity();
                        delivery.alert = alert.id;
                        delivery.webhook = webhook.name();
                        delivery.state = DeliveryState.WAITING;
                        delivery.nextAt = now;
                        delivery.persist();
                    });
        });
    }

    private List<Due> due(Webhook webhook) {
        return QuarkusTransaction.requiringNew()
                .call(() -> DeliveryEntity.<DeliveryEntity>find(
                                "webhook = ?1 and state = ?2 and nextAt <= ?3 order by nextAt",
                                webhook.name(),
                                DeliveryState.WAITING,
                                clock.instant())
                        .page(0, AT_ONCE)
                        .stream()
                        .map(delivery -> new Due(alerts.message(AlertEntity.findById(delivery.alert)), delivery.tries))
                        .toList());
    }

    private Duration untilNext(Webhook webhook) {
        var now = clock.instant();
        return QuarkusTransaction.requiringNew()
                .call(() -> DeliveryEntity.<DeliveryEntity>find(
                                "webhook = ?1 and state = ?2 order by nextAt", webhook.name(), DeliveryState.WAITING)
                        .firstResultOptional())
                .map(delivery -> Duration.between(now, delivery.nextAt))
                .map(until -> until.isNegative() ? Duration.ZERO : until)
                .filter(until -> until.compareTo(LOOK) < 0)
                .orElse(LOOK);
    }

    private void tell(Webhook webhook, Due due) {
        var answer = call(webhook, due.message);
        var now = clock.instant();
        var pause = answer.pause.orElseGet(() -> pause(due.tries));
        boolean tooOld = due.message.at().plus(giveUpAfter).isBefore(now.plus(pause));
        note(webhook, due.message.id(), answer, now, tooOld ? Optional.empty() : Optional.of(now.plus(pause)));
        if (answer.taken) {
            Log.infof(
                    "event=webhook-told webhook=%s alert=%s rule=%s",
                    webhook.name(), due.message.id(), due.message.rule());
        } else if (due.tries == 0 || tooOld) {
            Log.warnf(
                    "event=%s webhook=%s alert=%s rule=%s reason=\"%s\"",
                    tooOld ? "webhook-given-up" : "webhook-failed",
                    webhook.name(),
                    due.message.id(),
                    due.message.rule(),
                    answer.text);
        }
    }

    private void note(Webhook webhook, UUID alert, Answer answer, Instant now, Optional<Instant> next) {
        QuarkusTransaction.requiringNew().run(() -> {
            var delivery = DeliveryEntity.<DeliveryEntity>findById(new DeliveryEntity.Key(alert, webhook.name()));
            if (delivery == null) {
                return; // its sweep was deleted meanwhile
            }
            delivery.tries++;
            delivery.status = answer.status;
            delivery.answer = answer.text;
            if (answer.taken) {
                delivery.state = DeliveryState.DELIVERED;
            } else if (next.isEmpty()) {
                delivery.state = DeliveryState.GIVEN_UP;
            }
            boolean ended = delivery.state != DeliveryState.WAITING;
            delivery.nextAt = ended ? null : next.orElseThrow();
            delivery.endedAt = ended ? now : null;
        });
    }

    private Answer call(Webhook webhook, Message message) {
        try {
            var response = http.sendAsync(
                            webhook.request(message, clock.instant()), HttpResponse.BodyHandlers.ofString())
                    .get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
            var text = cut(response.body());
            boolean taken = webhook.isTaken(response.statusCode(), response.body());
            return new Answer(response.statusCode(), text, taken, retryAfter(response));
        } catch (ExecutionException e) {
            var cause = e.getCause() == null ? e : e.getCause();
            // The address may be a secret, and some messages hold it: only what kind of trouble it was is kept.
            return unanswered(cause instanceof IOException ? cause.getClass().getSimpleName() : "the call failed");
        } catch (TimeoutException e) {
            return unanswered("no answer within %d seconds".formatted(ANSWER.toSeconds()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return unanswered("the service stops");
        }
    }

    private static Answer unanswered(String why) {
        return new Answer(null, why, false, Optional.empty());
    }

    private static Optional<Duration> retryAfter(HttpResponse<String> response) {
        return response.headers()
                .firstValue("Retry-After")
                .filter(value -> value.matches("\\d{1,6}"))
                .map(value -> Duration.ofSeconds(Long.parseLong(value)))
                .map(pause -> pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause)
                .filter(pause -> !pause.isZero());
    }

    /** Twice as long each time, and a fifth more or less, so that what failed together does not come back together. */
    private static Duration pause(int tries) {
        var pause = FIRST_PAUSE.multipliedBy(1L << Math.min(tries, 20));
        var bounded = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
        return bounded.multipliedBy(ThreadLocalRandom.current().nextLong(80, 121))
                .dividedBy(100);
    }

    private static String cut(String text) {
        var line = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return line.length() > ANSWER_LENGTH ? line.substring(0, ANSWER_LENGTH) + "…" : line;
    }
}
