package dev.sluice.console.database;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.agroal.api.AgroalDataSource;
import io.quarkus.logging.Log;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/*
 * The file is gzip over lines of JSON: a header with the format's and the tables' versions; for each table an object with
 * its columns, then an array a row, then an object with how many there were; and at the end the SHA-256 of all bytes
 * before that line. It names no kind of database: what H2 wrote, PostgreSQL takes.
 */

/** All rows that the service keeps, saved to a file and filled from one. Thread-safe. */
@ApplicationScoped
public class Backup {
    static final int FORMAT = 1;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MARK = "sluice-backup";
    /** Those that others refer to come first. */
    private static final List<String> TABLES =
            List.of("sweep", "trial", "attempt", "event", "promotion", "audit", "alert", "delivery");

    private static final Map<String, String> ORDER =
            Map.of("event", "sweep, pos", "audit", "sweep, pos", "delivery", "alert, webhook");
    private static final int FETCH = 5000;
    private static final int BATCH = 500;

    private final AgroalDataSource source;
    private final Database database;

    Backup(AgroalDataSource source, Database database) {
        this.source = source;
        this.database = database;
    }

    /** How many rows of each table were saved, or filled in. */
    public record Content(Map<String, Long> rows) {
        @Override
        public String toString() {
            return "%d sweeps, %d trials, %d events"
                    .formatted(
                            rows.getOrDefault("sweep", 0L),
                            rows.getOrDefault("trial", 0L),
                            rows.getOrDefault("event", 0L));
        }
    }

