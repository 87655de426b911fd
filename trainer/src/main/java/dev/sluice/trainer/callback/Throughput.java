package dev.sluice.trainer.callback;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.LongSupplier;

/**
 * Measures how fast steps go and what memory the process takes: {@code samples_per_second} and {@code steps_per_second}
 * of the time spent within steps; {@code heap_mb} (Java's) and {@code memory_mb} (all that the process holds, where the
 * system says it), in MiB. The first is in each log, all are in each epoch's result.
 */
public final class Throughput implements Callback {
    private static final double MIB = 1024.0 * 1024.0;
    private static final Path STATUS = Path.of("/proc/self/status");

    private final String name;
    private final LongSupplier nanoTime;
    private long begun;
    private long nanos;
    private long steps;
    private long samples;

    /** A measure by the system's clock. */
    public Throughput(String name) {
        this(name, System::nanoTime);
    }

    Throughput(String name, LongSupplier nanoTime) {
        this.name = name;
        this.nanoTime = nanoTime;
    }

    static CallbackType type() {
        return DeclaredType.of(
                "throughput",
                "Measures samples and steps a second and the memory in use, in logs and epochs' results.",
                List.of(),
                (name, options, setting) -> new Throughput(name));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void epochBegin(TrainingProgress progress, TrainingControl control) {
        nanos = 0;
        steps = 0;
        samples = 0;
    }

    @Override
    public void stepBegin(TrainingProgress progress, TrainingControl control) {
        begun = nanoTime.getAsLong();
    }

    @Override
    public void optimizerStep(StepView step, TrainingProgress progress, TrainingControl control) {
        samples += step.samples();
    }

    @Override
    public void stepEnd(TrainingProgress progress, TrainingControl control) {
        nanos += nanoTime.getAsLong() - begun;
        steps++;
        if (nanos > 0) {
            control.addToLog("samples_per_second", samples * 1e9 / nanos);
        }
    }

    @Override
    public void evaluateEnd(EvaluationResult result, TrainingProgress progress, TrainingControl control) {
        if (!result.atEpochEnd()) {
            return;
        }
        if (nanos > 0) {
            control.addToEpoch("samples_per_second", samples * 1e9 / nanos);
            control.addToEpoch("steps_per_second", steps * 1e9 / nanos);
        }
        Runtime runtime = Runtime.getRuntime();
        control.addToEpoch("heap_mb", (runtime.totalMemory() - runtime.freeMemory()) / MIB);
        residentMiB().ifPresent(resident -> control.addToEpoch("memory_mb", resident));
    }

    /** The process's resident memory, in MiB; empty where the system does not say. */
    private static OptionalDouble residentMiB() {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith("VmRSS:")) {
                    return OptionalDouble.of(
                            Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0); // it says kB and means KiB
                }
            }
        } catch (IOException | NumberFormatException e) {
            return OptionalDouble.empty(); // another system than Linux
        }
        return OptionalDouble.empty();
    }
}
