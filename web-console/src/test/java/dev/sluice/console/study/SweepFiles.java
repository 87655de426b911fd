package dev.sluice.console.study;

import dev.sluice.console.specification.Format;
import dev.sluice.console.specification.ReadResult;
import dev.sluice.console.specification.SpecificationReader;
import dev.sluice.console.specification.SweepSpecification;
import dev.sluice.console.specification.TrainerCatalog;
import dev.sluice.search.space.SearchSpace;
import java.util.Random;

/** Sweep files for tests. */
public final class SweepFiles {
    private SweepFiles() {}

    /** An external sweep over one float, with these further lines; `score` is maximised. */
    public static SweepSpecification external(String... lines) {
        return of("trial: {external: true}", lines);
    }

    /** The same with trials that the service launches. */
    public static SweepSpecification command(String... lines) {
        return of("trial: {command: [echo, \"${params.x}\"]}", lines);
    }

    /** The same with trials of the bundled trainer. */
    public static SweepSpecification trainer(String... lines) {
        return of("trial: {trainer: {task: digits, model: mlp}}", lines);
    }

    private static SweepSpecification of(String trial, String... lines) {
        var more = String.join("\n", lines);
        return read("""
                name: test
                objective: {metric: score, goal: maximize}
                search: {algorithm: random, seed: 7}
                %s
                %s
                %s
                """.formatted(
                        more.contains("parameters:") ? "" : "parameters: {x: {min: 0.0, max: 1.0}}", trial, more));
    }

    /** The same sweep over another space. */
    static SweepSpecification with(SweepSpecification file, SearchSpace space) {
        return new SweepSpecification(
                file.name(),
                file.description(),
                file.labels(),
                file.goals(),
                space,
                file.enqueue(),
                file.warmStart(),
                file.search(),
                file.pruning(),
                file.budget(),
                file.trial(),
                file.resources(),
                file.priority(),
                file.retries(),
                file.failurePolicies(),
                file.alerts(),
                file.tracking(),
                file.promotion());
    }

    public static SweepSpecification read(String yaml) {
        return switch (new SpecificationReader(TrainerCatalog.absent(), new Random(1)).read(yaml, Format.YAML)) {
            case ReadResult.Valid valid -> valid.specification();
            case ReadResult.Invalid invalid ->
                throw new IllegalArgumentException(invalid.errors().toString());
        };
    }
}
