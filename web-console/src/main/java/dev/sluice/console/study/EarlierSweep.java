package dev.sluice.console.study;

import java.util.List;
import java.util.UUID;

/**
 * A sweep that another one began with, and what it gave.
 *
 * @param sweep its id
 * @param name what it was called
 * @param trials how many of its trials were taken over
 * @param points how many of its points were put in the queue
 * @param leftOut what was not taken over and why, a sentence each
 */
public record EarlierSweep(UUID sweep, String name, int trials, int points, List<String> leftOut) {
    public EarlierSweep {
        leftOut = List.copyOf(leftOut);
    }
}
