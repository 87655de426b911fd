/** Bayesian optimisation with Gaussian processes. */
@NullMarked
package dev.sluice.search.sampler.gp;

import org.jspecify.annotations.NullMarked;
