/** Processes of this machine as Linux shows them in {@code /proc}: telling one from another, and ending all that belong together. */
@NullMarked
package dev.sluice.console.process;

import org.jspecify.annotations.NullMarked;
