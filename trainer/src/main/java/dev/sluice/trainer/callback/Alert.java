package dev.sluice.trainer.callback;

/**
 * Something that a person should know.
 *
 * @param callback name of the callback that saw it
 * @param message what it saw, in one sentence
 */
public record Alert(String callback, String message) {}
