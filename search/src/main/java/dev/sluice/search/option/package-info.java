/** Options of algorithms as data: names, kinds, ranges, defaults and what they mean. */
@NullMarked
package dev.sluice.search.option;

import org.jspecify.annotations.NullMarked;
