package dev.sluice.console.launch;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Devices of a {@link DevicePool} lent to one attempt until {@link #close}. Safe for use by several threads. */
public final class DeviceLease implements AutoCloseable {
    private final UUID sweep;
    private final DeviceGrant grant;
    private final Consumer<DeviceLease> giveBack;
    private final AtomicBoolean open = new AtomicBoolean(true);
    private volatile @Nullable User user;
    private volatile int together = 1;

    /** Who runs on the devices. */
    public record User(UUID trial, int number, UUID attempt) {}

    DeviceLease(UUID sweep, DeviceGrant grant, Consumer<DeviceLease> giveBack) {
        this.sweep = sweep;
        this.grant = grant;
        this.giveBack = giveBack;
    }

    UUID sweep() {
        return sweep;
    }

    /** The devices, to be stored with the attempt; {@link DevicePool#restore} takes them up again. */
    public DeviceGrant grant() {
        return grant;
    }

    /** Says who runs on the devices, for people to see. */
    public DeviceLease usedBy(User one) {
        user = one;
        return this;
    }

    /** Whether it was, at any time, beside others on a device that is shared by memory. */
    public boolean wasShared() {
        return together > 1;
    }

    /** How many there were at most, this one included, on a device that is shared by memory; 1 for all others. */
    int together() {
        return together;
    }

    void together(int sharers) {
        together = Math.max(together, sharers);
    }

    @Nullable
    User user() {
        return user;
    }

    /**
     * The environment variables that keep a process to these devices: {@code CUDA_VISIBLE_DEVICES} (empty: no GPU),
     * {@code CUDA_DEVICE_ORDER}, {@code OMP_NUM_THREADS}, {@code OMP_WAIT_POLICY}.
     */
    public Map<String, String> environment() {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("CUDA_VISIBLE_DEVICES", String.join(",", grant.gpus()));
        environment.put("CUDA_DEVICE_ORDER", "PCI_BUS_ID");
        environment.put("OMP_NUM_THREADS", Integer.toString(Math.max(1, grant.cpus())));
        environment.put("OMP_WAIT_POLICY", "PASSIVE");
        return environment;
    }

    /** Gives the devices back; a second call does nothing. */
    @Override
    public void close() {
        if (open.compareAndSet(true, false)) {
            giveBack.accept(this);
        }
    }
}
