package dev.sluice.console.database;

import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.Optional;

/**
 * What is the matter with a database, in words for whoever runs the service.
 *
 * @param sentence without what may be secret
 * @param passing whether it may well pass by itself
 */
record DatabaseFault(String sentence, boolean passing) {
    private static final int DEPTH = 20;

    static DatabaseFault of(Throwable thrown, DatabaseAddress address, String user) {
        Throwable cause = thrown;
        Optional<SQLException> said = Optional.empty();
        for (int depth = 0; cause != null && depth < DEPTH; cause = cause.getCause(), depth++) {
            if (cause instanceof DatabaseException ours) {
                return new DatabaseFault(String.valueOf(ours.getMessage()), false);
            }
            if (cause instanceof UnknownHostException) {
                return new DatabaseFault("the host of %s is not known: check SLUICE_DB_URL".formatted(address), true);
            }
            if (cause instanceof SQLException e && (said.isEmpty() || e.getSQLState() != null)) {
                said = Optional.of(e);
            }
        }
        if (address.kind() == DatabaseAddress.Kind.H2) {
            return new DatabaseFault("%s cannot be opened: %s".formatted(address, firstLine(thrown)), false);
        }
        var state = said.map(SQLException::getSQLState).orElse("");
        var words = said.map(DatabaseFault::firstLine).orElseGet(() -> firstLine(thrown));
        if (state.startsWith("28") || words.contains("password")) {
            return new DatabaseFault(
                    "%s does not let the user \"%s\" in: check SLUICE_DB_USER, and SLUICE_DB_PASSWORD or SLUICE_DB_PASSWORD_FILE"
                            .formatted(address, user),
                    false);
        }
        return switch (state) {
            case "3D000" ->
                new DatabaseFault(
                        "there is no such database: %s; create it, owned by the user \"%s\"".formatted(address, user),
                        false);
            case "42501" ->
                new DatabaseFault(
                        "the user \"%s\" may not make tables in %s: let it own the database".formatted(user, address),
                        false);
            case "57P01", "57P02", "57P03" -> new DatabaseFault("%s is starting or stopping".formatted(address), true);
            case "53300" -> new DatabaseFault("%s has no connection left".formatted(address), true);
            default ->
                state.startsWith("08")
                        ? new DatabaseFault("%s does not answer".formatted(address), true)
                        : new DatabaseFault("%s cannot be used: %s".formatted(address, words), false);
        };
    }

    private static String firstLine(Throwable thrown) {
        var message = thrown.getMessage();
        return message == null || message.isBlank()
                ? thrown.getClass().getSimpleName()
                : message.lines().filter(line -> !line.isBlank()).findFirst().orElse("");
    }
}
