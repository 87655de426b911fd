/** What the end-to-end tests stand on: the packaged service as a process, MLflow as it is seen from outside, Python. */
@NullMarked
package dev.sluice.endtoend.harness;

import org.jspecify.annotations.NullMarked;
