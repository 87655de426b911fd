package dev.sluice.console.launch;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class LaunchRequestTest {
    @Test
    void refusesWhatCannotBeHandedToAProcess() {
        assertThatThrownBy(() -> request(List.of(), Map.of())).hasMessageContaining("argv must begin with");
        assertThatThrownBy(() -> request(List.of(" "), Map.of())).hasMessageContaining("argv must begin with");
        assertThatThrownBy(() -> request(List.of("-c"), Map.of())).hasMessageContaining("argv must begin with");
        assertThatThrownBy(() -> request(List.of("a", "b\0"), Map.of())).hasMessageContaining("NUL");
        assertThatThrownBy(() -> request(List.of("a"), Map.of("my.flag", "1"))).hasMessageContaining("\"my.flag\"");
        assertThatThrownBy(() -> request(List.of("a"), Map.of("FLAG", "\0"))).hasMessageContaining("\"FLAG\"");
    }

    private static LaunchRequest request(List<String> argv, Map<String, String> environment) {
        return new LaunchRequest(
                UUID.randomUUID(), UUID.randomUUID(), 1, Path.of("/trial"), argv, environment, Pools.cpu());
    }
}
