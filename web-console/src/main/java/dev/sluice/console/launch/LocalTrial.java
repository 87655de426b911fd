package dev.sluice.console.launch;

import dev.sluice.console.process.ControlGroup;
import dev.sluice.console.process.LogTail;
import dev.sluice.console.process.ProcessFamily;
import dev.sluice.console.process.ProcessIdentity;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One attempt as a process of this machine. One virtual thread follows it from the launch or the adoption to its end. */
final class LocalTrial implements TrialHandle {
    private static final System.Logger LOG = System.getLogger(LocalTrial.class.getName());

    /** How often a leader that is not our child is looked at; the JDK itself looks at such a one every 0.3 to 5 s only. */
    private static final long POLL_MILLIS = 100;

    /** How often the wrapper is looked at for the program that it is about to start. */
    private static final long PROGRAM_POLL_MILLIS = 5;

    /** How long a wrapper is given to note its program's end once everything else of the attempt was killed. */
    private static final long WRAPPER_GRACE_MILLIS = 1_000;

    /** How long the exit file is waited for after the wrapper's end. */
    private static final long EXIT_FILE_MILLIS = 500;

    /** What the wrapper's shell says of a program that it could not run. */
    private static final Pattern NOT_RUN = Pattern.compile("sluice: (?:line )?\\d+: exec: (.*): (.*)");

    /** How often it is measured how much main memory an attempt uses that may use only so much. */
    private static final long MEASURE_MILLIS = 2_000;

    /** What a shell says of a program that was killed. */
    private static final int KILLED = 137;

    private static final long NEVER = Long.MAX_VALUE;

    private final LaunchRecord record;
    private final AttemptFolder files;
    private final ProcessFamily family;
    /** The leader, if it was seen alive; else the attempt has ended and only what it left is looked for. */
    private final Optional<ProcessIdentity> leader;

    private final CompletableFuture<TrialExit> exit = new CompletableFuture<>();
    private final Semaphore wake = new Semaphore(0);
    private final long beganNanos = System.nanoTime();
    /** When to kill, in nanoseconds after {@link #beganNanos}; {@link #NEVER} until a stop is asked for. */
    private final AtomicLong killAfterNanos = new AtomicLong(NEVER);

    private final DeviceGrant devices;
    private final Optional<ControlGroup> group;
    private long measuredNanos = beganNanos;
    /** How it used more memory than it may, once it did. */
    private Optional<String> excess = Optional.empty();

    private LocalTrial(
            LaunchRecord record, DeviceGrant devices, Optional<ControlGroup> group, Optional<ProcessIdentity> leader) {
        this.group = group;
        this.record = record;
        this.devices = devices;
        this.files = AttemptFolder.of(record.folder(), record.attempt());
        ProcessFamily marked =
                ProcessFamily.marked(Launcher.MARK, record.attemptId().toString());
        this.family = group.map(marked::in).orElse(marked);
        this.leader = leader;
    }

    /** The attempt of this record, followed from now on; where the leader is our child, its end is seen at once. */
    static LocalTrial follow(
            LaunchRecord record, DeviceGrant devices, Optional<ControlGroup> group, Optional<Process> child) {
        ProcessIdentity identity = new ProcessIdentity(record.pid(), record.startTicks(), record.bootId());
        LocalTrial trial =
                new LocalTrial(record, devices, group, Optional.of(identity).filter(ProcessIdentity::alive));
        child.ifPresent(process -> {
            var unused = process.onExit().thenRun(trial.wake::release);
        });
        Thread.ofVirtual().name("attempt-" + record.attemptId()).start(trial::run);
        return trial;
    }

    @Override
    public LaunchRecord record() {
        return record;
    }

    @Override
    public DeviceGrant devices() {
        return devices;
    }

    @Override
    public CompletableFuture<TrialExit> onExit() {
        return exit.copy();
    }

    @Override
    public boolean alive() {
        return leader.filter(ProcessIdentity::alive).isPresent();
    }

    @Override
    public void stop(Duration grace) {
        long after = System.nanoTime()
                - beganNanos
                + TimeUnit.NANOSECONDS.convert(grace.isNegative() ? Duration.ZERO : grace);
        long before = killAfterNanos.getAndAccumulate(after < 0 ? NEVER - 1 : after, Math::min);
        if (before == NEVER && !exit.isDone()) {
            LOG.log(
                    Level.INFO,
                    "attempt={0} stop graceMillis={1}",
                    record.attemptId(),
                    Long.toString(grace.toMillis()));
        }
        wake.release();
    }

