@NullMarked
package dev.sluice.trainer.protocol;

import org.jspecify.annotations.NullMarked;
