@NullMarked
package dev.sluice.search;

import org.jspecify.annotations.NullMarked;
