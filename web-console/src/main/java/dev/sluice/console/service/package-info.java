/** The service as a whole: what is made of configuration, and the order in which things start and stop. */
@NullMarked
package dev.sluice.console.service;

import org.jspecify.annotations.NullMarked;