    /**
     * Saves all rows as they are at one moment; whoever writes meanwhile is not held up. The file is there whole or not
     * at all, and is on the disk when this returns.
     *
     * @throws DatabaseException the file is there already, or cannot be written
     */
    public Content save(Path file) throws SQLException {
        if (Files.exists(file)) {
            throw new DatabaseException("%s is there already; a backup replaces nothing".formatted(file));
        }
        var draft = file.resolveSibling(file.getFileName() + ".part");
        try {
            Content content;
            try (var out = new BufferedOutputStream(Files.newOutputStream(draft))) {
                content = write(out);
            }
            try (var channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            // A link fails where a file has come meanwhile; a rename would replace it.
            Files.createLink(file, draft);
            return content;
        } catch (FileAlreadyExistsException e) {
            throw new DatabaseException("%s is there already; a backup replaces nothing".formatted(file), e);
        } catch (IOException e) {
            throw new DatabaseException("%s cannot be written: %s".formatted(file, e), e);
        } finally {
            try {
                Files.deleteIfExists(draft);
            } catch (IOException e) {
                Log.warnf("event=not-deleted file=%s", draft);
            }
        }
    }

    private Content write(OutputStream into) throws SQLException, IOException {
        var rows = new LinkedHashMap<String, Long>();
        var digest = sha256();
        try (var connection = source.getConnection();
                var gzip = new GZIPOutputStream(into)) {
            int isolation = connection.getTransactionIsolation();
            connection.setAutoCommit(false);
            // All tables as of one moment, in both databases.
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            try {
                line(
                        gzip,
                        digest,
                        JSON.createObjectNode()
                                .put(MARK, FORMAT)
                                .put("schema", database.schema())
                                .put("store", database.kind())
                                .put("at", Instant.now().toString()));
                for (var table : tables(connection)) {
                    rows.put(table, write(connection, table, gzip, digest));
                }
                var sum = JSON.createObjectNode().put("sha256", HexFormat.of().formatHex(digest.digest()));
                line(gzip, sha256(), sum);
            } finally {
                connection.rollback();
                connection.setTransactionIsolation(isolation);
                connection.setAutoCommit(true);
            }
        }
        return new Content(rows);
    }

    /** Those that the database has: one of an earlier release lacks some. */
    private static List<String> tables(Connection connection) throws SQLException {
        var there = new HashSet<String>();
        try (var names = connection.getMetaData().getTables(null, connection.getSchema(), null, null)) {
            while (names.next()) {
                there.add(names.getString("TABLE_NAME").toLowerCase(Locale.ROOT));
            }
        }
        return TABLES.stream().filter(there::contains).toList();
    }

    private static long write(Connection connection, String table, OutputStream out, MessageDigest digest)
            throws SQLException, IOException {
        long count = 0;
        try (var query = connection.prepareStatement(
                "select * from %s order by %s".formatted(table, ORDER.getOrDefault(table, "id")))) {
            query.setFetchSize(FETCH);
            try (var rows = query.executeQuery()) {
                var columns = Column.of(rows.getMetaData());
                var head = JSON.createObjectNode().put("table", table);
                columns.forEach(column -> head.withArray("columns").add(column.name()));
                line(out, digest, head);
                while (rows.next()) {
                    var row = JSON.createArrayNode();
                    for (int i = 0; i < columns.size(); i++) {
                        columns.get(i).read(rows, i + 1, row);
                    }
                    line(out, digest, row);
                    count++;
                }
            }
        }
        line(out, digest, JSON.createObjectNode().put("rows", count));
        return count;
    }

    /**
     * Fills an empty database from a file, all of it or nothing. The whole file is checked before the first row is written.
     *
     * @param replace what is in the database goes
     * @throws DatabaseException the file is damaged, of a newer Sluice or no backup at all, or the database is not empty
     */
    public Content restore(Path file, boolean replace) throws SQLException {
        try {
            check(file);
            return fill(file, connection -> clear(connection, replace));
        } catch (NoSuchFileException e) {
            throw new DatabaseException("there is no file %s".formatted(file), e);
        } catch (IOException e) {
            throw new DatabaseException("%s cannot be read: %s".formatted(file, e.getMessage()), e);
        } catch (DateTimeException | IllegalArgumentException e) {
            throw new DatabaseException("%s holds a value that cannot be: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** Adds what a file holds to what is there. */
    Content add(Path file) throws SQLException, IOException {
        return fill(file, connection -> {});
    }

    /** What comes before the first row, in the same transaction. */
    private interface Before {
        void run(Connection connection) throws SQLException;
    }

    private Content fill(Path file, Before first) throws SQLException, IOException {
        try (var connection = source.getConnection()) {
            connection.setAutoCommit(false);
            try {
                first.run(connection);
                var content = fill(connection, file);
                connection.commit();
                if (connection.getMetaData().getDatabaseProductName().equals("H2")) {
                    try (var statement = connection.createStatement()) {
                        statement.execute("checkpoint sync");
                    }
                }
                return content;
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }

    /** Reads it from end to end: its sum must be right, and its format and tables such as we know. */
    private void check(Path file) throws IOException {
        var digest = sha256();
        boolean ended = false;
        try (var lines = open(file)) {
            long number = 0;
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                if (ended) {
                    throw damaged(file, "something follows its end");
                }
                if (number++ == 0) {
                    checkHeader(file, line);
                }
                if (line.startsWith("{\"sha256\":")) {
                    var sum = HexFormat.of().formatHex(digest.digest());
                    if (!JSON.readTree(line).path("sha256").asText().equals(sum)) {
                        throw damaged(file, "its checksum is another");
                    }
                    ended = true;
                } else {
                    digest.update((line + "\n").getBytes(StandardCharsets.UTF_8));
                }
            }
        } catch (IOException e) {
            if (e instanceof NoSuchFileException) {
                throw e;
            }
            throw damaged(file, e.getMessage() == null ? "it ends too early" : e.getMessage());
        }
        if (!ended) {
            throw damaged(file, "it ends too early");
        }
    }

    private void checkHeader(Path file, String line) {
        JsonNode header;
        try {
            header = JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new DatabaseException("%s is no backup of Sluice".formatted(file), e);
        }
        int format = header.path(MARK).asInt();
        if (format < 1) {
            throw new DatabaseException("%s is no backup of Sluice".formatted(file));
        }
        int schema = header.path("schema").asInt();
        if (format > FORMAT || schema > database.schema()) {
            throw new DatabaseException(
                    "%s was made by a newer Sluice (format %d, schema %d; this one knows them up to %d and %d)"
                            .formatted(file, format, schema, FORMAT, database.schema()));
        }
    }

    private static DatabaseException damaged(Path file, String why) {
        return new DatabaseException("%s is damaged, nothing was restored: %s".formatted(file, why));
    }

    private static void clear(Connection connection, boolean replace) throws SQLException {
        try (var statement = connection.createStatement()) {
            if (!replace) {
                try (var rows = statement.executeQuery("select count(*) from sweep")) {
                    rows.next();
                    if (rows.getLong(1) > 0) {
                        throw new DatabaseException(
                                "the database holds %d sweeps already, nothing was restored; with --replace they go"
                                        .formatted(rows.getLong(1)));
                    }
                }
            }
            for (var table : tables(connection).reversed()) {
                statement.executeUpdate("delete from " + table);
            }
        }
    }

    private static Content fill(Connection connection, Path file) throws SQLException, IOException {
        var rows = new LinkedHashMap<String, Long>();
        try (var lines = open(file)) {
            lines.readLine(); // the header
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var head = JSON.readTree(line);
                var table = head.path("table").asText();
                if (TABLES.contains(table)) {
                    rows.put(table, fill(connection, table, head.path("columns"), lines));
                }
            }
        }
        return new Content(rows);
    }

    private static long fill(Connection connection, String table, JsonNode names, BufferedReader lines)
            throws SQLException, IOException {
        var known = new LinkedHashMap<String, Column>();
        try (var query = connection.prepareStatement("select * from " + table + " where 1 = 0");
                var rows = query.executeQuery()) {
            Column.of(rows.getMetaData()).forEach(column -> known.put(column.name(), column));
        }
        var columns = new ArrayList<Column>();
        for (var name : names) {
            var column = known.get(name.asText());
            if (column == null) {
                throw new DatabaseException(
                        "the backup has a column %s.%s that this Sluice does not know".formatted(table, name.asText()));
            }
            columns.add(column);
        }
        var sql = "insert into %s (%s) values (%s)"
                .formatted(
                        table,
                        String.join(", ", columns.stream().map(Column::name).toList()),
                        String.join(", ", columns.stream().map(c -> "?").toList()));
        long count = 0;
        try (var insert = connection.prepareStatement(sql)) {
            for (var line = lines.readLine(); line != null && line.startsWith("["); line = lines.readLine()) {
                var row = JSON.readTree(line);
                for (int i = 0; i < columns.size(); i++) {
                    columns.get(i).write(insert, i + 1, row.path(i));
                }
                insert.addBatch();
                if (++count % BATCH == 0) {
                    insert.executeBatch();
                }
            }
            insert.executeBatch();
        }
        return count;
    }

    private static BufferedReader open(Path file) throws IOException {
        return new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file), 1 << 16),
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT)));
    }

    private static void line(OutputStream out, MessageDigest digest, JsonNode node) throws IOException {
        // As JSON writes it, a text has no line break in it.
        var bytes = (JSON.writeValueAsString(node) + "\n").getBytes(StandardCharsets.UTF_8);
        digest.update(bytes);
        out.write(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** A column, as far as its values travel. */
    private record Column(String name, Kind kind) {
        enum Kind {
            ID,
            TIME,
            NUMBER,
            TRUTH,
            TEXT
        }

        static List<Column> of(ResultSetMetaData meta) throws SQLException {
            var columns = new ArrayList<Column>();
            for (int i = 1; i <= meta.getColumnCount(); i++) {
                var type = meta.getColumnTypeName(i).toLowerCase(Locale.ROOT);
                Kind kind;
                if (type.equals("uuid")) {
                    kind = Kind.ID;
                } else if (type.startsWith("timestamp")) {
                    kind = Kind.TIME;
                } else if (type.startsWith("bool")) {
                    kind = Kind.TRUTH;
                } else if (type.startsWith("int") || type.equals("bigint")) {
                    kind = Kind.NUMBER;
                } else {
                    kind = Kind.TEXT;
                }
                columns.add(new Column(meta.getColumnName(i).toLowerCase(Locale.ROOT), kind));
            }
            return columns;
        }

        void read(ResultSet rows, int index, ArrayNode into) throws SQLException {
            if (kind == Kind.TIME) {
                var time = rows.getObject(index, OffsetDateTime.class);
                into.add(time == null ? null : time.toInstant().toString());
                return;
            }
            @Nullable String text = rows.getString(index);
            if (text == null) {
                into.addNull();
                return;
            }
            switch (kind) {
                case NUMBER -> into.add(rows.getLong(index));
                case TRUTH -> into.add(rows.getBoolean(index));
                default -> into.add(text);
            }
        }

        void write(PreparedStatement insert, int index, JsonNode value) throws SQLException {
            if (value.isNull() || value.isMissingNode()) {
                insert.setObject(index, null);
                return;
            }
            switch (kind) {
                case ID -> insert.setObject(index, UUID.fromString(value.asText()));
                case TIME ->
                    insert.setObject(index, Instant.parse(value.asText()).atOffset(java.time.ZoneOffset.UTC));
                case NUMBER -> insert.setLong(index, value.asLong());
                case TRUTH -> insert.setBoolean(index, value.asBoolean());
                case TEXT -> insert.setString(index, value.asText());
            }
        }
    }
}
