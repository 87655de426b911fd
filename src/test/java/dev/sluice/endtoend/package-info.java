/** The whole, proved from the outside: real service, real MLflow, real trials, a real browser. */
@NullMarked
package dev.sluice.endtoend;

import org.jspecify.annotations.NullMarked;
