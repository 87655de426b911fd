/** Genetic search, on Jenetics' selectors and alterers. */
@NullMarked
package dev.sluice.search.sampler.genetic;

import org.jspecify.annotations.NullMarked;
