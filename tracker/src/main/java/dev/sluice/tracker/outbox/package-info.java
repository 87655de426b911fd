/** The durable journal of what runs record, and the shipper that brings it to the tracking server. */
@NullMarked
package dev.sluice.tracker.outbox;

import org.jspecify.annotations.NullMarked;
