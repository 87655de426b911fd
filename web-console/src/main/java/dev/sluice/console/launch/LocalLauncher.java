package dev.sluice.console.launch;

import dev.sluice.console.process.ControlGroup;
import dev.sluice.console.process.LogTail;
import dev.sluice.console.process.ProcessFamily;
import dev.sluice.console.process.ProcessIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/**
 * Runs attempts as processes of this machine (Linux), each in a session of its own, so that they outlive the service.
 *
 * <p>The attempt's folder, {@link AttemptFolder}, holds what the process writes and what is needed to find it again.
 */
/*
 * Between the program and us stands a shell that is given a fixed script; the program and its arguments come to it as arguments and are
 * never read as a script. It
 *   1. enters the attempt's control group, where there are such: so everything that comes of it is in there, and nothing else;
 *   2. claims the attempt by making the file `pid`, which fails if it is there: whatever happened to the services that launched it, an
 *      attempt's program runs at most once;
 *   3. runs the program as a child by `exec`, so that a program named like a shell's own command (`eval`) is a program still, and without
 *      variables of its own, which would replace the trial's of that name;
 *   4. notes its exit code, which nobody but a parent is told. It outlives SIGTERM for that; the program is asked to end directly.
 * Both files are whole when they end in a line break. The shell and `setsid` are all that it needs; PATH is the trial's own affair.
 */
public final class LocalLauncher implements Launcher {
    private static final System.Logger LOG = System.getLogger(LocalLauncher.class.getName());

    private static final String WRAPPER = """
            [ -z "$2" ] || echo $$ > "$2/cgroup.procs" || exit 125
            set -C
            { echo $$ > "$1/pid"; } 2>/dev/null || exit 125
            set +C
            trap : TERM INT HUP QUIT
            (shift 2; exec "$@")
            set -- "$1" $?
            echo "$2" > "$1/exit"
            exit "$2"
            """;

    private static final long START_SECONDS = 60;

    private final Map<String, String> environment;
    private final Map<UUID, LocalTrial> running = new ConcurrentHashMap<>();
    private final List<ReentrantLock> locks =
            IntStream.range(0, 32).mapToObj(i -> new ReentrantLock()).toList();

    /** Where control groups are made; empty: there are none, and processes are found by their mark. */
    private final Optional<Path> groups;

    private LocalLauncher(Map<String, String> environment, Optional<Path> groups) {
        this.environment = Map.copyOf(environment);
        this.groups = groups;
    }

    /**
     * A launcher of processes that inherit this environment, less what looks like a secret.
     *
     * @param environment the service's own environment, {@link System#getenv()}
     */
    public static LocalLauncher of(Map<String, String> environment) {
        return new LocalLauncher(environment, Optional.empty());
    }

    /** The same launcher, that puts each attempt into a control group of its own below this folder, {@link ControlGroup#home()}. */
    public LocalLauncher withGroupsIn(Path folder) {
        return new LocalLauncher(environment, Optional.of(folder));
    }

