/** The algorithms by the names that sweep files use, with their options. */
@NullMarked
package dev.sluice.search.catalog;

import org.jspecify.annotations.NullMarked;
