package dev.sluice.console.trace;

import dev.sluice.console.study.Archive;
import dev.sluice.console.study.Attempt;
import dev.sluice.console.study.AttemptState;
import dev.sluice.console.study.Committed;
import dev.sluice.console.study.StudyDesk;
import dev.sluice.console.study.SweepEvent;
import dev.sluice.console.study.TrialSnapshot;
import dev.sluice.search.study.StudyEvent;
import dev.sluice.search.trial.TrialState;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.quarkus.logging.Log;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/*
 * A trial may take days and see several services come and go, so its trace is not kept open: it is written when the trial
 * is over, from what the database says of it, with the times that things had. Ids follow from the trial's and its
 * attempts', which is how what a trial traces by itself finds its place. A trial that is run again is written again.
 */

/**
 * One OpenTelemetry trace a trial, with a span for each attempt: where `OTEL_EXPORTER_OTLP_ENDPOINT` (or `…_TRACES_ENDPOINT`) names a
 * collector, and not at all elsewhere. The other `OTEL_…` variables hold as ever. A collector that is away costs the traces of that time,
 * and nothing else. Thread-safe.
 */
@ApplicationScoped
public class TrialTraces {
    private static final AttributeKey<String> SWEEP = AttributeKey.stringKey("sluice.sweep.id");
    private static final AttributeKey<String> SWEEP_NAME = AttributeKey.stringKey("sluice.sweep.name");
    private static final AttributeKey<String> TRIAL = AttributeKey.stringKey("sluice.trial.id");
    private static final AttributeKey<Long> NUMBER = AttributeKey.longKey("sluice.trial.number");
    private static final AttributeKey<String> STATE = AttributeKey.stringKey("sluice.state");
    private static final AttributeKey<String> REASON = AttributeKey.stringKey("sluice.reason");
    private static final AttributeKey<String> SUGGESTED_BY = AttributeKey.stringKey("sluice.suggested_by");
    private static final AttributeKey<Long> STEP = AttributeKey.longKey("sluice.step");
    private static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("sluice.attempt");
    private static final AttributeKey<String> WORKER = AttributeKey.stringKey("sluice.worker");
    private static final AttributeKey<String> RESUMED = AttributeKey.stringKey("sluice.resumed_from");

