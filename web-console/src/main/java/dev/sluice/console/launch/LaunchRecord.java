package dev.sluice.console.launch;

import java.nio.file.Path;
import java.util.UUID;

/**
 * What is to be stored of a launch, so that another service finds its process again.
 *
 * <p>A process is named by its id, the time it started and the boot that it belongs to; its id alone may be given to another one.
 *
 * @param pid the process id of the attempt's leader
 * @param startTicks the leader's start time in clock ticks since the boot (field 22 of {@code /proc/PID/stat})
 * @param bootId the kernel's id of the boot ({@code /proc/sys/kernel/random/boot_id})
 * @param attemptId the attempt's id
 * @param attempt the attempt's number within its trial
 * @param folder the trial's folder, absolute
 */
public record LaunchRecord(long pid, long startTicks, String bootId, UUID attemptId, int attempt, Path folder) {}
