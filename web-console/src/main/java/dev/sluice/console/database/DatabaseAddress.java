package dev.sluice.console.database;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where the database is, as it may be shown: a kind and a place.
 *
 * @param place `host:port/database`, or the folder
 */
record DatabaseAddress(Kind kind, String place) {
    private static final String POSTGRESQL = "jdbc:postgresql:";
    private static final Pattern LOGIN = Pattern.compile("//[^/?]*@|[?&](user|password|sslpassword)=");
    private static final Pattern ADDRESS = Pattern.compile(
            "jdbc:postgresql:(//(?<hosts>[A-Za-z0-9._:,\\[\\]-]+)/)?(?<database>[^/?#&\\s]+)(\\?[^#\\s]*)?");
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z0-9]*(:[A-Za-z0-9]*)?");

    enum Kind {
        H2("H2"),
        POSTGRESQL("PostgreSQL");

        private final String title;

        Kind(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }

        static Kind ofBuild(String kind) {
            return kind.equals("postgresql") ? POSTGRESQL : H2;
        }
    }

    /**
     * The database that is asked for.
     *
     * @param built what this build of the service can talk to
     * @param folder where H2 keeps its file
     * @throws DatabaseException where the URL makes no sense, or is meant for the other build
     */
    static DatabaseAddress of(Optional<String> url, Kind built, String folder) {
        var asked = url.map(String::strip).filter(text -> !text.isEmpty());
        if (asked.isEmpty()) {
            if (built == Kind.POSTGRESQL) {
                throw new DatabaseException(
                        "this is the service's build for PostgreSQL, and SLUICE_DB_URL is not set: set it to"
                                + " jdbc:postgresql://HOST:PORT/DATABASE, or start the service by ./sluice serve");
            }
            return new DatabaseAddress(Kind.H2, folder);
        }
        var text = asked.get();
        if (LOGIN.matcher(text.toLowerCase(Locale.ROOT)).find()) {
            throw new DatabaseException(
                    "SLUICE_DB_URL must not hold a user or a password, since addresses are shown: give them in"
                            + " SLUICE_DB_USER and SLUICE_DB_PASSWORD or SLUICE_DB_PASSWORD_FILE");
        }
        if (!text.startsWith(POSTGRESQL)) {
            var scheme = SCHEME.matcher(text);
            throw new DatabaseException(
                    "SLUICE_DB_URL must begin with %s, began with \"%s\"; leave it out to keep everything in the data folder"
                            .formatted(POSTGRESQL, scheme.lookingAt() ? scheme.group() : ""));
        }
        var parts = ADDRESS.matcher(text);
        if (!parts.matches()) {
            throw new DatabaseException(
                    "SLUICE_DB_URL is not the address of a database: it must look like jdbc:postgresql://HOST:PORT/DATABASE");
        }
        if (built == Kind.H2) {
            throw new DatabaseException(
                    "SLUICE_DB_URL names a PostgreSQL database, and this is the service's build for H2: start the service by"
                            + " ./sluice serve with SLUICE_DB_URL in its environment, or run quarkus-app-postgresql");
        }
        var hosts = parts.group("hosts");
        return new DatabaseAddress(
                Kind.POSTGRESQL, "%s/%s".formatted(hosts == null ? "localhost" : hosts, parts.group("database")));
    }

    @Override
    public String toString() {
        return kind.title() + " at " + place;
    }
}