    @Override
    public TrialHandle launch(LaunchRequest request) {
        ReentrantLock lock = lock(request.attemptId());
        lock.lock();
        try {
            Optional<LocalTrial> known = lookUp(request.attemptId(), request.folder(), request.attempt());
            return known.isPresent() ? known.get() : start(request);
        } catch (IOException e) {
            throw new LaunchException(
                    "cannot start attempt " + request.attempt() + " in " + request.folder() + ": " + e, e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<TrialHandle> adopt(LaunchRecord record) {
        if (record.pid() <= 0) {
            return find(record.attemptId(), record.folder(), record.attempt());
        }
        ReentrantLock lock = lock(record.attemptId());
        lock.lock();
        try {
            LocalTrial held = running.get(record.attemptId());
            if (held != null) {
                return Optional.of(held);
            }
            Path file = AttemptFolder.of(record.folder(), record.attempt()).launchFile();
            Optional<LaunchNote> note = LaunchNote.read(file);
            return Optional.of(follow(record, devices(note), group(note), Optional.empty()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read what is known of attempt " + record.attemptId(), e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<TrialHandle> find(UUID attemptId, Path folder, int attempt) {
        ReentrantLock lock = lock(attemptId);
        lock.lock();
        try {
            return lookUp(attemptId, folder, attempt).map(trial -> trial);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read what is known of attempt " + attemptId, e);
        } finally {
            lock.unlock();
        }
    }

    private ReentrantLock lock(UUID attemptId) {
        return locks.get(Math.floorMod(attemptId.hashCode(), locks.size()));
    }

    /** The attempt, if a process of it was ever started: by this launcher, by another or by one that died half-way. */
    private Optional<LocalTrial> lookUp(UUID attemptId, Path folder, int attempt) throws IOException {
        LocalTrial held = running.get(attemptId);
        if (held != null) {
            return Optional.of(held);
        }
        AttemptFolder files = AttemptFolder.of(folder, attempt);
        if (!Files.exists(files.launchFile()) && !Files.exists(files.processIdFile())) {
            return Optional.empty(); // the intent is noted before anything is started
        }
        Optional<LaunchNote> note = LaunchNote.read(files.launchFile());
        if (note.isPresent() && !note.get().attemptId().equals(attemptId)) {
            throw new IllegalArgumentException(
                    files.path() + " belongs to attempt " + note.get().attemptId() + ", asked for was " + attemptId);
        }
        if (note.isPresent() && note.get().pid() > 0) {
            LaunchNote known = note.get();
            return Optional.of(follow(
                    new LaunchRecord(known.pid(), known.startTicks(), known.bootId(), attemptId, attempt, folder),
                    known.devices(),
                    group(note),
                    Optional.empty()));
        }
        String boot = ProcessIdentity.currentBoot();
        ProcessFamily family = ProcessFamily.marked(MARK, attemptId.toString());
        boolean mayLive = note.isEmpty() || note.get().bootId().equals(boot);
        if (mayLive && !Files.exists(files.processIdFile())) {
            awaitClaim(files, family);
        }
        if (!Files.exists(files.processIdFile())) {
            return Optional.empty();
        }
        int pid = Noted.number(files.processIdFile()).orElse(0);
        long ticks = pid == 0 || !mayLive || !family.carriesMark(pid)
                ? 0
                : ProcessIdentity.of(pid).map(ProcessIdentity::startTicks).orElse(0L);
        LaunchRecord record = new LaunchRecord(pid, ticks, boot, attemptId, attempt, folder);
        return Optional.of(follow(record, devices(note), group(note), Optional.empty()));
    }

    private static Optional<ControlGroup> group(Optional<LaunchNote> note) {
        return note.flatMap(LaunchNote::group).flatMap(ControlGroup::at);
    }

    private static DeviceGrant devices(Optional<LaunchNote> note) {
        return note.map(LaunchNote::devices).orElseGet(() -> new DeviceGrant(0, List.of()));
    }

    /** Where a launch was cut off, its process may be about to make its claim: waits for that, or for its end. */
    private static void awaitClaim(AttemptFolder files, ProcessFamily family) {
        while (!Files.exists(files.processIdFile())
                && !family.members(Optional.empty()).isEmpty()) {
            if (!napped()) {
                return;
            }
        }
    }

    private LocalTrial start(LaunchRequest request) throws IOException {
        Optional<String> lacks = request.devices().grant().lacks();
        if (lacks.isPresent()) {
            throw new LaunchException("attempt " + request.attempt() + " was not started: " + lacks.get());
        }
        AttemptFolder files = AttemptFolder.of(request.folder(), request.attempt());
        Files.createDirectories(files.path());
        Optional<ControlGroup> group = groups.flatMap(home -> ControlGroup.make(home, "sluice-" + request.attemptId()));
        Optional<Path> groupFolder = group.map(ControlGroup::folder);
        String boot = ProcessIdentity.currentBoot();
        DeviceGrant devices = request.devices().grant();
        new LaunchNote(request.attemptId(), request.trialId(), boot, 0, 0, devices, groupFolder)
                .write(files.launchFile());

        List<String> command = new ArrayList<>(List.of(
                "setsid",
                "/bin/sh",
                "-c",
                WRAPPER,
                "sluice",
                files.path().toString(),
                groupFolder.map(Path::toString).orElse("")));
        command.addAll(request.argv());
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(request.folder().toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(files.standardOutput().toFile()))
                .redirectError(
                        ProcessBuilder.Redirect.appendTo(files.errorOutput().toFile()));
        builder.environment().clear();
        builder.environment().putAll(TrialEnvironment.of(environment, request));
        Process process = builder.start();

        int pid = awaitProcessId(request, files, process);
        long ticks = ProcessIdentity.of(pid).map(ProcessIdentity::startTicks).orElse(0L);
        new LaunchNote(request.attemptId(), request.trialId(), boot, pid, ticks, devices, groupFolder)
                .write(files.launchFile());
        LaunchRecord record =
                new LaunchRecord(pid, ticks, boot, request.attemptId(), request.attempt(), request.folder());
        LOG.log(
                Level.INFO,
                "trial={0} attempt={1} number={2} pid={3} gpus={4} launched",
                request.trialId(),
                request.attemptId(),
                request.attempt(),
                Integer.toString(pid),
                devices.gpus());
        return follow(record, devices, group, process.pid() == pid ? Optional.of(process) : Optional.empty());
    }

    /** The leader's id, from the leader itself: setsid starts a further process where it has to. */
    private static int awaitProcessId(LaunchRequest request, AttemptFolder files, Process process) throws IOException {
        long began = System.nanoTime();
        while (System.nanoTime() - began < TimeUnit.SECONDS.toNanos(START_SECONDS)) {
            boolean ended = !process.isAlive();
            OptionalInt pid = Noted.number(files.processIdFile());
            if (pid.isPresent()) {
                return pid.getAsInt();
            }
            if ((ended && process.exitValue() != 0) || !napped()) {
                break;
            }
        }
        killFamily(request.attemptId());
        String said = LogTail.lastLine(files.errorOutput());
        if (Files.exists(files.processIdFile()) && Files.size(files.processIdFile()) == 0) {
            // Claimed, but the disk was too full to say by whom: it is dead now, and may be tried again.
            Files.delete(files.processIdFile());
        }
        throw new LaunchException("the process of attempt " + request.attempt() + " did not start in "
                + request.folder() + (said.isEmpty() ? " (is the disk full?)" : ": " + said));
    }

    private static void killFamily(UUID attemptId) {
        try {
            ProcessFamily.marked(MARK, attemptId.toString()).killAll(Optional.empty(), member -> false, () -> {});
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private LocalTrial follow(
            LaunchRecord record, DeviceGrant devices, Optional<ControlGroup> group, Optional<Process> child) {
        LocalTrial trial = LocalTrial.follow(record, devices, group, child);
        running.put(record.attemptId(), trial);
        var unused = trial.onExit().thenRun(() -> running.remove(record.attemptId(), trial));
        return trial;
    }

    private static boolean napped() {
        try {
            Thread.sleep(2);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
