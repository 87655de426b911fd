package dev.sluice.trainer.network;

/** What learns: rows of numbers in, rows of numbers out. */
public sealed interface Network permits NetSpec, ScriptedNetwork {
    /** Values in a row of input. */
    int inputs();

    /** Values in a row of output. */
    int outputs();
}
