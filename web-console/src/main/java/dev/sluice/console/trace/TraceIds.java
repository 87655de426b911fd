package dev.sluice.console.trace;

import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.sdk.trace.IdGenerator;
import java.util.UUID;

/**
 * The ids of a trial's trace: the trace's is the trial's own, and that of an attempt's span is the beginning of the attempt's. So a trial
 * can be told its place in the trace before anything of the trace is written, and a service that was restarted writes the same one.
 * Confined to one thread: it is set before each span.
 */
final class TraceIds implements IdGenerator {
    private String trace = TraceId.getInvalid();
    private String span = SpanId.getInvalid();

    /** The next span is the whole trial's. */
    void ofTrial(UUID trial) {
        trace = trace(trial);
        span = SpanId.fromLong(mix(trial.getLeastSignificantBits()));
    }

    /** The next span is an attempt's. */
    void ofAttempt(UUID trial, UUID attempt) {
        trace = trace(trial);
        span = span(attempt);
    }

    /** A W3C `traceparent` of what an attempt itself traces. */
    static String parent(UUID trial, UUID attempt) {
        return "00-%s-%s-01".formatted(trace(trial), span(attempt));
    }

    @Override
    public String generateTraceId() {
        return trace;
    }

    @Override
    public String generateSpanId() {
        return span;
    }

    private static String trace(UUID trial) {
        return TraceId.fromLongs(trial.getMostSignificantBits(), trial.getLeastSignificantBits());
    }

    private static String span(UUID attempt) {
        return SpanId.fromLong(mix(attempt.getLeastSignificantBits()));
    }

    /** Never 0, which would be no id (the finalizer of Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014). */
    private static long mix(long bits) {
        long mixed = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        mixed = mixed ^ (mixed >>> 31);
        return mixed == 0 ? 1 : mixed;
    }
}
