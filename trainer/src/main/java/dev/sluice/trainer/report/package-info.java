/** How well a trained classification tells its classes apart: tables and a picture for people. */
@NullMarked
package dev.sluice.trainer.report;

import org.jspecify.annotations.NullMarked;
