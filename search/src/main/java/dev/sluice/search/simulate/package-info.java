/** Studies on benchmark functions in virtual time. */
@NullMarked
package dev.sluice.search.simulate;

import org.jspecify.annotations.NullMarked;
