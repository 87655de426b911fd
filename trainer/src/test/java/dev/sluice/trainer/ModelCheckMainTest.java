package dev.sluice.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.trainer.checkpoint.Tensor;
import dev.sluice.trainer.export.OnnxExporter;
import dev.sluice.trainer.network.Layer;
import dev.sluice.trainer.network.NetSpec;
import dev.sluice.trainer.protocol.ModelCheckCommand;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that doubles its two inputs and adds a bias, and samples that are right, wrong and nonsense. */
class ModelCheckMainTest {
    private static final NetSpec NETWORK = NetSpec.of(2, List.of(new Layer.Dense(2)));

    @TempDir
    Path folder;

    private Path graph;

    @BeforeEach
    void export() throws IOException {
        graph = Files.write(folder.resolve("graph"), doubling(0));
    }

    private static byte[] doubling(float bias) {
        return OnnxExporter.export(
                NETWORK,
                Map.of(
                        NETWORK.parameters().get(0).name(),
                        Tensor.ofFloats(NETWORK.parameters().get(0).shape(), new float[] {2, 0, 0, 2}),
                        NETWORK.parameters().get(1).name(),
                        Tensor.ofFloats(NETWORK.parameters().get(1).shape(), new float[] {0, bias})));
    }

    private Path sample(String outputs) throws IOException {
        return Files.writeString(
                folder.resolve("sample"), "{\"inputs\": [[1, 2], [3, 0.25]], \"outputs\": " + outputs + "}");
    }

    @Test
    void agreesWithWhatTheTrainerSaid() throws IOException {
        ModelCheckMain.Answer answer = ModelCheckMain.check(graph, sample("[[2, 4], [6, 0.5]]"));

        assertThat(answer.code()).as(answer.sentence()).isEqualTo(ModelCheckCommand.EXIT_AGREES);
        assertThat(answer.sentence())
                .isEqualTo("2 predictions agree with the trainer's own, largest difference 0.0 of 1.0E-4 let pass");
    }

    @Test
    void saysWhereAModelAnswersOtherwise() throws IOException {
        Files.write(graph, doubling(0.25f));

        ModelCheckMain.Answer answer = ModelCheckMain.check(graph, sample("[[2, 4], [6, 0.5]]"));

        assertThat(answer.code()).isEqualTo(ModelCheckCommand.EXIT_DIFFERS);
        assertThat(answer.sentence())
                .isEqualTo("largest difference 0.25 at sample 1: 0.75 where the trainer gave 0.5, 1.0E-4 is let pass");
    }

    @Test
    void takesNotANumberForADifference() throws IOException {
        Files.write(graph, doubling(Float.NaN));

        ModelCheckMain.Answer answer = ModelCheckMain.check(graph, sample("[[2, 4], [6, 0.5]]"));

        assertThat(answer.code()).isEqualTo(ModelCheckCommand.EXIT_DIFFERS);
        assertThat(answer.sentence()).startsWith("largest difference NaN at sample 0");
    }

    @Test
    void saysWhenAModelDoesNotRun() throws IOException {
        Files.writeString(graph, "no graph");

        assertThat(ModelCheckMain.check(graph, sample("[[2, 4], [6, 0.5]]")).code())
                .isEqualTo(ModelCheckCommand.EXIT_DIFFERS);
    }

    @Test
    void saysWhenASampleMakesNoSense() throws IOException {
        ModelCheckMain.Answer answer = ModelCheckMain.check(graph, sample("[[2, 4]]"));

        assertThat(answer.code()).isEqualTo(ModelCheckCommand.EXIT_INVALID);
        assertThat(answer.sentence()).contains("was 2 and 1");
    }

    @Test
    void isAProcessWithOneLineAndACode() throws Exception {
        ArrayList<String> command = new ArrayList<>(ModelCheckCommand.arguments(
                Path.of(System.getProperty("java.home")),
                Path.of("unpacked"),
                graph,
                sample("[[2, 4], [6, 0.5]]"),
                Duration.ofMinutes(2)));
        int classPath = command.indexOf("-cp") + 1;
        assertThat(command.get(classPath)).endsWith("unpacked" + File.separator + "*");
        command.set(classPath, System.getProperty("java.class.path"));
        command.add(1, "-Djava.io.tmpdir=" + folder); // libraries unpacked there go with the folder
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear();
        Process process = builder.start();

        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(said).isEqualTo(ModelCheckCommand.EXIT_AGREES);
        assertThat(said).startsWith("2 predictions agree").hasLineCount(1);
    }
}
