/** What several rooms of the tracker share and nobody outside should use. */
@NullMarked
package dev.sluice.tracker.internal;

import org.jspecify.annotations.NullMarked;
