/** Trials and what is known of them: states, measurements, outcomes, objectives, histories. */
@NullMarked
package dev.sluice.search.trial;

import org.jspecify.annotations.NullMarked;
