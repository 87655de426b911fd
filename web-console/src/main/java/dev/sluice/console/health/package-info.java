/** One health check a dependency. */
@NullMarked
package dev.sluice.console.health;

import org.jspecify.annotations.NullMarked;
