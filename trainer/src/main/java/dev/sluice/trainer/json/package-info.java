/** JSON text to and from plain trees of maps, lists, strings, numbers and booleans; by Jackson's streaming core alone, which starts in milliseconds. */
@NullMarked
package dev.sluice.trainer.json;

import org.jspecify.annotations.NullMarked;
