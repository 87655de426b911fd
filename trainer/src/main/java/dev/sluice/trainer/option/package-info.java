/** Options as data: declared once, from which come the reading, the checks, the messages and the JSON Schema. */
@NullMarked
package dev.sluice.trainer.option;

import org.jspecify.annotations.NullMarked;
