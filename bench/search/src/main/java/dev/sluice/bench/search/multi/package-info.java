/** Searchers for several objectives side by side. */
@NullMarked
package dev.sluice.bench.search.multi;

import org.jspecify.annotations.NullMarked;
