package dev.sluice.console.alert;

import dev.sluice.console.study.Archive;
import dev.sluice.console.study.Ids;
import dev.sluice.console.study.SweepSnapshot;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a person should hear of. Alerts about sweeps come with the sweeps' events; those about the service are raised here. Thread-safe. */
@ApplicationScoped
public class Alerts {
    /** The rule of alerts that somebody asked for, to see whether a webhook works. */
    static final String TEST = "test";

    private static final int MESSAGE_LENGTH = 4000;

    private final Archive archive;
    private final Optional<URI> console;
    private final String source = "/sluice/" + hostName();
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

    Alerts(Archive archive, AlertSettings settings) {
        this.archive = archive;
        this.console = settings.console();
    }

    /** Hears the rule of each alert that is raised here. */
    public void listen(Consumer<String> listener) {
        listeners.add(listener);
    }

    /**
     * Raises an alert about the service.
     *
     * @param webhook the only one to hear of it; null: all
     */
    UUID raise(String rule, String message, @Nullable String webhook) {
        var id = QuarkusTransaction.requiringNew().call(() -> {
            var alert = new AlertEntity();
            alert.id = Ids.next();
            alert.trial = -1;
            alert.rule = rule;
            alert.message = message.length() > MESSAGE_LENGTH ? message.substring(0, MESSAGE_LENGTH) : message;
            alert.webhook = webhook;
            alert.at = Instant.now();
            alert.persist();
            return alert.id;
        });
        listeners.forEach(listener -> listener.accept(rule));
        return id;
    }

    /**
     * Newest first, those before the cursor.
     *
     * @param sweep empty: all sweeps' and the service's
     */
    @Transactional
    public List<AlertView> list(Optional<UUID> sweep, Optional<String> rule, Optional<UUID> cursor, int limit) {
        var conditions = new StringBuilder("1 = 1");
        Map<String, Object> given = new HashMap<>();
        sweep.ifPresent(id -> {
            conditions.append(" and sweep = :sweep");
            given.put("sweep", id);
        });
        rule.ifPresent(name -> {
            conditions.append(" and rule = :rule");
            given.put("rule", name);
        });
        cursor.ifPresent(id -> {
            conditions.append(" and id < :cursor");
            given.put("cursor", id);
        });
        List<AlertEntity> found = AlertEntity.<AlertEntity>find(conditions + " order by id desc", given)
                .page(0, limit)
                .list();
        Map<UUID, List<AlertView.Delivery>> deliveries = new HashMap<>();
        if (!found.isEmpty()) {
            DeliveryEntity.<DeliveryEntity>find(
                            "alert in ?1 order by webhook",
                            found.stream().map(alert -> alert.id).toList())
                    .stream()
                    .forEach(delivery -> deliveries
                            .computeIfAbsent(delivery.alert, id -> new ArrayList<>())
                            .add(delivery.view()));
        }
        return found.stream()
                .map(alert -> AlertView.of(alert, deliveries.getOrDefault(alert.id, List.of())))
                .toList();
    }

    /** With all that receivers may want to be told. */
    Message message(AlertEntity alert) {
        var sweep = Optional.ofNullable(alert.sweep);
        return new Message(
                alert.id,
                alert.rule,
                Severity.of(alert.rule),
                alert.message,
                alert.at,
                sweep,
                sweep.flatMap(archive::sweep).map(SweepSnapshot::name).orElse(""),
                alert.trial < 0 ? null : alert.trial,
                alert.attempt,
                source,
                console.map(address -> link(address, alert)));
    }

    private String link(URI address, AlertEntity alert) {
        var root = address.toString().replaceAll("/+$", "");
        if (alert.sweep == null) {
            return root + "/";
        }
        return root + "/#/sweeps/" + alert.sweep + (alert.trial < 0 ? "" : "?trial=" + alert.trial);
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
