package dev.sluice.console.specification;

import java.util.List;
import java.util.OptionalInt;

/**
 * What a sweep begins with of sweeps before it.
 *
 * @param from   which ones, at least one: what a user calls them, in a stored file their ids
 * @param trials at most so many of their trials are taken over as if they had been run here; empty: all that can be
 * @param points so many of each one's best points, translated where the spaces differ, are tried first, if they were not taken over
 */
public record WarmStartSection(List<String> from, OptionalInt trials, int points) {
    static final int POINTS = 5;

    public WarmStartSection {
        from = List.copyOf(from);
    }
}
