/** Measures the samplers and pruners beside their peers: problems, runs, reports. Not part of any artifact. */
@NullMarked
package dev.sluice.bench.search;

import org.jspecify.annotations.NullMarked;
