@NullMarked
package dev.sluice.trainer.channel;

import org.jspecify.annotations.NullMarked;
