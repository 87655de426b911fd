package dev.sluice.console.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GpuDetectionTest {
    private static final Gpu FIRST = new Gpu("GPU-5f1c", "NVIDIA A100-SXM4-80GB", 81920);
    private static final Gpu SECOND = new Gpu("GPU-77ab", "NVIDIA A100-SXM4-80GB", 81920);

    @TempDir
    Path folder;

    @BeforeEach
    void fakeNvidiaSmi() throws IOException {
        program("""
                #!/bin/sh
                [ "$1" = --query-gpu=index,uuid,name,memory.total ] || exit 9
                echo "0, GPU-5f1c, NVIDIA A100-SXM4-80GB, 81920"
                echo "1, GPU-77ab, NVIDIA A100-SXM4-80GB, 81920"
                """);
    }

    @Test
    void asksNvidiaSmi() {
        assertThat(detect(Map.of())).containsExactly(FIRST, SECOND);
    }

    @Test
    void aSettingComesFirst() {
        assertThat(GpuDetection.detect(Optional.of("1, 3"), Map.of("PATH", folder.toString())))
                .containsExactly(new Gpu("1", SECOND.name(), SECOND.memoryMebibytes()), new Gpu("3", "", 0));
        assertThat(GpuDetection.detect(Optional.of("none"), Map.of("PATH", folder.toString())))
                .isEmpty();
        assertThatThrownBy(() -> GpuDetection.detect(Optional.of("1,1"), Map.of()))
                .hasMessageContaining("\"1,1\"");
    }

    @Test
    void keepsToWhatTheServiceItselfMaySee() {
        assertThat(detect(Map.of("CUDA_VISIBLE_DEVICES", "1"))).containsExactly(SECOND);
        assertThat(detect(Map.of("CUDA_VISIBLE_DEVICES", "GPU-77,0"))).containsExactly(SECOND, FIRST);
        assertThat(detect(Map.of("CUDA_VISIBLE_DEVICES", ""))).isEmpty();
    }

    @Test
    void noNvidiaSmiIsNoError() {
        assertThat(GpuDetection.detect(Optional.empty(), Map.of("PATH", "/nowhere::\0")))
                .isEmpty();
        assertThat(GpuDetection.detect(Optional.empty(), Map.of())).isEmpty();
    }

    @Test
    void aFailingNvidiaSmiIsNoError() throws IOException {
        program("#!/bin/sh\necho 'NVIDIA-SMI has failed because it could not communicate with the driver'\nexit 9\n");

        assertThat(detect(Map.of())).isEmpty();
    }

    private List<Gpu> detect(Map<String, String> more) {
        Map<String, String> environment = new java.util.HashMap<>(more);
        environment.put("PATH", folder.toString());
        return GpuDetection.detect(Optional.empty(), environment);
    }

    private void program(String text) throws IOException {
        Path file = folder.resolve("nvidia-smi");
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
