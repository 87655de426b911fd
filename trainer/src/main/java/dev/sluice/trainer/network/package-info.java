/** Networks described once, as a {@link dev.sluice.trainer.network.NetSpec}, from which DJL's block and the ONNX graph are made. */
@NullMarked
package dev.sluice.trainer.network;

import org.jspecify.annotations.NullMarked;
