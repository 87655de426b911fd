package dev.sluice.console.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Of a service that runs. Where none does, the start script saves the data folder's database by itself. */
@Command(
        name = "backup",
        description = {
            "Saves all sweeps, trials, events and promotions to a file, as they are at one moment, while the service goes on.",
            "Not in it: the trials' folders (checkpoints, logs, what is not yet in MLflow), and MLflow itself."
        },
        footer = {
            "",
            "A service that runs on the data folder, or at SLUICE_URL, is asked; else the database is read directly.",
            "",
            "Example:",
            "  ./sluice backup sweeps-$(date +%F).gz"
        })
final class BackupCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "FILE", description = "A new file.")
    private Path file = Path.of("");

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = ".sluice",
            description = "The service's data folder (default: .sluice beside ./sluice).")
    @SuppressWarnings("UnusedVariable") // the start script has read it, and found a service there
    private String data = "";

    BackupCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        if (Files.exists(file)) {
            throw CommandFailure.failed("%s is there already; a backup replaces nothing".formatted(file));
        }
        Path draft = Path.of(file + ".part");
        try {
            long bytes = context.client().download("/backup", draft);
            try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.createLink(file, draft);
            context.terminal().out().printf("Saved %,d bytes to %s%n", bytes, file);
            return 0;
        } catch (FileAlreadyExistsException e) {
            throw CommandFailure.failed("%s is there already; a backup replaces nothing".formatted(file));
        } finally {
            Files.deleteIfExists(draft);
        }
    }
}
