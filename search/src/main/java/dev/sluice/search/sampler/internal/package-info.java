/** What several samplers are built with; no API. */
@NullMarked
package dev.sluice.search.sampler.internal;

import org.jspecify.annotations.NullMarked;
