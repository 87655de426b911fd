package dev.sluice.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataRootTest {
    @TempDir
    Path folder;

    private Path root;

    @BeforeEach
    void fill() throws IOException {
        root = Files.createDirectory(folder.resolve("root"));
        Files.writeString(root.resolve("inside.csv"), "x,y\n");
        Files.writeString(folder.resolve("outside.csv"), "x,y\n");
        Files.createDirectory(root.resolve("set"));
    }

    @Test
    void findsWhatLiesInIt() {
        assertThat(new DataRoot(root).find("inside.csv")).isRegularFile();
        assertThat(new DataRoot(root).find("set")).isDirectory();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../outside.csv",
                "..",
                ".",
                "",
                "/etc/passwd",
                "set/../inside.csv",
                "set/x",
                "set\\x",
                "~",
                "in side",
                ".hidden",
                "inside.csv\u0000",
                "%2e%2e",
                "-x",
                "ｅ"
            })
    void takesNoPaths(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DataRoot(root).find(name))
                .withMessageContaining("it is no path");
    }

    @Test
    void followsNoLinkOutOfIt() throws IOException {
        Files.createSymbolicLink(root.resolve("out.csv"), folder.resolve("outside.csv"));
        Files.createSymbolicLink(root.resolve("up"), folder);
        Files.createSymbolicLink(root.resolve("in.csv"), root.resolve("inside.csv"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DataRoot(root).find("out.csv"))
                .withMessage("data \"out.csv\" is a link out of the folder of data sets");
        assertThatIllegalArgumentException().isThrownBy(() -> new DataRoot(root).find("up"));
        assertThat(new DataRoot(root).find("in.csv")).isRegularFile();
    }

    @Test
    void readsNoLinksInADataSet() throws IOException {
        Files.createSymbolicLink(root.resolve("set/train.csv"), folder.resolve("outside.csv"));
        Files.createDirectories(root.resolve("images/a"));
        Files.createSymbolicLink(root.resolve("images/b"), folder);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> TableSet.read(
                        new DataRoot(root),
                        "set",
                        new TableSet.Reading(
                                "y", true, java.util.Map.of(), java.util.Set.of(), ',', new Shares(0.2, 0.2, 0))))
                .withMessageContaining("is a link");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ImageSets.read(
                        new DataRoot(root), "images", new ImageSets.Reading(8, true, new Shares(0.2, 0.2, 0))))
                .withMessageContaining("is a link");
    }
}
