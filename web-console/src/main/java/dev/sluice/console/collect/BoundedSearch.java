package dev.sluice.console.collect;

import java.time.Duration;
import java.util.regex.Pattern;

/**
 * Looks for a pattern that a user wrote, for a bounded time: a careless one can take longer than the machine will
 * last. Not thread-safe; the time is that of all searches together.
 */
public final class BoundedSearch {
    /** More of a line is never looked at. */
    private static final int LINE_LENGTH = 2000;

    private final Pattern pattern;
    private final long deadline;

    public BoundedSearch(Pattern pattern, Duration limit) {
        this.pattern = pattern;
        this.deadline = System.nanoTime() + limit.toNanos();
    }

    /**
     * Whether the pattern is in the line.
     *
     * @throws OutOfTime when the time is up, or the pattern nests too deeply for the stack
     */
    public boolean isIn(String line) {
        try {
            return pattern.matcher(new Timed(line.length() <= LINE_LENGTH ? line : line.substring(0, LINE_LENGTH)))
                    .find();
        } catch (StackOverflowError e) {
            throw new OutOfTime("pattern \"" + pattern + "\" nests too deeply");
        }
    }

    /** The search was given up. */
    @SuppressWarnings("serial") // never leaves the process
    public static final class OutOfTime extends RuntimeException {
        OutOfTime(String message) {
            super(message);
        }
    }

    /** A text that is readable until the deadline: the only hold that one has on a running matcher. */
    private final class Timed implements CharSequence {
        private final String text;
        private int reads;

        Timed(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            if ((++reads & 0xFFF) == 0 && System.nanoTime() - deadline > 0) {
                throw new OutOfTime("pattern \"" + pattern + "\" takes too long");
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
