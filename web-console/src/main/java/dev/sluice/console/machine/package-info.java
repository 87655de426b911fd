/** What this machine is doing: its processors, memory, disk and network, and what {@code nvidia-smi} says of its GPUs. */
@NullMarked
package dev.sluice.console.machine;

import org.jspecify.annotations.NullMarked;
