/** Networks in TorchScript's language, and the files in which libtorch reads it; nothing here needs libtorch. */
@NullMarked
package dev.sluice.trainer.script;

import org.jspecify.annotations.NullMarked;
