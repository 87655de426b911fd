/** What can be wrong with a call, and how it is said: RFC 9457 problems. */
@NullMarked
package dev.sluice.console.problem;

import org.jspecify.annotations.NullMarked;
