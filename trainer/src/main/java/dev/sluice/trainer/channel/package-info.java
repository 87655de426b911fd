/** The trial's line to the service over HTTP. */
@NullMarked
package dev.sluice.trainer.channel;

import org.jspecify.annotations.NullMarked;
