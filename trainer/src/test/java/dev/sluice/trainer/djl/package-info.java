@NullMarked
package dev.sluice.trainer.djl;

import org.jspecify.annotations.NullMarked;
