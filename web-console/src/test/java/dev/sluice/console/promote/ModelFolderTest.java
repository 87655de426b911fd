package dev.sluice.console.promote;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which model folders are handed over, and what is said of the others. */
class ModelFolderTest {
    /** What `mlflow.pyfunc.save_model` of MLflow 3.17 wrote for a model with code and an artifact. */
    private static final String SAVED = """
            flavors:
              python_function:
                artifacts:
                  table:
                    path: artifacts/table.csv
                    uri: data/table.csv
                cloudpickle_version: 3.1.2
                code: code
                env:
                  conda: conda.yaml
                  virtualenv: python_env.yaml
                loader_module: mlflow.pyfunc.model
                python_model: python_model.pkl
                python_version: 3.11.7
                streamable: false
            mlflow_version: 3.17.0
            model_id: null
            model_size_bytes: 1432
            model_uuid: fb53fbd3336c4defa27eba665e598453
            prompts: null
            utc_time_created: '2026-11-23 07:06:33.445114'
            """;

    @TempDir
    Path parent;

    private Path folder;

    @BeforeEach
    void write() throws IOException {
        folder = Files.createDirectory(parent.resolve("model"));
        Files.writeString(folder.resolve("MLmodel"), SAVED);
        Files.writeString(folder.resolve("conda.yaml"), "name: mlflow-env\n");
        Files.writeString(folder.resolve("python_env.yaml"), "python: 3.11.7\n");
        Files.writeString(folder.resolve("python_model.pkl"), "pickled");
        Files.writeString(Files.createDirectory(folder.resolve("code")).resolve("layers.py"), "pass\n");
        Files.writeString(Files.createDirectory(folder.resolve("artifacts")).resolve("table.csv"), "1\n");
    }

    private String fault() throws IOException {
        return ModelFolder.fault(folder).orElse("");
    }

    private void mlmodel(String text) throws IOException {
        Files.writeString(folder.resolve("MLmodel"), text);
    }

