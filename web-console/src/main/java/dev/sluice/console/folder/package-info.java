/** What lies where in the data folder. */
@NullMarked
package dev.sluice.console.folder;

import org.jspecify.annotations.NullMarked;
