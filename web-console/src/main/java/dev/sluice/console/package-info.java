@NullMarked
package dev.sluice.console;

import org.jspecify.annotations.NullMarked;
