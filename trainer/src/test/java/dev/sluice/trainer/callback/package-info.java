@NullMarked
package dev.sluice.trainer.callback;

import org.jspecify.annotations.NullMarked;
