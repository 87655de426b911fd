/** The sampler that chooses among the others. */
@NullMarked
package dev.sluice.search.sampler.auto;

import org.jspecify.annotations.NullMarked;
