/**
 * What a trial's process and the service say to each other: the specification a trial starts from, its reports and the
 * answers to them. Uses {@code java.*} alone, so that either side brings its own JSON library: every record here turns
 * into a tree of maps, lists, strings, numbers and booleans and back ({@code toTree}, {@code ofTree}).
 */
@NullMarked
package dev.sluice.trainer.protocol;

import org.jspecify.annotations.NullMarked;
