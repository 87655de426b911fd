package dev.sluice.console.launch;

import dev.sluice.console.machine.NvidiaSmi;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Finds the GPUs that the service may lend: those that a setting names, else those that {@code nvidia-smi} shows, else none. That there
 * is none is no error.
 */
public final class GpuDetection {
    private static final System.Logger LOG = System.getLogger(GpuDetection.class.getName());
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Pattern COMMA = Pattern.compile("\\s*,\\s*");

    private GpuDetection() {}

    /**
     * The GPUs to lend.
     *
     * @param setting ids of GPUs (indices or UUIDs) with commas between, or {@code none}; empty: look for them
     * @param environment the service's own environment: {@code PATH} is where {@code nvidia-smi} is looked for, and
     *     {@code CUDA_VISIBLE_DEVICES}, where there is one, leaves only the GPUs that it names
     * @throws IllegalArgumentException if the setting names a GPU twice
     */
    public static List<Gpu> detect(Optional<String> setting, Map<String, String> environment) {
        if (setting.isPresent()) {
            return configured(setting.get().strip(), environment);
        }
        List<Indexed> found = find(environment);
        String visible = environment.get("CUDA_VISIBLE_DEVICES");
        if (visible == null) {
            return found.stream().map(Indexed::gpu).toList();
        }
        List<Gpu> kept = new ArrayList<>();
        for (String name : COMMA.split(visible.strip(), -1)) {
            found.stream()
                    .filter(one -> one.index().equals(name)
                            || (name.startsWith("GPU-") && one.gpu().id().startsWith(name)))
                    .map(Indexed::gpu)
                    .filter(gpu -> !kept.contains(gpu))
                    .findFirst()
                    .ifPresentOrElse(kept::add, () -> {
                        if (name.startsWith("MIG-")) {
                            kept.add(new Gpu(name, "MIG instance", 0));
                        }
                    });
        }
        return kept;
    }

    private static List<Gpu> configured(String setting, Map<String, String> environment) {
        if (setting.isEmpty() || setting.equalsIgnoreCase("none")) {
            return List.of();
        }
        List<String> ids = Arrays.asList(COMMA.split(setting, -1));
        if (ids.stream().distinct().count() < ids.size()) {
            throw new IllegalArgumentException("gpus must name each GPU once, was \"" + setting + "\"");
        }
        List<Indexed> found = find(environment);
        return ids.stream()
                .map(id -> found.stream()
                        .filter(one -> one.index().equals(id) || one.gpu().id().equals(id))
                        .findFirst()
                        .map(one -> new Gpu(id, one.gpu().name(), one.gpu().memoryMebibytes()))
                        .orElseGet(() -> new Gpu(id, "", 0)))
                .toList();
    }

    private record Indexed(String index, Gpu gpu) {}

    private static List<Indexed> find(Map<String, String> environment) {
        Optional<NvidiaSmi> program = NvidiaSmi.on(environment.getOrDefault("PATH", ""));
        if (program.isEmpty()) {
            return List.of();
        }
        try {
            return program.get().query(List.of("index", "uuid", "name", "memory.total"), LIMIT).stream()
                    .flatMap(fields -> parse(fields).stream())
                    .toList();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "gpus=0 reason=\"{0}\"", e.getMessage());
            return List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    private static Optional<Indexed> parse(List<String> fields) {
        if (!fields.get(1).startsWith("GPU-")) {
            return Optional.empty();
        }
        long memory = fields.get(3).matches("\\d{1,12}") ? Long.parseLong(fields.get(3)) : 0;
        return Optional.of(new Indexed(fields.get(0), new Gpu(fields.get(1), fields.get(2), memory)));
    }
}
