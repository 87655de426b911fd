/** Data sets below an operator's folder: their files, how raw inputs become rows of numbers, and what is predicted. */
@NullMarked
package dev.sluice.trainer.data;

import org.jspecify.annotations.NullMarked;
