/**
 * Starting the processes of trials and finding them again: launchers, their handles, and the devices that a process is lent.
 *
 * <p>A launch is known by its attempt id, in the process's environment ({@link dev.sluice.console.launch.Launcher#MARK}) and in the
 * attempt's folder, so that a service that was killed finds its trials again and starts none twice.
 */
@NullMarked
package dev.sluice.console.launch;

import org.jspecify.annotations.NullMarked;
