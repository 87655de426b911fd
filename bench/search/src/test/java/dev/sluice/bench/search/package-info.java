@NullMarked
package dev.sluice.bench.search;

import org.jspecify.annotations.NullMarked;
