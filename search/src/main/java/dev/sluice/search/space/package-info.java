/** The search space: parameters, their distributions, conditions and constraints, and the values drawn from them. */
@NullMarked
package dev.sluice.search.space;

import org.jspecify.annotations.NullMarked;
