@NullMarked
package dev.sluice.trainer.export;

import org.jspecify.annotations.NullMarked;
