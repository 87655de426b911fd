/** From the best checkpoint to a version of a registered model. */
@NullMarked
package dev.sluice.console.promote;

import org.jspecify.annotations.NullMarked;
