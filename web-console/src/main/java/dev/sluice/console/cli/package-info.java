/**
 * The command line: a plain picocli main that talks HTTP to a service, without Quarkus, so that a command answers in a
 * fraction of a second. It knows the service by its REST interface alone; only {@code validate}, which needs no service,
 * reads sweep files by itself.
 *
 * <p>{@link dev.sluice.console.cli.Main} picks the command, {@link dev.sluice.console.cli.ServiceClient} makes the calls, and
 * {@link dev.sluice.console.cli.CommandFailure} is how a command ends that did not do what was asked.
 */
@NullMarked
package dev.sluice.console.cli;

import org.jspecify.annotations.NullMarked;
