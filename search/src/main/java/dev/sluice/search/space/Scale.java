package dev.sluice.search.space;

/** How a range is looked at: where equal distances count alike, or where equal ratios do. */
public enum Scale {
    LINEAR,
    LOG
}
