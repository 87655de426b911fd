/** The tree-structured Parzen estimator. */
@NullMarked
package dev.sluice.search.sampler.tpe;

import org.jspecify.annotations.NullMarked;
