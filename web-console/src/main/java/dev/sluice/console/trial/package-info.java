/** Trials over REST. */
@NullMarked
package dev.sluice.console.trial;

import org.jspecify.annotations.NullMarked;
