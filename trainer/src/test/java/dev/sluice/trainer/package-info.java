@NullMarked
package dev.sluice.trainer;

import org.jspecify.annotations.NullMarked;
