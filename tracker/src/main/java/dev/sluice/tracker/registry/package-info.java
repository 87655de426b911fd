/** Models: logged, registered as versions, and pointed to by aliases. */
@NullMarked
package dev.sluice.tracker.registry;

import org.jspecify.annotations.NullMarked;
