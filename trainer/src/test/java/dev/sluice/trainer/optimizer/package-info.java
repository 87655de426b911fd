@NullMarked
package dev.sluice.trainer.optimizer;

import org.jspecify.annotations.NullMarked;
