/** Which parameters matter, judged from trials that ran. */
@NullMarked
package dev.sluice.search.importance;

import org.jspecify.annotations.NullMarked;
