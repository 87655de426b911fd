package dev.sluice.console.metrics;

import dev.sluice.console.alert.Alerts;
import dev.sluice.console.database.Database;
import dev.sluice.console.launch.DevicePool;
import dev.sluice.console.launch.DeviceUsage;
import dev.sluice.console.study.Archive;
import dev.sluice.console.study.AttemptState;
import dev.sluice.console.study.Committed;
import dev.sluice.console.study.DeskWatch;
import dev.sluice.console.study.StudyDesk;
import dev.sluice.console.study.SweepEvent;
import dev.sluice.console.study.SweepSnapshot;
import dev.sluice.console.study.SweepState;
import dev.sluice.console.tracking.Tracking;
import dev.sluice.search.study.StudyEvent;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.TrialState;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The service's own meters, at {@code /q/metrics}. None carries the id of a sweep or trial: their number would grow without end, and what
 * becomes of one trial is asked of MLflow. Thread-safe.
 */
@ApplicationScoped
public class ServiceMeters {
    private final MeterRegistry registry;
    private final StudyDesk desk;
    private final Archive archive;
    private final Tracking tracking;
    private final DevicePool devices;
    private final Database database;
    private final Alerts alerts;

    /** Sweeps that are not over, as they last were. */
    private final Map<UUID, SweepSnapshot> unfinished = new ConcurrentHashMap<>();

    private final Map<TrialState, Counter> trials = new EnumMap<>(TrialState.class);
    private final Map<AttemptState, Counter> attempts = new EnumMap<>(AttemptState.class);
    private final Counter reports;
    private final Counter verdicts;
    private final Timer commits;
    private final Timer asks;
    private final DistributionSummary batches;

