package dev.sluice.console.alert;

import java.util.Set;

/** How much an alert matters. */
public enum Severity {
    INFO,
    WARNING,
    ERROR;

    private static final Set<String> INFOS = Set.of("sweep-completed", "sweep-cancelled", Alerts.TEST);
    private static final Set<String> ERRORS = Set.of("sweep-failed", ServiceWatch.DATABASE_AWAY);

    static Severity of(String rule) {
        return INFOS.contains(rule) ? INFO : ERRORS.contains(rule) ? ERROR : WARNING;
    }
}
