@NullMarked
package dev.sluice.trainer.task;

import org.jspecify.annotations.NullMarked;
