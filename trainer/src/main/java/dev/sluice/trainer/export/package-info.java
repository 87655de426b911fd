/** Trained networks as ONNX graphs, as TorchScript and as model folders that MLflow loads. */
@NullMarked
package dev.sluice.trainer.export;

import org.jspecify.annotations.NullMarked;
