package dev.sluice.console.alert;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Settings of alerts, each below `sluice.alerts.`; the operator's alone: no client names an address that is called. */
@ConfigMapping(prefix = "sluice.alerts")
public interface AlertSettings {
    /** Who hears of alerts, by a name of letters, digits and `_` or `-`. */
    Map<String, Webhook> webhooks();

    /** The console's address as people open it, such as https://sluice.example; messages link to it. */
    Optional<URI> console();

    /** MLflow may be away for so long before that is an alert. */
    @WithDefault("5m")
    Duration trackingAway();

    /** Less than this, free on the disk of the data folder, is an alert. */
    @WithDefault("2GiB")
    String diskFree();

    /** So long an alert is tried to be delivered; older ones are given up. */
    @WithDefault("24h")
    Duration giveUpAfter();

    interface Webhook {
        /** An http or https address. It may hold a secret: it is never shown and never logged. */
        URI url();

        /** `cloudevents` (CloudEvents 1.0, signed), `slack` or `dingtalk`. */
        @WithDefault("cloudevents")
        String format();

        /** Signs what is sent: as Standard Webhooks do (`cloudevents`, `slack`), or as DingTalk wants it. */
        Optional<String> secret();

        /** The rules it is told of; default: all. */
        Optional<Set<String>> rules();

        /** A file (absolute) with a body of one's own in place of the format's: JSON with `${…}` in its texts. */
        Optional<Path> template();
    }
}
