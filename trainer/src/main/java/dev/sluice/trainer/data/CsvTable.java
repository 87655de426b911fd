package dev.sluice.trainer.data;

import dev.sluice.trainer.option.Suggestion;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The cells of a CSV file (RFC 4180, in UTF-8) whose first line names the columns. Spaces around a cell without quotes are
 * left out, empty lines too. Immutable.
 */
final class CsvTable {
    private final String file;
    private final List<String> header;
    private final List<Row> rows;

    /** Cells in the header's order, and the line that they begin on, from 1. */
    @SuppressWarnings("ArrayRecordComponent") // cells of a file: never compared
    private record Row(int line, String[] cells) {}

    private CsvTable(String file, List<String> header, List<Row> rows) {
        this.file = file;
        this.header = header;
        this.rows = rows;
    }

    /**
     * Reads a file.
     *
     * @param file its name, for messages
     * @throws IllegalArgumentException naming file and line if it is no UTF-8, has no header, or has a line of another number
     *     of cells
     */
    static CsvTable read(String file, byte[] content, char delimiter) {
        Reading reading = new Reading(file, text(file, content), delimiter);
        Row header = reading.next();
        if (header == null) {
            throw new IllegalArgumentException(file + " is empty: its first line must name the columns");
        }
        Set<String> names = new HashSet<>();
        for (String name : header.cells) {
            if (name.isEmpty() || !names.add(name)) {
                throw new IllegalArgumentException(file + ", line " + header.line + ": the header must name each column"
                        + " once, was " + String.join(", ", header.cells));
            }
        }
        List<Row> rows = new ArrayList<>();
        for (Row row = reading.next(); row != null; row = reading.next()) {
            if (row.cells.length != header.cells.length) {
                throw new IllegalArgumentException(file + ", line " + row.line + " has " + row.cells.length
                        + " cells, the header names " + header.cells.length + " columns");
            }
            rows.add(row);
        }
        return new CsvTable(file, List.of(header.cells), rows);
    }

    private static String text(String file, byte[] content) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(content))
                    .toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(file + " is not in UTF-8", e);
        }
    }

    List<String> header() {
        return header;
    }

    int rows() {
        return rows.size();
    }

    /** The place of a column. */
    int column(String option, String name) {
        int place = header.indexOf(name);
        if (place < 0) {
            throw new IllegalArgumentException(option + ": " + file + " has no column \"" + name + "\""
                    + Suggestion.of(name, header) + "; it has " + String.join(", ", header));
        }
        return place;
    }

    String cell(int row, int column) {
        return rows.get(row).cells[column];
    }

    /** Where a cell is, for messages. */
    String where(int row, int column) {
        return file + ", line " + rows.get(row).line + ", column \"" + header.get(column) + "\"";
    }

    /** Goes through a text once. */
    private static final class Reading {
        private final String file;
        private final String text;
        private final char delimiter;
        private int at;
        private int line = 1;

        Reading(String file, String text, char delimiter) {
            this.file = file;
            this.text = text;
            this.delimiter = delimiter;
        }

        /** The next line that is not empty; null: there is none. */
        @org.jspecify.annotations.Nullable
        Row next() {
            while (at < text.length()) {
                int begin = line;
                List<String> cells = new ArrayList<>();
                boolean isQuoted = row(cells);
                if (cells.size() > 1 || isQuoted || !cells.getFirst().isEmpty()) {
                    return new Row(begin, cells.toArray(String[]::new));
                }
            }
            return null;
        }

        /** Reads cells to the line's end; true if one was in quotes. */
        private boolean row(List<String> cells) {
            boolean isQuoted = false;
            while (true) {
                int start = at;
                while (start < text.length() && text.charAt(start) == ' ') {
                    start++;
                }
                if (start < text.length() && text.charAt(start) == '"') {
                    isQuoted = true;
                    at = start + 1;
                    cells.add(quoted());
                } else {
                    int end = at;
                    while (end < text.length() && text.charAt(end) != delimiter && !isLineEnd(text.charAt(end))) {
                        end++;
                    }
                    cells.add(text.substring(at, end).strip());
                    at = end;
                }
                if (at < text.length() && text.charAt(at) == delimiter) {
                    at++;
                } else {
                    endLine();
                    return isQuoted;
                }
            }
        }

        private String quoted() {
            int begin = line;
            StringBuilder cell = new StringBuilder();
            while (at < text.length()) {
                char c = text.charAt(at++);
                if (c != '"') {
                    line += c == '\n' ? 1 : 0;
                    cell.append(c);
                } else if (at < text.length() && text.charAt(at) == '"') {
                    cell.append('"');
                    at++;
                } else {
                    while (at < text.length() && text.charAt(at) == ' ') {
                        at++;
                    }
                    if (at < text.length() && text.charAt(at) != delimiter && !isLineEnd(text.charAt(at))) {
                        throw new IllegalArgumentException(
                                file + ", line " + line + ": nothing but a delimiter may follow"
                                        + " a closing quote; a quote within quotes is written twice");
                    }
                    return cell.toString();
                }
            }
            throw new IllegalArgumentException(file + ", line " + begin + ": a quote is not closed");
        }

        private void endLine() {
            if (at < text.length() && text.charAt(at) == '\r') {
                at++;
            }
            if (at < text.length() && text.charAt(at) == '\n') {
                at++;
            }
            line++;
        }

        private static boolean isLineEnd(char c) {
            return c == '\n' || c == '\r';
        }
    }
}
