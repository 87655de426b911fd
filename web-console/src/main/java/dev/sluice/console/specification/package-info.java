/**
 * The sweep file: its reader, its schema, its normal form and the command line made from it. Plain Java on Jackson's
 * tree, snakeyaml-engine and {@code search}: the command line uses this room without the service around it.
 */
@NullMarked
package dev.sluice.console.specification;

import org.jspecify.annotations.NullMarked;
