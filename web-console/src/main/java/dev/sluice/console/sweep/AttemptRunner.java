package dev.sluice.console.sweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.console.collect.BoundedSearch;
import dev.sluice.console.collect.ReportCollector;
import dev.sluice.console.folder.DataFolder;
import dev.sluice.console.folder.TrialFolder;
import dev.sluice.console.launch.DeviceLease;
import dev.sluice.console.launch.DevicePool;
import dev.sluice.console.launch.LaunchException;
import dev.sluice.console.launch.LaunchRecord;
import dev.sluice.console.launch.LaunchRequest;
import dev.sluice.console.launch.Launcher;
import dev.sluice.console.launch.TrialExit;
import dev.sluice.console.launch.TrialHandle;
import dev.sluice.console.lease.LeaseToken;
import dev.sluice.console.problem.Problem;
import dev.sluice.console.problem.ProblemException;
import dev.sluice.console.specification.CommandLine;
import dev.sluice.console.specification.SweepSpecification;
import dev.sluice.console.specification.TrialSection;
import dev.sluice.console.study.Attempt;
import dev.sluice.console.study.Exit;
import dev.sluice.console.study.Lease;
import dev.sluice.console.study.LiveSweep;
import dev.sluice.console.study.Reply;
import dev.sluice.console.study.StudyDesk;
import dev.sluice.console.trace.TrialTraces;
import dev.sluice.console.tracking.SystemMetrics;
import dev.sluice.console.tracking.Tracking;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Report;
import dev.sluice.trainer.protocol.TrialObjective;
import dev.sluice.trainer.protocol.TrialSpec;
import io.quarkus.logging.Log;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Runs one attempt from its intent to its end: folder and files, process, reports, exit. An attempt is written down
 * before anything of it exists, so that whoever comes after a crash knows what to look for. Thread-safe.
 */
@ApplicationScoped
public class AttemptRunner {
    /** A trial that reports by itself is told with its next report; for so long it is left to end by itself. */
    private static final Duration LISTENS = Duration.ofSeconds(10);

    /** The same after a verdict, which nobody waits for: it may keep what it has learnt. */
    private static final Duration LISTENS_TO_VERDICT = Duration.ofSeconds(60);

    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final Duration RUN_ID = Duration.ofSeconds(3);
    private static final Duration TRY_AGAIN = Duration.ofMillis(500);
    private static final int HEARTBEAT_SECONDS = 20;
    /** What PyTorch, CUDA, JAX and TensorFlow say. */
    private static final Pattern OUT_OF_GPU_MEMORY = Pattern.compile(
            "CUDA out of memory|CUDA_ERROR_OUT_OF_MEMORY|cudaErrorMemoryAllocation|OutOfMemoryError: CUDA|RESOURCE_EXHAUSTED");

    private static final String BESIDE_OTHERS =
            "it found no GPU memory beside other trials; it runs again with fewer on its device";

    /** So many last reports are taken in together with the end. */
    private static final int AT_THE_END = 100;

    private static final Duration POLICY_TIME = Duration.ofSeconds(5);

    private final StudyDesk desk;
    private final Launcher launcher;
    private final DevicePool devices;
    private final DataFolder data;
    private final LeaseToken tokens;
    private final Tracking tracking;
    private final SystemMetrics systemMetrics;
    private final TrialTraces traces;
    private final TrainerHome trainer;
    private final ServiceAddress address;
    private final ObjectMapper json;
    private final Map<Key, Running> running = new ConcurrentHashMap<>();
    /** The attempts that a thread sees through, from the moment they were decided. */
    private final Set<UUID> held = ConcurrentHashMap.newKeySet();

