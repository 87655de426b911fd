/** Measures what tracking costs, beside Python's tools. Not part of any artifact. */
@NullMarked
package dev.sluice.bench.tracking;

import org.jspecify.annotations.NullMarked;
