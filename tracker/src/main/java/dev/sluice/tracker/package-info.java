@NullMarked
package dev.sluice.tracker;

import org.jspecify.annotations.NullMarked;