    AttemptRunner(
            StudyDesk desk,
            Launcher launcher,
            DevicePool devices,
            DataFolder data,
            LeaseToken tokens,
            Tracking tracking,
            SystemMetrics systemMetrics,
            TrialTraces traces,
            TrainerHome trainer,
            ServiceAddress address,
            ObjectMapper json) {
        this.desk = desk;
        this.launcher = launcher;
        this.devices = devices;
        this.data = data;
        this.tokens = tokens;
        this.tracking = tracking;
        this.systemMetrics = systemMetrics;
        this.traces = traces;
        this.trainer = trainer;
        this.address = address;
        this.json = json;
    }

    private record Key(UUID sweep, int trial, int attempt) {}

    private record Running(UUID id, TrialHandle handle, boolean own) {}

    /** The newest checkpoint of a trial, for its next attempt. */
    Optional<LiveSweep.Checkpoint> newestCheckpoint(UUID trial) {
        return data.trial(trial)
                .newestCheckpoint()
                .map(saved -> new LiveSweep.Checkpoint(saved.path().toString(), saved.step()));
    }

    /** Whether somebody sees the attempt through. One that is active and not held was decided and then lost sight of. */
    boolean holds(UUID attempt) {
        return held.contains(attempt);
    }

    /** Starts an attempt and sees it through, on a thread of its own. */
    void start(SweepSpecification specification, Lease lease, DeviceLease device) {
        device.usedBy(user(lease.attempt()));
        hold(lease.attempt(), () -> launch(specification, lease, device));
    }

    private static DeviceLease.User user(Attempt attempt) {
        return new DeviceLease.User(attempt.trial(), attempt.trialNumber(), attempt.id());
    }

    private void hold(Attempt attempt, Runnable work) {
        held.add(attempt.id());
        Thread.ofVirtual().name("attempt-" + attempt.id()).start(() -> {
            try {
                work.run();
            } catch (RuntimeException e) {
                Log.errorf(e, "event=attempt-let-go attempt=%s", attempt.id());
            } finally {
                held.remove(attempt.id());
            }
        });
    }

    private void launch(SweepSpecification specification, Lease lease, DeviceLease device) {
        var attempt = lease.attempt();
        TrialHandle handle;
        try {
            handle = launcher.launch(request(specification, lease, device));
        } catch (IOException | UncheckedIOException | LaunchException | IllegalArgumentException e) {
            device.close();
            Log.warnf("event=not-started attempt=%s reason=\"%s\"", attempt.id(), e.getMessage());
            insist(attempt, live -> live.notStarted(attempt.id(), "it could not be started: " + e.getMessage(), true));
            return;
        } catch (RuntimeException e) {
            // Whether it runs is not known: it is looked for, as after a crash.
            device.close();
            throw e;
        }
        try {
            var launch = json.writeValueAsString(handle.record());
            insist(attempt, live -> live.launched(attempt.id(), launch));
        } catch (JsonProcessingException e) {
            Log.errorf(e, "event=launch-record-not-written attempt=%s", attempt.id()); // its folder tells the same
        }
        follow(specification, attempt, handle, device);
    }

    /** Takes up an attempt that nobody holds: its process lives, or ended meanwhile, or never began. */
    void adopt(SweepSpecification specification, Attempt attempt) {
        Optional<TrialHandle> found;
        try {
            found = find(attempt);
        } catch (LaunchException | IllegalArgumentException | UncheckedIOException e) {
            // Whether it runs is not known, so nothing may take its place.
            Log.errorf(e, "event=not-adopted attempt=%s", attempt.id());
            return;
        }
        if (found.isEmpty()) {
            hold(
                    attempt,
                    () -> insist(
                            attempt,
                            live -> live.notStarted(
                                    attempt.id(), "the service ended before the process was started", false)));
            return;
        }
        var handle = found.get();
        Log.infof(
                "event=adopted sweep=%s trial=%d attempt=%d alive=%s",
                attempt.sweep(), attempt.trialNumber(), attempt.number(), handle.alive());
        var device = devices.restore(attempt.sweep(), handle.devices()).usedBy(user(attempt));
        hold(attempt, () -> {
            if (attempt.directive().equals(Reply.STOP)) {
                handle.stop(GRACE);
            }
            follow(specification, attempt, handle, device);
        });
    }