    private final StudyDesk desk;
    private final Archive archive;
    private final ExecutorService writer = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("traces").factory());
    private final TraceIds ids = new TraceIds();
    private @Nullable SdkTracerProvider provider;

    TrialTraces(StudyDesk desk, Archive archive) {
        this.desk = desk;
        this.archive = archive;
    }

    /** Begins to write traces, if anybody wants them. */
    public void start() {
        start(System.getenv());
    }

    void start(Map<String, String> environment) {
        boolean wanted = !"true".equalsIgnoreCase(environment.get("OTEL_SDK_DISABLED"))
                && (environment.containsKey("OTEL_EXPORTER_OTLP_ENDPOINT")
                        || environment.containsKey("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"));
        if (!wanted) {
            return;
        }
        // The SDK reads properties as well; what it is given here comes first.
        var settings = new HashMap<String, String>();
        environment.forEach((name, value) -> {
            if (name.startsWith("OTEL_")) {
                settings.put(name.toLowerCase(Locale.ROOT).replace('_', '.'), value);
            }
        });
        settings.putIfAbsent("otel.service.name", "sluice");
        settings.putIfAbsent("otel.exporter.otlp.protocol", "http/protobuf");
        settings.put("otel.metrics.exporter", "none");
        settings.put("otel.logs.exporter", "none");
        var sdk = AutoConfiguredOpenTelemetrySdk.builder()
                .disableShutdownHook()
                .addPropertiesCustomizer(properties -> settings)
                .addTracerProviderCustomizer((builder, properties) -> builder.setIdGenerator(ids))
                .build()
                .getOpenTelemetrySdk();
        provider = sdk.getSdkTracerProvider();
        desk.listen(this::committed);
        Log.info("event=tracing");
    }

    /** What is written is sent, if the collector takes it at once. */
    public void stop() {
        writer.shutdown();
        if (provider != null) {
            provider.shutdown().join(2, TimeUnit.SECONDS);
        }
    }

    /** What an attempt's process is told, so that what it traces by itself belongs to its trial. */
    public Map<String, String> environment(UUID trial, UUID attempt) {
        return provider == null ? Map.of() : Map.of("TRACEPARENT", TraceIds.parent(trial, attempt));
    }

    private void committed(Committed committed) {
        var over = new HashSet<Integer>();
        for (var recorded : committed.events()) {
            if (recorded.event() instanceof SweepEvent.AttemptEnded ended) {
                over.add(ended.trial());
            } else if (recorded.event() instanceof SweepEvent.Studied studied
                    && studied.event() instanceof StudyEvent.TrialTold told) {
                over.add(told.id().number());
            }
        }
        committed.trials().stream()
                .filter(trial -> over.contains(trial.number()) && trial.state().isFinished())
                .forEach(trial -> writer.execute(() -> write(committed.sweep().name(), trial.id())));
        // An attempt may end after its trial was told: then the trial itself has not changed.
        over.stream()
                .filter(number -> committed.trials().stream().noneMatch(trial -> trial.number() == number))
                .forEach(number ->
                        writer.execute(() -> archive.trial(committed.sweep().id(), number)
                                .ifPresent(trial -> write(committed.sweep().name(), trial.id()))));
    }

    private void write(String sweepName, UUID id) {
        try {
            var trial = archive.trial(id).orElseThrow();
            var attempts = archive.attempts(id);
            boolean over = trial.state().isFinished()
                    && !attempts.isEmpty()
                    && attempts.stream().allMatch(attempt -> attempt.state().isOver());
            if (over && provider != null) {
                write(provider.get("dev.sluice"), sweepName, trial, attempts);
            }
        } catch (RuntimeException e) {
            Log.debugf(e, "event=not-traced trial=%s", id);
        }
    }

    private void write(Tracer tracer, String sweepName, TrialSnapshot trial, Iterable<Attempt> attempts) {
        ids.ofTrial(trial.id());
        var params = Attributes.builder();
        trial.params().forEach((name, value) -> params.put("sluice.param." + name, String.valueOf(value)));
        trial.values().forEach((name, value) -> params.put("sluice.metric." + name, value));
        var root = tracer.spanBuilder("trial")
                .setNoParent()
                .setStartTimestamp(trial.queuedAt())
                .setAllAttributes(params.build())
                .setAttribute(SWEEP, trial.sweep().toString())
                .setAttribute(SWEEP_NAME, sweepName)
                .setAttribute(TRIAL, trial.id().toString())
                .setAttribute(NUMBER, (long) trial.number())
                .setAttribute(STATE, trial.state().name())
                .setAttribute(REASON, trial.reason())
                .setAttribute(SUGGESTED_BY, trial.suggestedBy())
                .setAttribute(STEP, trial.step())
                .startSpan();
        Instant last = trial.endedAt().orElse(trial.queuedAt());
        for (var attempt : attempts) {
            var end = attempt.endedAt().orElse(attempt.startedAt());
            last = end.isAfter(last) ? end : last;
            write(tracer, root, trial, attempt, end);
        }
        if (trial.state() == TrialState.FAILED) {
            root.setStatus(StatusCode.ERROR, trial.reason());
        }
        root.end(last);
    }

    private void write(Tracer tracer, Span root, TrialSnapshot trial, Attempt attempt, Instant end) {
        ids.ofAttempt(trial.id(), attempt.id());
        var builder = tracer.spanBuilder("attempt")
                .setParent(Context.root().with(root))
                .setStartTimestamp(attempt.startedAt())
                .setAttribute(ATTEMPT, (long) attempt.number())
                .setAttribute(WORKER, attempt.worker())
                .setAttribute(STATE, attempt.state().name())
                .setAttribute(REASON, attempt.reason());
        attempt.resumeFrom().ifPresent(from -> builder.setAttribute(RESUMED, from));
        var span = builder.startSpan();
        if (attempt.state() == AttemptState.FAILED || attempt.state() == AttemptState.LOST) {
            span.setStatus(StatusCode.ERROR, attempt.reason());
        }
        span.end(end);
    }
}
