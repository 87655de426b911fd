/** What happens, as it happens: server-sent events. */
@NullMarked
package dev.sluice.console.live;

import org.jspecify.annotations.NullMarked;
