/** What can be trained: tasks with their data, models and parameters. */
@NullMarked
package dev.sluice.trainer.task;

import org.jspecify.annotations.NullMarked;
