package dev.sluice.console.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.tracker.TrackingException;
import dev.sluice.tracker.mlflow.MlflowServer;
import dev.sluice.tracker.mlflow.MlflowTracker;
import dev.sluice.tracker.outbox.AuditFindings;
import dev.sluice.tracker.outbox.JournalEntry;
import dev.sluice.tracker.outbox.JournalShipper;
import dev.sluice.tracker.outbox.RunInspection;
import dev.sluice.tracker.outbox.RunProgress;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "tracking",
        synopsisSubcommandLabel = "(status | replay)",
        description = {
            "Looks at the journals of runs, and ships them, by hand: without a service. DIR is a data folder, a trial's folder,"
                    + " or the folder of a Java program's runs."
        },
        footer = {
            "",
            "Examples:",
            "  ./sluice tracking status .sluice",
            "  ./sluice tracking replay .sluice --to http://localhost:5000"
        })
final class TrackingCommand implements Runnable {
    private static final Pattern PROCESS = Pattern.compile("process (\\d+)");
    private static final Duration LOOK = Duration.ofMillis(100);

    private final CommandContext context;

    TrackingCommand(CommandContext context) {
        this.context = context;
    }

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "say what to do: status or replay");
        }
    }

    @Command(name = "status", description = "What the journals hold, and how far they are shipped. Changes nothing.")
    int status(
            @Parameters(paramLabel = "DIR", description = "Where to look, in all folders below too.") Path folder,
            @Mixin OutputOption output)
            throws IOException {
        List<RunInspection> runs = new ArrayList<>();
        for (Path each : find(folder)) {
            runs.add(RunInspection.of(each));
        }
        ObjectNode answer = new ObjectMapper().createObjectNode();
        ArrayNode list = answer.putArray("runs");
        runs.forEach(run -> describe(list.addObject(), run));
        if (!output.printed(context.terminal(), answer)) {
            print(folder, runs);
        }
        return 0;
    }

    private static void describe(ObjectNode node, RunInspection run) {
        RunProgress progress = run.progress();
        node.put("folder", run.folder().toString());
        node.put("key", run.opened().map(JournalEntry.RunOpened::key).orElse(null));
        node.put("name", run.opened().map(JournalEntry.RunOpened::name).orElse(null));
        node.put(
                "experiment",
                run.opened().map(JournalEntry.RunOpened::experiment).orElse(null));
        node.put("runId", progress.run().map(Object::toString).orElse(null));
        node.put("state", state(run));
        node.put("entries", run.entries());
        node.put("points", run.points());
        node.put("entriesWaiting", progress.entriesWaiting());
        node.put("pointsWaiting", progress.pointsWaiting());
        node.put("oldestWaiting", progress.oldestWaiting().map(Object::toString).orElse(null));
        node.put("bytes", run.bytes());
        node.put("damagedBytes", run.damagedBytes());
        node.put("quarantined", run.quarantined());
    }

    private static String state(RunInspection run) {
        return run.ended().map(end -> end.status().name()).orElse(run.opened().isPresent() ? "RUNNING" : "NOT OPENED");
    }

    private void print(Path folder, List<RunInspection> runs) {
        TextTable table = new TextTable(
                List.of("RUN", "STATE", "MLFLOW RUN", "POINTS", "WAITING", "OLDEST", "SET ASIDE", "DAMAGED", "KIB"));
        long waiting = 0;
        for (RunInspection run : runs) {
            RunProgress progress = run.progress();
            waiting += progress.entriesWaiting();
            table.add(List.of(
                    run.opened()
                            .map(JournalEntry.RunOpened::name)
                            .orElse(run.folder().toString()),
                    state(run),
                    progress.run().map(Object::toString).orElse("-"),
                    String.valueOf(run.points()),
                    String.valueOf(progress.entriesWaiting()),
                    progress.oldestWaiting()
                            .map(oldest ->
                                    Duration.between(oldest, Instant.now()).toSeconds() + " s")
                            .orElse("-"),
                    String.valueOf(run.quarantined()),
                    String.valueOf(run.damagedBytes()),
                    String.valueOf((run.bytes() + 1023) / 1024)));
        }
        table.print(context.terminal());
        context.terminal()
                .out()
                .println("%d runs in %s, %s"
                        .formatted(
                                runs.size(),
                                folder,
                                waiting == 0 ? "all shipped" : "%,d records waiting".formatted(waiting)));
    }

    @Command(
            name = "replay",
            description = {
                "Ships what waits in the journals, and sends again what the server lost of what was shipped before.",
                "Ends with 1 if something is left."
            })
    int replay(
            @Parameters(paramLabel = "DIR", description = "Where the journals are, in all folders below too.")
                    Path folder,
            @Option(
                            names = "--to",
                            paramLabel = "URL",
                            defaultValue = "",
                            description = "The MLflow server (default: MLFLOW_TRACKING_URI).")
                    String server,
            @Option(
                            names = "--again",
                            description =
                                    "Ship all that the journals hold, as if nothing had been: into another server,"
                                            + " or one that lost the runs. What is there already is recognised.")
                    boolean again,
            @Option(
                            names = "--limit",
                            paramLabel = "SECONDS",
                            defaultValue = "600",
                            description = "How long to go on at most (default 600).")
                    long limit)
            throws IOException, InterruptedException {
        // What the libraries say of their work is for a service's log.
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        Logger.getLogger("").setLevel(Level.SEVERE);
        MlflowServer to = server(server);
        List<Path> folders = find(folder);
        refuseWhileAServiceShips(folder);
        List<FileChannel> locks = lockSessions(folders);
        try (MlflowTracker tracker = MlflowTracker.on(to);
                JournalShipper shipper = JournalShipper.to(tracker)
                        .pollInterval(LOOK)
                        .keepShipped(true)
                        .start()) {
            for (Path each : folders) {
                if (again) {
                    RunInspection.forgetProgress(each);
                }
                shipper.follow(each, RunInspection.artifactFolder(each));
            }
            long deadline = System.nanoTime() + Duration.ofSeconds(limit).toNanos();
            while (!folders.stream().allMatch(each -> isDone(shipper.progress(each))) && System.nanoTime() < deadline) {
                Thread.sleep(LOOK);
            }
            return report(folders, shipper);
        } finally {
            for (FileChannel lock : locks) {
                lock.close();
            }
        }
    }

    private MlflowServer server(String given) {
        String text = given.isBlank() ? context.variable("MLFLOW_TRACKING_URI").orElse("") : given;
        if (text.isBlank()) {
            throw CommandFailure.wrongUsage("name the MLflow server by --to URL or by MLFLOW_TRACKING_URI");
        }
        try {
            return MlflowServer.of(URI.create(text), context.environment());
        } catch (IllegalArgumentException e) {
            throw CommandFailure.wrongUsage(
                    "--to must be the address of an MLflow server, was '" + text + "': " + e.getMessage());
        }
    }

    private static List<Path> find(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw CommandFailure.wrongUsage(folder + " is no folder");
        }
        List<Path> found = RunInspection.find(folder.toAbsolutePath().normalize());
        if (found.isEmpty()) {
            throw CommandFailure.failed("there are no journals in " + folder);
        }
        return found;
    }

    private static boolean isDone(Optional<RunProgress> progress) {
        return progress.isPresent()
                && (progress.get().isDrained() || progress.get().parked().isPresent());
    }

    private int report(List<Path> folders, JournalShipper shipper) throws IOException {
        int left = 0;
        for (Path each : folders) {
            RunProgress progress = shipper.progress(each).orElseThrow();
            String run = progress.run().map(Object::toString).orElse("not opened");
            String said;
            if (!progress.isDrained()) {
                left++;
                said = progress.parked()
                        .orElse("%,d records left: %s"
                                .formatted(
                                        progress.entriesWaiting(),
                                        shipper.status().sentence(Instant.now())));
            } else {
                try {
                    AuditFindings findings = shipper.audit(each, RunInspection.artifactFolder(each));
                    said = findings.isClean() ? "shipped" : "shipped, and put right: " + findings;
                } catch (TrackingException e) {
                    left++;
                    said = "shipped, but not read back: " + e.getMessage();
                }
            }
            context.terminal().out().println(each + "  " + run + "  " + said);
        }
        return left == 0 ? 0 : CommandFailure.FAILED;
    }

    /** Two that ship the same journals would get in each other's way. */
    private static void refuseWhileAServiceShips(Path folder) throws IOException {
        for (Path up = folder.toAbsolutePath().normalize(); up != null; up = up.getParent()) {
            Path lock = up.resolve("service.lock");
            if (Files.isRegularFile(lock)) {
                Matcher process = PROCESS.matcher(Files.readString(lock));
                if (process.find()
                        && ProcessHandle.of(Long.parseLong(process.group(1)))
                                .flatMap(living -> living.info().command())
                                .filter(command -> command.endsWith("java"))
                                .isPresent()) {
                    throw CommandFailure.failed("the service of " + up + " (process " + process.group(1)
                            + ") ships these journals itself: stop it first");
                }
            }
        }
    }

    private static List<FileChannel> lockSessions(List<Path> folders) throws IOException {
        Set<Path> locks = new LinkedHashSet<>();
        for (Path folder : folders) {
            Path run = folder.getParent();
            if (run != null && run.getParent() != null && Files.isRegularFile(run.resolveSibling("lock"))) {
                locks.add(run.resolveSibling("lock"));
            }
        }
        List<FileChannel> held = new ArrayList<>();
        for (Path lock : locks) {
            FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
            held.add(channel);
            FileLock taken;
            try {
                taken = channel.tryLock();
            } catch (OverlappingFileLockException e) {
                taken = null;
            }
            if (taken == null) {
                for (FileChannel each : held) {
                    each.close();
                }
                throw CommandFailure.failed("the program that records in " + lock.getParent()
                        + " ships these journals itself: end it first");
            }
        }
        return held;
    }
}