    private Optional<TrialHandle> find(Attempt attempt) {
        if (attempt.launch().isPresent()) {
            try {
                return launcher.adopt(json.readValue(attempt.launch().get(), LaunchRecord.class));
            } catch (JsonProcessingException e) {
                Log.warnf("event=launch-record-unreadable attempt=%s reason=\"%s\"", attempt.id(), e.getMessage());
            }
        }
        return launcher.find(attempt.id(), data.trial(attempt.trial()).path(), attempt.number());
    }

    /** Somebody asked the attempt to end. Returns at once. */
    void stop(UUID sweep, int trial, int attempt) {
        stop(new Key(sweep, trial, attempt), LISTENS);
    }

    /** A report was answered with the verdict to end. Returns at once. */
    void verdict(UUID sweep, int trial, int attempt) {
        stop(new Key(sweep, trial, attempt), LISTENS_TO_VERDICT);
    }

    private void stop(Key key, Duration patience) {
        var process = running.get(key);
        if (process == null) {
            return; // not here; or follow() asks whether it is to be stopped, once it can be
        }
        Thread.startVirtualThread(() -> {
            try {
                if (process.own() || speaksForItself(key.sweep(), process.id())) {
                    Thread.sleep(patience);
                }
                process.handle().stop(GRACE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Whether the attempt calls the service, and so hears the answers. */
    private boolean speaksForItself(UUID sweep, UUID attempt) {
        try {
            return desk.call(
                    sweep,
                    live -> live.activeAttempts().stream()
                            .anyMatch(a -> a.id().equals(attempt) && (a.lastSeq() >= 0 || a.completed())));
        } catch (ProblemException e) {
            return false;
        }
    }

    private void follow(SweepSpecification specification, Attempt attempt, TrialHandle handle, DeviceLease device) {
        var key = new Key(attempt.sweep(), attempt.trialNumber(), attempt.number());
        boolean own = specification.trial() instanceof TrialSection.TrainerTrial;
        running.put(key, new Running(attempt.id(), handle, own));
        try (device) {
            if (mustEnd(attempt)) {
                stop(key, LISTENS);
            }
            var folder = data.trial(attempt.trial());
            var rest = new ArrayList<ReportCollector.Collected>();
            var exit = watch(attempt, folder, handle, own, rest::addAll);
            if (own) {
                rest.addAll(readRest(attempt, folder));
            }
            if (exit.succeeded()) {
                devices.endedWell(device);
            } else if (device.wasShared() && isOutOfGpuMemory(folder, attempt)) {
                devices.ranOutOfMemory(device);
                deliver(attempt, rest);
                insist(attempt, live -> live.notStarted(attempt.id(), BESIDE_OTHERS, false));
                return;
            }
            var end = new Exit(exit.code(), exit.lastLine(), policy(specification, folder, attempt, exit));
            if (rest.size() > AT_THE_END) {
                deliver(attempt, rest);
                rest.clear();
            }
            // In one command, so in one commit: the device waits for it.
            insist(attempt, live -> {
                rest.forEach(report -> takeIn(live, attempt, report));
                live.ended(attempt.id(), end);
            });
        } finally {
            running.remove(key);
        }
    }

    /** Sees the process to its end, and what the machine does meanwhile: not beyond, since then the run may be closed. */
    private TrialExit watch(
            Attempt attempt,
            TrialFolder folder,
            TrialHandle handle,
            boolean own,
            Consumer<List<ReportCollector.Collected>> rest) {
        var sampling = systemMetrics.of(folder, handle.devices().gpus(), handle::alive, used -> {
            var unused = desk.submit(attempt.sweep(), live -> {
                live.gpusUsed(attempt.id(), used);
                return true;
            });
        });
        try {
            if (!own) {
                rest.accept(collect(attempt, folder, handle));
            }
            return handle.onExit().join();
        } finally {
            sampling.stop();
        }
    }

    /** Whether the attempt was asked to end while nobody held its process. */
    private boolean mustEnd(Attempt attempt) {
        return answer(
                attempt,
                live -> live.activeAttempts().stream()
                        .filter(a -> a.id().equals(attempt.id()))
                        .allMatch(a -> a.stopReason().isPresent() || a.completed()),
                true);
    }

    /** Takes in what a command prints, until it has ended; what it printed last is the answer. */
    private List<ReportCollector.Collected> collect(Attempt attempt, TrialFolder folder, TrialHandle handle) {
        var exit = handle.onExit();
        try (var reports = ReportCollector.ofStdout(folder.stdout(attempt.number()), attempt.lastSeq())) {
            while (!exit.isDone()) {
                var found = reports.next(exit);
                if (exit.isDone() && found.size() <= AT_THE_END) {
                    var last = new ArrayList<>(found);
                    last.addAll(reports.rest());
                    return last;
                }
                deliver(attempt, found);
            }
            return reports.rest();
        } catch (UncheckedIOException e) {
            Log.errorf(e, "event=output-unreadable attempt=%s", attempt.id());
            return List.of();
        }
    }

    /** What an own trainer wrote down and could not send any more. */
    private List<ReportCollector.Collected> readRest(Attempt attempt, TrialFolder folder) {
        try (var rest = ReportCollector.ofReports(folder.reports(attempt.number()), attempt.lastSeq())) {
            return rest.rest();
        } catch (UncheckedIOException e) {
            Log.errorf(e, "event=reports-unreadable attempt=%s", attempt.id());
            return List.of();
        }
    }

    private void deliver(Attempt attempt, List<ReportCollector.Collected> reports) {
        for (var report : reports) {
            insist(attempt, live -> takeIn(live, attempt, report));
        }
    }

    /** What the study refuses is left out: the attempt was ended by somebody else. */
    private static void takeIn(LiveSweep live, Attempt attempt, ReportCollector.Collected report) {
        try {
            var points = risingOnly(live.lastStep(attempt.id()), report.points());
            if (!points.isEmpty()) {
                live.report(attempt.id(), report.seq(), points);
            }
        } catch (ProblemException e) {
            Log.debugf("event=refused attempt=%s reason=\"%s\"", attempt.id(), e.getMessage());
        }
    }

    /** What a program prints cannot be refused: a step that does not rise is left out. */
    private static List<Measurement> risingOnly(long last, List<Measurement> points) {
        var rising = new ArrayList<Measurement>();
        long step = last;
        for (var point : points) {
            if (point.step() > step) {
                rising.add(point);
                step = point.step();
            }
        }
        return rising;
    }

    private static boolean isOutOfGpuMemory(TrialFolder folder, Attempt attempt) {
        return List.of(folder.stderr(attempt.number()), folder.stdout(attempt.number())).stream()
                .anyMatch(file -> find(OUT_OF_GPU_MEMORY, file).isPresent());
    }

    /** The first failure policy, in the file's order, whose pattern is in the log of a failed attempt. */
    private static Optional<Exit.Policy> policy(
            SweepSpecification specification, TrialFolder folder, Attempt attempt, TrialExit exit) {
        if (exit.succeeded()) {
            return Optional.empty();
        }
        for (var policy : specification.failurePolicies()) {
            var pattern = policy.pattern();
            for (var file : List.of(folder.stderr(attempt.number()), folder.stdout(attempt.number()))) {
                var line = find(pattern, file);
                if (line.isPresent()) {
                    return Optional.of(new Exit.Policy(policy.as(), line.get()));
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> find(Pattern pattern, Path file) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        var search = new BoundedSearch(pattern, POLICY_TIME);
        try (var lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
            return lines.filter(search::isIn).map(String::strip).findFirst();
        } catch (IOException | UncheckedIOException | BoundedSearch.OutOfTime e) {
            Log.warnf("event=policy-not-applied file=%s reason=\"%s\"", file, e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * Has a decision taken, through a database that is away for a while too. What the study refuses is over: the
     * attempt was ended by somebody else.
     */
    private void insist(Attempt attempt, Consumer<LiveSweep> decide) {
        var unused = answer(
                attempt,
                live -> {
                    decide.accept(live);
                    return true;
                },
                false);
    }

    private <R> R answer(Attempt attempt, Function<LiveSweep, R> decide, R whenRefused) {
        while (true) {
            try {
                return desk.call(attempt.sweep(), decide);
            } catch (ProblemException e) {
                if (!(e.problem() instanceof Problem.Unavailable)) {
                    Log.debugf("event=refused attempt=%s reason=\"%s\"", attempt.id(), e.getMessage());
                    return whenRefused;
                }
            }
            try {
                Thread.sleep(TRY_AGAIN);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return whenRefused;
            }
        }
    }

    private LaunchRequest request(SweepSpecification specification, Lease lease, DeviceLease device)
            throws IOException {
        var attempt = lease.attempt();
        var folder = data.trial(attempt.trial());
        Files.createDirectories(folder.checkpoints());
        Files.createDirectories(folder.attempt(attempt.number()));
        var environment = new LinkedHashMap<>(specification.trial().env());
        var file = folder.specification(attempt.number());
        write(file, specification(specification, lease, folder));
        environment.put(TrialSpec.FILE_VARIABLE, file.toString());
        environment.put(TrialSpec.TOKEN_VARIABLE, tokens.of(attempt.id()));
        environment.putAll(tracking.environment(attempt.trial(), RUN_ID));
        environment.putAll(traces.environment(attempt.trial(), attempt.id()));
        return new LaunchRequest(
                attempt.id(),
                attempt.trial(),
                attempt.number(),
                folder.path(),
                argv(specification, lease, folder),
                environment,
                device);
    }

    private List<String> argv(SweepSpecification specification, Lease lease, TrialFolder folder) {
        return switch (specification.trial()) {
            case TrialSection.TrainerTrial own -> trainer.command(own);
            case TrialSection.CommandTrial command ->
                CommandLine.of(
                        command,
                        ParameterValues.ofPlain(lease.params()),
                        new CommandLine.TrialFacts(
                                folder.path(),
                                lease.attempt().trialNumber(),
                                lease.seed(),
                                lease.attempt().resumeFrom().map(Path::of)));
            case TrialSection.ExternalTrial external ->
                throw new IllegalArgumentException("external trials are not launched here");
        };
    }

    private Map<String, Object> specification(SweepSpecification specification, Lease lease, TrialFolder folder) {
        var attempt = lease.attempt();
        var calls = address.uri().resolve("/api/v1/leases/" + attempt.id() + "/");
        Map<String, Object> section =
                json.convertValue(specification.toJson().path("trial"), new TypeReference<Map<String, Object>>() {});
        return new TrialSpec(
                        attempt.sweep().toString(),
                        specification.name(),
                        attempt.trial(),
                        attempt.trialNumber(),
                        attempt.number(),
                        lease.params(),
                        lease.seed(),
                        specification.objectives().stream()
                                .map(o -> new TrialObjective(
                                        o.metric(), o.direction() == Direction.MAXIMIZE, o.report() == Report.BEST))
                                .toList(),
                        section,
                        attempt.resumeFrom().map(Path::of),
                        folder.checkpoints(),
                        URI.create(calls + "reports"),
                        URI.create(calls + "heartbeat"),
                        HEARTBEAT_SECONDS,
                        tracking.attemptJournal(attempt.trial(), attempt.number()),
                        folder.reports(attempt.number()),
                        folder.path(),
                        specification.promotion().map(p -> p.model()).orElse(specification.name()),
                        specification.resources().cpus(),
                        trainer.data())
                .toTree();
    }

    private void write(Path file, Object value) throws IOException {
        var draft = file.resolveSibling(file.getFileName() + ".tmp");
        Files.write(draft, json.writerWithDefaultPrettyPrinter().writeValueAsBytes(value));
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
