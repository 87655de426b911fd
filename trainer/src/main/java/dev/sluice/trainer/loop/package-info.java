/** The training loop, and the door through which it drives an engine. */
@NullMarked
package dev.sluice.trainer.loop;

import org.jspecify.annotations.NullMarked;
