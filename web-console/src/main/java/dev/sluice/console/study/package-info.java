/** The one door to live studies: a single writer a sweep, events committed in groups, answers after the commit. */
@NullMarked
package dev.sluice.console.study;

import org.jspecify.annotations.NullMarked;
