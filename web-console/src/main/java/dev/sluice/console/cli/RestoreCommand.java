package dev.sluice.console.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The help page of a command that the start script runs itself, on the service's own class path. */
@Command(
        name = "restore",
        description = {
            "Fills an empty database from a file that ./sluice backup has made: all of it, or nothing. The service must not run.",
            "What H2 wrote, PostgreSQL takes, and the other way round: SLUICE_DB_URL says which is filled."
        },
        footer = {
            "",
            "Trials that ran when the backup was made are looked for at the next start, and tried again where they are gone."
        })
final class RestoreCommand implements Runnable {
    @Parameters(paramLabel = "FILE", description = "The backup.")
    private String file = "";

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = ".sluice",
            description = "The service's data folder (default: .sluice beside ./sluice).")
    private String data = "";

    @Option(names = "--replace", description = "Whatever is in the database goes.")
    private boolean replace;

    @Override
    public void run() {
        throw CommandFailure.wrongUsage("the start script restores (%s, data %s, replace %s): call ./sluice restore"
                .formatted(file, data, replace));
    }
}
