/** Checkpoints on disk: named tensors as safetensors files and the trainer's state as JSON, put in place by one atomic rename. */
@NullMarked
package dev.sluice.trainer.checkpoint;

import org.jspecify.annotations.NullMarked;