    @Test
    void takesWhatMlflowWrites() throws IOException {
        assertThat(fault()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"python_model.pkl", "conda.yaml", "artifacts/table.csv", "code/layers.py"})
    void missesAFileThatAFlavorNames(String name) throws IOException {
        Files.delete(folder.resolve(name));

        assertThat(fault())
                .contains("which the flavor python_function of MLmodel names as its `")
                .matches(".*(is not in the folder|is an empty folder, and MLflow stores files alone)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ../model/python_model.pkl/../..      | leads out of the folder
            ../trial.json                        | leads out of the folder
            /etc/hostname                        | leads out of the folder
            weights.bin                          | is not in the folder
            """)
    void followsNoPathOutOfTheFolder(String path, String said) throws IOException {
        Files.writeString(parent.resolve("trial.json"), "{}");
        mlmodel(SAVED.replace("python_model: python_model.pkl", "python_model: " + path));

        assertThat(fault())
                .isEqualTo("%s, which the flavor python_function of MLmodel names as its `python_model`, %s"
                        .formatted(path, said));
    }

    @Test
    void showsNothingThatAliasesMakeEndless() throws IOException {
        mlmodel("flavors: &a [[*a]]\n");
        assertThat(fault()).endsWith("was a list");

        var text = new StringBuilder("a0: &a0 [x, y, z]\n");
        for (int i = 1; i <= 16; i++) {
            text.append("a%d: &a%d [*a%d, *a%d, *a%d]\n".formatted(i, i, i - 1, i - 1, i - 1));
        }
        mlmodel(text + "flavors: *a16\n");
        assertThat(fault()).endsWith("was a list");
        mlmodel(SAVED.replace("loader_module: ", "loader_module: &a [*a]\n    x: "));
        assertThat(fault()).endsWith("must name its `loader_module`, was a list");
    }

    @Test
    void takesALinkToAFileOfTheModelAndNoOther() throws IOException {
        var link = folder.resolve("link");
        Files.createSymbolicLink(link, Path.of("python_model.pkl"));
        assertThat(fault()).isEmpty();

        Files.delete(link);
        Files.createSymbolicLink(link, Files.writeString(parent.resolve("secret"), "s"));
        assertThat(fault()).isEqualTo("link in it is a link that leads out of the folder");

        Files.delete(link);
        Files.createSymbolicLink(link, Path.of("code"));
        assertThat(fault()).isEqualTo("link in it is a link to a folder, and such are not followed");

        Files.delete(link);
        Files.createSymbolicLink(link, Path.of("link"));
        assertThat(fault()).isEqualTo("link in it is a link that leads nowhere");
    }

    @Test
    void aFolderThatIsALinkWouldBeStoredEmpty() throws IOException {
        var link = Files.createSymbolicLink(parent.resolve("other"), folder);

        assertThat(ModelFolder.fault(link))
                .contains("its folder other is a link; the files must lie in the folder itself");
    }

    @Test
    void waitsForNoPipe() throws Exception {
        Files.delete(folder.resolve("python_model.pkl"));
        var made =
                new ProcessBuilder("mkfifo", folder.resolve("python_model.pkl").toString()).start();
        assertThat(made.waitFor(10, TimeUnit.SECONDS) && made.exitValue() == 0).isTrue();

        assertThat(fault()).isEqualTo("python_model.pkl in it is neither a file nor a folder");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                                                        | MLmodel names no flavor: `flavors` must be a mapping of at least one, such as python_function, was missing
            'flavors: {}'                                             | MLmodel names no flavor: `flavors` must be a mapping of at least one, such as python_function, was {}
            'flavors: onnx'                                           | MLmodel names no flavor: `flavors` must be a mapping of at least one, such as python_function, was onnx
            'flavors: {onnx: model}'                                  | the flavor onnx of MLmodel must be a mapping, was model
            'flavors: {sklearn: {pickled_model: python_model.pkl}}'   | MLmodel has no flavor python_function, by which mlflow.pyfunc.load_model loads; it has [sklearn]
            'flavors: {python_function: {data: python_model.pkl}}'    | the flavor python_function of MLmodel must name its `loader_module`, was missing
            'flavors: {python_function: {loader_module: m}'           | MLmodel is not valid YAML: expected ',' or '}', but got <stream end> (line 1, column 46)
            '{flavors: {python_function: {loader_module: m}}}'        | MLmodel must be one mapping in block style from the first column on, as MLflow writes it: the model's id is added at its end
            '!!python/object/apply:os.system [ls]'                    | MLmodel must be one mapping in block style from the first column on, as MLflow writes it: the model's id is added at its end
            """)
    void saysWhatIsWrongWithTheDescription(String text, String said) throws IOException {
        mlmodel(text);

        assertThat(fault()).isEqualTo(said);
    }

    @Test
    void buildsNothingOfWhatIsMeantToBurst() throws IOException {
        mlmodel("a: " + "[".repeat(500_000));
        assertThat(fault()).startsWith("MLmodel is nested more than 50 levels deep");

        var bomb = new StringBuilder("a0: &a0 [x, x]\n");
        for (int i = 1; i < 40; i++) {
            bomb.append("a%d: &a%d [*a%d, *a%d, *a%d, *a%d]\n".formatted(i, i, i - 1, i - 1, i - 1, i - 1));
        }
        mlmodel(bomb.toString());
        assertThat(fault()).startsWith("MLmodel is not valid YAML: Number of aliases");

        mlmodel("flavors: {a: !!javax.script.ScriptEngineManager {}}\n");
        assertThat(fault()).startsWith("MLmodel is not valid YAML: could not determine a constructor");

        mlmodel("#".repeat((1 << 20) + 1));
        assertThat(fault()).isEqualTo("MLmodel is longer than 1048576 bytes");

        Files.write(folder.resolve("MLmodel"), "flavors: {ü: {}}".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(fault()).isEqualTo("MLmodel is not UTF-8 text");
    }
}
