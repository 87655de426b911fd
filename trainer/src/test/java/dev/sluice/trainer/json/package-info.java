@NullMarked
package dev.sluice.trainer.json;

import org.jspecify.annotations.NullMarked;
