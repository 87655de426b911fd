package dev.sluice.console.sweep;

import dev.sluice.console.launch.DeviceClaim;
import dev.sluice.console.launch.DeviceLease;
import dev.sluice.console.launch.DevicePool;
import dev.sluice.console.launch.GpuWatch;
import dev.sluice.console.problem.ProblemException;
import dev.sluice.console.specification.SweepSpecification;
import dev.sluice.console.specification.TrialSection;
import dev.sluice.console.study.Attempt;
import dev.sluice.console.study.Committed;
import dev.sluice.console.study.LiveSweep;
import dev.sluice.console.study.StudyDesk;
import dev.sluice.console.study.SweepEvent;
import dev.sluice.console.study.SweepState;
import dev.sluice.console.study.TrialSnapshot;
import dev.sluice.search.study.StudyEvent;
import io.quarkus.logging.Log;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Keeps the trials of every live sweep running: whenever something changed it starts what may start, as long as
 * devices are free. One virtual thread a sweep, woken by commits and by devices that come back. Thread-safe.
 */
@ApplicationScoped
public class SweepLoop {
    private static final long LOOK_AGAIN_MILLIS = 1000;
    private static final Duration LOOK_AROUND = Duration.ofSeconds(10);

    private final StudyDesk desk;
    private final DevicePool devices;
    private final GpuWatch gpus;
    private final AttemptRunner runner;
    private final Map<UUID, Semaphore> loops = new ConcurrentHashMap<>();
    private volatile boolean open = true;

    SweepLoop(StudyDesk desk, DevicePool devices, GpuWatch gpus, AttemptRunner runner) {
        this.gpus = gpus;
        this.desk = desk;
        this.devices = devices;
        this.runner = runner;
    }

    /** Takes up what a service before this one left, and every sweep that comes. */
    public void start() {
        desk.listen(this::committed);
        takeUp(desk.restore());
    }

    /** Goes on with sweeps that are live again: with the attempts that nobody holds, and with starting others. */
    public void takeUp(List<UUID> sweeps) {
        // Whatever runs has its devices before anybody is lent one.
        var local = new ArrayList<UUID>();
        for (var sweep : sweeps) {
            try {
                var attempts = desk.call(sweep, LiveSweep::activeAttempts);
                var specification = desk.call(sweep, LiveSweep::specification);
                attempts.stream()
                        .filter(attempt -> attempt.isLocal() && !runner.holds(attempt.id()))
                        .forEach(attempt -> runner.adopt(specification, attempt));
                if (!(specification.trial() instanceof TrialSection.ExternalTrial)) {
                    local.add(sweep);
                }
                Log.infof("event=sweep-restored sweep=%s running=%d", sweep, attempts.size());
            } catch (ProblemException e) {
                Log.infof("event=sweep-restored sweep=%s reason=\"%s\"", sweep, e.getMessage());
            }
        }
        local.forEach(this::watch);
    }

    public void stop() {
        open = false;
        gpus.close();
        loops.values().forEach(Semaphore::release);
    }

    private void committed(Committed committed) {
        var sweep = committed.sweep().id();
        var attempts =
                committed.trials().stream().collect(Collectors.toMap(TrialSnapshot::number, TrialSnapshot::attempt));
        for (var recorded : committed.events()) {
            switch (recorded.event()) {
                case SweepEvent.StateChanged changed -> {
                    Log.infof("sweep=%s state=%s reason=\"%s\"", sweep, changed.state(), changed.reason());
                    if (changed.state() == SweepState.RUNNING && !loops.containsKey(sweep)) {
                        Thread.startVirtualThread(() -> begin(sweep));
                    }
                }
                case SweepEvent.WarmStarted started ->
                    started.from()
                            .forEach(earlier -> Log.infof(
                                    "sweep=%s event=warm-started from=%s trials=%d points=%d",
                                    sweep, earlier.sweep(), earlier.trials(), earlier.points()));
                case SweepEvent.Steered steered ->
                    Log.infof(
                            "sweep=%s event=steered action=%s trial=%d by=\"%s\" before=%s after=%s",
                            sweep, steered.action(), steered.trial(), steered.who(), steered.before(), steered.after());
                case SweepEvent.Alerted alerted ->
                    Log.warnf(
                            "sweep=%s trial=%d attempt=%d event=alert rule=%s message=\"%s\"",
                            sweep, alerted.trial(), alerted.attempt(), alerted.rule(), alerted.message());
                case SweepEvent.AttemptStopping stopping -> runner.stop(sweep, stopping.trial(), stopping.attempt());
                case SweepEvent.AttemptEnded ended ->
                    Log.infof(
                            "sweep=%s trial=%d attempt=%d end=%s reason=\"%s\"",
                            sweep, ended.trial(), ended.attempt(), ended.state(), ended.reason());
                case SweepEvent.Studied studied -> {
                    if (studied.event() instanceof StudyEvent.MeasurementReported reported && reported.pruneVerdict()) {
                        var trial = attempts.get(reported.id().number());
                        runner.verdict(sweep, reported.id().number(), trial == null ? 0 : trial);
                    }
                }
            }
        }
        var loop = loops.get(sweep);
        if (loop != null) {
            loop.release();
        }
    }

