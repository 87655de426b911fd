/** The study: ask, report and tell as events that can be stored and replayed. */
@NullMarked
package dev.sluice.search.study;

import org.jspecify.annotations.NullMarked;
