@NullMarked
package dev.sluice.trainer.loop;

import org.jspecify.annotations.NullMarked;
