/** Samplers: what to try next. */
@NullMarked
package dev.sluice.search.sampler;

import org.jspecify.annotations.NullMarked;
