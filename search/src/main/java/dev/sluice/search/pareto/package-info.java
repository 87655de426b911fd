/** Several objectives at once: which trials no other beats, and how much of the ground they cover. */
@NullMarked
package dev.sluice.search.pareto;

import org.jspecify.annotations.NullMarked;
