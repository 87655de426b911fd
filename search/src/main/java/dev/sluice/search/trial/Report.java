package dev.sluice.search.trial;

/** Which of the values that a trial reported is its result. */
public enum Report {
    BEST,
    LAST
}
