/** Who may call: tokens, hosts, origins. */
@NullMarked
package dev.sluice.console.security;

import org.jspecify.annotations.NullMarked;
