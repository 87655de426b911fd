/** Measures how fast trials train and start, beside PyTorch in Python. Not part of any artifact. */
@NullMarked
package dev.sluice.bench.training;

import org.jspecify.annotations.NullMarked;
