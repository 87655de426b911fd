/** Expressions over named values, as sweep files use them for constraints and gates. Uses nothing. */
@NullMarked
package dev.sluice.search.expression;

import org.jspecify.annotations.NullMarked;
