package dev.sluice.trainer.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrialCommandLineTest {
    @TempDir
    Path folder;

    private List<String> arguments() {
        return TrialCommandLine.arguments(Path.of("/jdk"), folder);
    }

    @Test
    void startsTheTrialOnTheFoldersJars() {
        assertThat(arguments())
                .startsWith("/jdk/bin/java")
                .endsWith("-cp", folder + "/*", "dev.sluice.trainer.TrialMain")
                .noneMatch(argument -> argument.contains("Archive"));
    }

    @Test
    void takesTheArchiveOfClassesWhereThereIsOne() throws IOException {
        Files.createFile(folder.resolve("trial.jsa"));

        assertThat(arguments())
                .containsSubsequence("-XX:SharedArchiveFile=" + folder + "/trial.jsa", "-cp")
                .as("an archive of another JDK is passed over, and no word about it gets into the trial's log")
                .contains("-Xshare:auto", "-Xlog:disable", "-Xlog:all=error:stderr");
    }
}
