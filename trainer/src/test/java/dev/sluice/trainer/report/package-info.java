@NullMarked
package dev.sluice.trainer.report;

import org.jspecify.annotations.NullMarked;