    /** Follows the leader to its end, clears up behind it and says how it ended. */
    private void run() {
        OptionalInt code = OptionalInt.empty();
        try {
            awaitEnd();
            code = exitCode();
            killAll(member -> false);
            group.ifPresent(ControlGroup::remove);
            if (excess.isPresent() && (code.isEmpty() || code.getAsInt() != 0)) {
                code = OptionalInt.of(KILLED);
                say(excess.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "attempt=" + record.attemptId() + " cannot be followed", e);
        } finally {
            TrialExit ended = new TrialExit(code, lastLine());
            String said = code.isPresent() ? Integer.toString(code.getAsInt()) : "none";
            LOG.log(Level.INFO, "attempt={0} exit={1}", record.attemptId(), said);
            exit.complete(ended);
        }
    }

    private void awaitEnd() throws InterruptedException {
        boolean asked = false;
        while (alive()) {
            if (excess.isEmpty() && usesTooMuch()) {
                stop(Duration.ZERO);
            }
            long killAfter = killAfterNanos.get();
            long leftMillis = TimeUnit.NANOSECONDS.toMillis(killAfter - (System.nanoTime() - beganNanos));
            if (leftMillis <= 0) {
                // The wrapper is spared at first: it then notes how the program ended.
                killAll(member -> leader.filter(member::equals).isPresent());
                long began = System.nanoTime();
                while (alive() && System.nanoTime() - began < TimeUnit.MILLISECONDS.toNanos(WRAPPER_GRACE_MILLIS)) {
                    Thread.sleep(PROGRAM_POLL_MILLIS);
                }
                killAll(member -> false);
                continue;
            }
            boolean toAsk = killAfter != NEVER && !asked;
            if (toAsk) {
                asked = askProgram();
            }
            if (wake.tryAcquire(
                    Math.min(toAsk && !asked ? PROGRAM_POLL_MILLIS : POLL_MILLIS, leftMillis), TimeUnit.MILLISECONDS)) {
                wake.drainPermits();
            }
        }
    }

    private boolean usesTooMuch() {
        long now = System.nanoTime();
        if (devices.memoryBytes() == 0 || now - measuredNanos < TimeUnit.MILLISECONDS.toNanos(MEASURE_MILLIS)) {
            return false;
        }
        measuredNanos = now;
        long used = family.memoryBytes(leader, devices.memoryBytes());
        if (used > devices.memoryBytes()) {
            excess = Optional.of("used %s, resources.memory is %s"
                    .formatted(SizeWords.of(used), SizeWords.of(devices.memoryBytes())));
        }
        return excess.isPresent();
    }

    /** Adds a line of ours to what the program wrote to its error output. */
    private void say(String line) {
        LOG.log(Level.WARNING, "attempt={0} {1}", record.attemptId(), line);
        try {
            Files.writeString(
                    files.errorOutput(),
                    "sluice: " + line + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "attempt=" + record.attemptId() + " cannot be told so", e);
        }
    }

    /** Asks the program, the wrapper's child, to end; false if it is not there yet. */
    private boolean askProgram() {
        List<ProcessIdentity> program =
                leader.stream().flatMap(wrapper -> wrapper.children().stream()).toList();
        program.forEach(ProcessIdentity::terminate);
        return !program.isEmpty();
    }

    private String lastLine() {
        String line = LogTail.lastLine(files.errorOutput(), files.standardOutput());
        Matcher notRun = NOT_RUN.matcher(line);
        return notRun.matches() ? "cannot run \"" + notRun.group(1) + "\": " + notRun.group(2) : line;
    }

    private void killAll(Predicate<ProcessIdentity> spared) throws InterruptedException {
        family.killAll(
                leader,
                spared,
                () -> LOG.log(
                        Level.WARNING,
                        "attempt={0} has processes that do not die: {1}",
                        record.attemptId(),
                        family.members(leader)));
    }

    /** What the wrapper noted; waited for a moment, as a file system may show it late. Empty if the wrapper was killed before it could. */
    private OptionalInt exitCode() throws InterruptedException {
        for (long waited = 0; ; waited += 20) {
            OptionalInt code = Noted.number(files.exitFile());
            if (code.isPresent() || leader.isEmpty() || waited >= EXIT_FILE_MILLIS) {
                return code;
            }
            Thread.sleep(20);
        }
    }
}
