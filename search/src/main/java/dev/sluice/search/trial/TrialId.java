package dev.sluice.search.trial;

/** A trial's number within its study, from 0 without gaps. */
public record TrialId(int number) implements Comparable<TrialId> {
    public TrialId {
        if (number < 0) {
            throw new IllegalArgumentException("a trial's number must be >= 0, was " + number);
        }
    }

    @Override
    public int compareTo(TrialId other) {
        return Integer.compare(number, other.number);
    }

    @Override
    public String toString() {
        return Integer.toString(number);
    }
}
