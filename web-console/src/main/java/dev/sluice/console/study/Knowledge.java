package dev.sluice.console.study;

import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.study.WarmStart;
import java.util.List;

/**
 * What a sweep begins with of those before it.
 *
 * @param trials to be taken over as if they had been run here
 * @param points to be tried first
 * @param from what each sweep gave
 */
public record Knowledge(List<WarmStart.Known> trials, List<ParameterValues> points, List<EarlierSweep> from) {
    public static final Knowledge NONE = new Knowledge(List.of(), List.of(), List.of());

    public Knowledge {
        trials = List.copyOf(trials);
        points = List.copyOf(points);
        from = List.copyOf(from);
    }
}
