@NullMarked
package dev.sluice.trainer.checkpoint;

import org.jspecify.annotations.NullMarked;
