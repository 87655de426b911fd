@NullMarked
package dev.sluice.trainer.network;

import org.jspecify.annotations.NullMarked;
