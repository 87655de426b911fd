package dev.sluice.console.launch;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Devices of a {@link DevicePool} lent to one attempt until {@link #close}. Safe for use by several threads. */
public final class DeviceLease implements AutoCloseable {
    private final DeviceGrant grant;
    private final Consumer<DeviceGrant> giveBack;
    private final AtomicBoolean open = new AtomicBoolean(true);

    DeviceLease(DeviceGrant grant, Consumer<DeviceGrant> giveBack) {
        this.grant = grant;
        this.giveBack = giveBack;
    }

    /** The devices, to be stored with the attempt; {@link DevicePool#restore} takes them up again. */
    public DeviceGrant grant() {
        return grant;
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
            giveBack.accept(grant);
        }
    }
}