    private void begin(UUID sweep) {
        try {
            var specification = desk.call(sweep, LiveSweep::specification);
            if (!(specification.trial() instanceof TrialSection.ExternalTrial)) {
                watch(sweep);
            }
        } catch (ProblemException e) {
            Log.infof("event=sweep-not-begun sweep=%s reason=\"%s\"", sweep, e.getMessage());
        }
    }

    private void watch(UUID sweep) {
        var signal = new Semaphore(1);
        if (loops.putIfAbsent(sweep, signal) == null) {
            Thread.ofVirtual().name("loop-" + sweep).start(() -> loop(sweep, signal));
        }
    }

    private void loop(UUID sweep, Semaphore signal) {
        var lookedAround = Instant.now();
        try (var claim = devices.claim(sweep, signal::release)) {
            while (open && desk.isLive(sweep)) {
                if (lookedAround.plus(LOOK_AROUND).isBefore(Instant.now())) {
                    lookedAround = Instant.now();
                    takeUpLost(sweep);
                }
                if (signal.tryAcquire(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS)) {
                    signal.drainPermits();
                }
                while (open && startOne(sweep, claim)) {}
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            loops.remove(sweep);
            if (open && desk.isLive(sweep)) {
                begin(sweep); // it completed, and went on at the same moment
            }
        }
    }

    /**
     * An attempt whose decision was committed although its answer was lost is active, and nobody has started it: only
     * looking for it tells.
     */
    private void takeUpLost(UUID sweep) {
        try {
            for (var attempt : desk.call(sweep, LiveSweep::activeAttempts)) {
                if (attempt.isLocal() && !runner.holds(attempt.id())) {
                    Log.warnf("event=attempt-taken-up sweep=%s attempt=%s", sweep, attempt.id());
                    runner.adopt(desk.call(sweep, LiveSweep::specification), attempt);
                }
            }
        } catch (RuntimeException e) {
            Log.debugf("event=not-looked-around sweep=%s reason=\"%s\"", sweep, e.getMessage());
        }
    }

    private boolean startOne(UUID sweep, DeviceClaim claim) {
        try {
            claim.look();
            var next = desk.call(
                    sweep,
                    live -> live.hasWork() ? Optional.of(live.specification()) : Optional.<SweepSpecification>empty());
            if (next.isEmpty()) {
                claim.rest();
                return false;
            }
            var specification = next.get();
            var lent = claim.request(SweepResource.request(specification), specification.priority());
            if (lent.isEmpty()) {
                return false;
            }
            DeviceLease device = lent.get();
            boolean handedOver = false;
            try {
                var leases = desk.lease(sweep, Attempt.LOCAL, 1, runner::newestCheckpoint);
                if (!leases.isEmpty()) {
                    handedOver = true;
                    runner.start(specification, leases.getFirst(), device);
                }
            } finally {
                if (!handedOver) {
                    device.close();
                }
            }
            return handedOver;
        } catch (ProblemException e) {
            claim.rest();
            Log.debugf("event=nothing-started sweep=%s reason=\"%s\"", sweep, e.getMessage());
            return false;
        } catch (RuntimeException e) {
            claim.rest();
            Log.errorf(e, "event=loop-failed sweep=%s", sweep);
            return false;
        }
    }
}
