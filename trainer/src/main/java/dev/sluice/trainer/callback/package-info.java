/** What happens around training: callbacks, what they are told, what they may ask for, and the ones that come with the trainer. */
@NullMarked
package dev.sluice.trainer.callback;

import org.jspecify.annotations.NullMarked;
