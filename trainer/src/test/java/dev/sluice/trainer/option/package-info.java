@NullMarked
package dev.sluice.trainer.option;

import org.jspecify.annotations.NullMarked;
