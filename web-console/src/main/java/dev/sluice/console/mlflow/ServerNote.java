package dev.sluice.console.mlflow;

import dev.sluice.console.process.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * The pid file: a line each for process id, start ticks, boot id and MLflow's version.
 */
record ServerNote(ProcessIdentity process, String version) {
    static Optional<ServerNote> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        List<String> lines = Files.readAllLines(file);
        if (lines.size() != 4
                || !lines.get(0).matches("\\d{1,18}")
                || !lines.get(1).matches("\\d{1,18}")) {
            return Optional.empty();
        }
        return Optional.of(new ServerNote(
                new ProcessIdentity(Long.parseLong(lines.get(0)), Long.parseLong(lines.get(1)), lines.get(2)),
                lines.get(3)));
    }

    void write(Path file) throws IOException {
        Path whole = file.resolveSibling(file.getFileName() + ".tmp");
        Files.write(
                whole,
                List.of(Long.toString(process.pid()), Long.toString(process.startTicks()), process.bootId(), version));
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
