/** Leases: the right of one worker to run one attempt, with fencing and expiry. */
@NullMarked
package dev.sluice.console.lease;

import org.jspecify.annotations.NullMarked;
