/** The database that the service keeps its sweeps in: how it is opened, watched, saved to a file and filled from one. */
@NullMarked
package dev.sluice.console.database;

import org.jspecify.annotations.NullMarked;
