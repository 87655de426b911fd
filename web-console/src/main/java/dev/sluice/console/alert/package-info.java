/** What a person should hear of, and the webhooks that tell them. */
@NullMarked
package dev.sluice.console.alert;

import org.jspecify.annotations.NullMarked;
