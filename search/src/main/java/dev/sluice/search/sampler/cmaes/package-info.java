/** Covariance matrix adaptation. */
@NullMarked
package dev.sluice.search.sampler.cmaes;

import org.jspecify.annotations.NullMarked;
