package dev.sluice.endtoend.harness;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** Server-sent events, read one after the other. Not thread-safe. */
public final class Events implements Closeable {
    private final BufferedReader lines;

    public Events(InputStream stream) {
        this.lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
    }

    /** An event; id and name are empty texts where it has none. */
    public record Event(String id, String name, String text) {
        public JsonNode data() {
            return Json.read(text);
        }
    }

    /** The next event with data; waits for it. */
    public Event next() throws IOException {
        var id = "";
        var name = "";
        var text = new StringBuilder();
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.isEmpty()) {
                if (!text.isEmpty()) {
                    return new Event(id, name, text.toString());
                }
            } else if (line.startsWith("id:")) {
                id = line.substring(3).strip();
            } else if (line.startsWith("event:")) {
                name = line.substring(6).strip();
            } else if (line.startsWith("data:")) {
                text.append(text.isEmpty() ? "" : "\n").append(line.substring(5).stripLeading());
            }
        }
        throw new IOException("the stream has ended");
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
