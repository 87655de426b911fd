/** Training with DJL's PyTorch engine. */
@NullMarked
package dev.sluice.trainer.djl;

import org.jspecify.annotations.NullMarked;
