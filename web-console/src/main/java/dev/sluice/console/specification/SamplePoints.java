package dev.sluice.console.specification;

import dev.sluice.search.sampler.RandomSampler;
import dev.sluice.search.space.ParameterValues;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Points of a sweep's space, drawn at random with the sweep's own seed, to show what its trials will look like. Stateless. */
public final class SamplePoints {
    private SamplePoints() {}

    /**
     * The same points at each call.
     *
     * @throws IllegalArgumentException if none is found that satisfies the constraints, or {@code count} is negative
     */
    public static List<ParameterValues> of(SweepSpecification sweep, int count) {
        if (count < 0) {
            throw new IllegalArgumentException("count must be >= 0, was " + count);
        }
        SplittableRandom random = new SplittableRandom(sweep.search().seed());
        RandomSampler sampler = RandomSampler.of(sweep.space());
        List<ParameterValues> points = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            points.add(sampler.draw(random));
        }
        return points;
    }
}
