package dev.sluice.console.problem;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Tells a database that is away from a mistake of ours, by what its driver and the pool throw. */
public final class LostDatabase {
    private static final int DEPTH = 20;

    private LostDatabase() {}

    /** Whether this was thrown since the connection to the database broke, or none can be had just now. */
    public static boolean isCauseOf(Throwable thrown) {
        return isCauseOf(thrown, 0);
    }

    /** What a transaction manager throws has the driver's word only among what is suppressed. */
    private static boolean isCauseOf(@Nullable Throwable thrown, int depth) {
        return thrown != null
                && depth < DEPTH
                && ((thrown instanceof SQLException e && isAway(e))
                        || isCauseOf(thrown.getCause(), depth + 1)
                        || Arrays.stream(thrown.getSuppressed()).anyMatch(e -> isCauseOf(e, depth + 1)));
    }

    private static boolean isAway(SQLException e) {
        if (e instanceof SQLTransientConnectionException
                || e instanceof SQLNonTransientConnectionException
                || e instanceof SQLRecoverableException) {
            return true;
        }
        var state = e.getSQLState();
        if (state == null) {
            // The pool's own words: it waited for a connection, or was told to close.
            var message = e.getMessage();
            return message != null && (message.contains("cquisition timeout") || message.contains("is closed"));
        }
        // 08: connection; 57P01-03: shut down, crashed, starting; 53300: too many connections; 25006: a standby.
        return state.startsWith("08") || state.startsWith("57P0") || state.equals("53300") || state.equals("25006");
    }
}