    ServiceMeters(
            MeterRegistry registry,
            StudyDesk desk,
            Archive archive,
            Tracking tracking,
            DevicePool devices,
            Database database,
            Alerts alerts) {
        this.registry = registry;
        this.desk = desk;
        this.archive = archive;
        this.tracking = tracking;
        this.devices = devices;
        this.database = database;
        this.alerts = alerts;
        for (var state : TrialState.values()) {
            if (state.isFinished()) {
                trials.put(
                        state,
                        Counter.builder("sluice.trials.ended")
                                .description("Trials that came to an end since the service's start.")
                                .tag("state", state.name())
                                .register(registry));
            }
        }
        for (var state : AttemptState.values()) {
            if (state.isOver()) {
                attempts.put(
                        state,
                        Counter.builder("sluice.attempts.ended")
                                .description("Attempts that came to an end since the service's start.")
                                .tag("state", state.name())
                                .register(registry));
            }
        }
        this.reports = Counter.builder("sluice.reports")
                .description("Measurements that were taken.")
                .register(registry);
        this.verdicts = Counter.builder("sluice.verdicts.prune")
                .description("Times that a pruner said to stop.")
                .register(registry);
        this.commits = Timer.builder("sluice.commits")
                .description("What was decided in one go, being written to the database.")
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(1))
                .maximumExpectedValue(Duration.ofSeconds(10))
                .register(registry);
        this.batches = DistributionSummary.builder("sluice.commits.events")
                .description("Events of one commit.")
                .register(registry);
        this.asks = Timer.builder("sluice.asks")
                .description("A sampler thinking about the next point.")
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(1))
                .maximumExpectedValue(Duration.ofMinutes(1))
                .register(registry);
    }

    /** Counts from now on. */
    public void start() {
        desk.listen(this::committed);
        archive.unfinished().forEach(sweep -> unfinished.putIfAbsent(sweep.id(), sweep));
        desk.watch(new DeskWatch() {
            @Override
            public void committed(Duration duration, int events) {
                commits.record(duration);
                batches.record(events);
            }

            @Override
            public void asked(Duration duration) {
                asks.record(duration);
            }
        });
        gauge("sluice.trials", "Trials of unfinished sweeps.", "state", "QUEUED", sum(c -> c.queued()));
        gauge("sluice.trials", "Trials of unfinished sweeps.", "state", "RUNNING", sum(c -> c.running()));
        for (var state : SweepState.values()) {
            if (!state.isOver()) {
                gauge(
                        "sluice.sweeps",
                        "Unfinished sweeps.",
                        "state",
                        state.name(),
                        m -> m.unfinished.values().stream()
                                .filter(sweep -> sweep.state() == state)
                                .count());
            }
        }
        devices();
        tracking();
        gauge(
                "sluice.database.up",
                "Whether the database answers.",
                "kind",
                database.kind(),
                m -> m.database.status().up() ? 1 : 0);
        alerts.listen(this::alert);
    }

    private void alert(String rule) {
        Counter.builder("sluice.alerts")
                .description("Alerts since the service's start.")
                .tag("rule", rule)
                .register(registry)
                .increment();
    }

    private void devices() {
        gauge(
                "sluice.devices",
                "Devices of this machine.",
                "kind",
                "cpu",
                m -> m.devices.usage().cpus());
        gauge(
                "sluice.devices",
                "Devices of this machine.",
                "kind",
                "gpu",
                m -> m.devices.usage().gpus().size());
        gauge(
                "sluice.devices.lent",
                "Devices that trials hold.",
                "kind",
                "cpu",
                m -> m.devices.usage().cpusLent());
        gauge(
                "sluice.devices.lent",
                "Devices that trials hold.",
                "kind",
                "gpu",
                m -> m.devices.usage().gpus().stream()
                        .filter(DeviceUsage.GpuUsage::lent)
                        .count());
    }

    private void tracking() {
        Gauge.builder(
                        "sluice.tracking.up",
                        this,
                        m -> m.tracking.overview().state().equals("UP") ? 1 : 0)
                .description("Whether MLflow answers.")
                .register(registry);
        Gauge.builder(
                        "sluice.tracking.points.waiting",
                        this,
                        m -> m.tracking.overview().pointsWaiting())
                .description("Points in journals that MLflow has not yet.")
                .register(registry);
        Gauge.builder(
                        "sluice.tracking.runs.parked",
                        this,
                        m -> m.tracking.overview().parked().size())
                .description("Runs of which nothing can be shipped until a person acts.")
                .register(registry);
        FunctionCounter.builder(
                        "sluice.tracking.points.shipped",
                        this,
                        m -> m.tracking.overview().pointsShipped())
                .description("Points that MLflow took since the service's start.")
                .register(registry);
        FunctionCounter.builder(
                        "sluice.tracking.retries",
                        this,
                        m -> m.tracking.overview().retries())
                .description("Calls to MLflow that failed and were made again.")
                .register(registry);
        FunctionCounter.builder(
                        "sluice.tracking.quarantined",
                        this,
                        m -> m.tracking.overview().quarantined())
                .description("Entries that MLflow refuses.")
                .register(registry);
    }

    private void gauge(String name, String description, String key, String tag, ToDoubleFunction<ServiceMeters> value) {
        Gauge.builder(name, this, value).description(description).tag(key, tag).register(registry);
    }

    private static ToDoubleFunction<ServiceMeters> sum(ToDoubleFunction<SweepSnapshot.Counts> of) {
        return m -> m.unfinished.values().stream()
                .mapToDouble(sweep -> of.applyAsDouble(sweep.counts()))
                .sum();
    }

    private void committed(Committed committed) {
        var sweep = committed.sweep();
        if (sweep.state().isOver()) {
            unfinished.remove(sweep.id());
        } else {
            unfinished.put(sweep.id(), sweep);
        }
        for (var recorded : committed.events()) {
            switch (recorded.event()) {
                case SweepEvent.AttemptEnded ended -> increment(attempts.get(ended.state()));
                case SweepEvent.Studied studied -> studied(studied.event());
                case SweepEvent.StateChanged changed -> {}
                case SweepEvent.WarmStarted started -> {}
                case SweepEvent.Steered steered -> {}
                case SweepEvent.Alerted alerted -> alert(alerted.rule());
                case SweepEvent.AttemptStopping stopping -> {}
            }
        }
    }

    private void studied(StudyEvent event) {
        if (event instanceof StudyEvent.MeasurementReported reported) {
            reports.increment();
            if (reported.pruneVerdict()) {
                verdicts.increment();
            }
        } else if (event instanceof StudyEvent.TrialTold told) {
            increment(trials.get(
                    switch (told.outcome()) {
                        case Outcome.Completed c -> TrialState.COMPLETE;
                        case Outcome.Pruned p -> TrialState.PRUNED;
                        case Outcome.Infeasible i -> TrialState.INFEASIBLE;
                        case Outcome.Failed f -> TrialState.FAILED;
                        case Outcome.Cancelled c -> TrialState.CANCELLED;
                    }));
        }
    }

    private static void increment(@Nullable Counter counter) {
        if (counter != null) {
            counter.increment();
        }
    }
}
