package dev.sluice.trainer.data;

/**
 * Where the rows of a training come from.
 *
 * @param name of the data set, as a sweep names it
 * @param fingerprint SHA-256 over its contents: 64 hexadecimal digits
 */
public record DataOrigin(String name, String fingerprint) {}
