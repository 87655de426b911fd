/** From committed events to the journals that are shipped to MLflow. */
@NullMarked
package dev.sluice.console.tracking;

import org.jspecify.annotations.NullMarked;
