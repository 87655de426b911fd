/** Optimizers whose state can be saved and restored by stable parameter names. */
@NullMarked
package dev.sluice.trainer.optimizer;

import org.jspecify.annotations.NullMarked;
