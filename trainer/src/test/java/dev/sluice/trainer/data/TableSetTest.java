package dev.sluice.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.trainer.data.Preparation.CategoryColumn;
import dev.sluice.trainer.data.Preparation.NumberColumn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableSetTest {
    @TempDir
    Path root;

    private TableSet read(String name, String target, boolean isClassification, Map<String, String> kinds) {
        return TableSet.read(
                new DataRoot(root),
                name,
                new TableSet.Reading(target, isClassification, kinds, Set.of("NA"), ',', new Shares(0.2, 0.2, 0)));
    }

    /** A folder whose validation and test rows are far off its training rows. */
    private void parted() throws IOException {
        Path folder = Files.createDirectory(root.resolve("parted"));
        SampleData.text(folder, "train.csv", "x,c,y\n1,a,0\n,b,1\n3,a,0\n8,b,1\n");
        SampleData.text(folder, "validation.csv", "x,c,y\n1000,z,0\n");
        SampleData.text(folder, "test.csv", "x,c,y\n-1000,a,1\n,,1\n");
    }

    @Test
    void fitsToTheTrainingRowsAlone() throws IOException {
        parted();

        TableSet table = read("parted", "y", true, Map.of());

        Preparation.Columns columns = (Preparation.Columns) table.form().input();
        NumberColumn number = (NumberColumn) columns.columns().get(0);
        assertThat(number.fill()).isEqualTo(3); // the median of 1, 3, 8; with the others it would be another
        assertThat(number.mean()).isCloseTo(3.75, within(1e-12));
        assertThat(number.deviation())
                .isCloseTo(Math.sqrt((2.75 * 2.75 + 2 * 0.75 * 0.75 + 4.25 * 4.25) / 4), within(1e-12));
        assertThat(columns.columns().get(1)).isEqualTo(new CategoryColumn("c", List.of("a", "b")));
        assertThat(table.form().output()).isEqualTo(new Target.Classes(List.of("0", "1")));
        float fill = (float) ((3 - number.mean()) / number.deviation());
        assertThat(table.train().features()[3]).isEqualTo(fill);
        assertThat(table.validation().features())
                .containsExactly((float) ((1000 - number.mean()) / number.deviation()), 0, 0);
        assertThat(table.test().features())
                .containsExactly((float) ((-1000 - number.mean()) / number.deviation()), 1, 0, fill, 0, 0);
    }

    @Test
    void normalisesARegressionsTargetByItsTrainingRows() throws IOException {
        parted();

        TableSet table = read("parted", "y", false, Map.of("x", "ignore"));

        assertThat(table.form().output()).isEqualTo(new Target.Quantity(0.5, 0.5));
        assertThat(table.train().targets()).containsExactly(-1, 1, -1, 1);
        assertThat(table.test().targets()).containsExactly(1, 1);
        assertThat(table.train().features()).containsExactly(1, 0, 0, 1, 1, 0, 0, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("parted", "x", false, Map.of()))
                .withMessageStartingWith("train.csv, line 3, column \"x\": the cell is empty");
    }

    @Test
    void givesEachClassItsShareAndDrawsAlikeEachTime() {
        SampleData.exams(root, "exams.csv", 200);

        TableSet one = read("exams.csv", "passed", true, Map.of("id", "ignore"));
        TableSet two = read("exams.csv", "passed", true, Map.of("id", "ignore"));

        assertThat(one.test().labels()).isEqualTo(two.test().labels());
        assertThat(one.test().features()).isEqualTo(two.test().features());
        assertThat(one.origin()).isEqualTo(two.origin());
        assertThat(one.train().labels().length
                        + one.validation().labels().length
                        + one.test().labels().length)
                .isEqualTo(200);
        assertThat(one.test().labels().length).isBetween(38, 40);
        assertThat(((Preparation.Columns) one.form().input()).columns())
                .extracting(Preparation.Column::name)
                .containsExactly("hours", "born", "city", "grade");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x,y;1,a;2,a;3,a;4,a;5,a | data.csv | y | column \"y\" must have at least two classes",
                "x,y                    | data.csv | y | data \"data.csv\" has too few rows: 0 to train on",
                "x,y;1,a;2,b;3          | data.csv | y | data.csv, line 4 has 1 cells, the header names 2 columns",
                "x,x;1,a                | data.csv | y | the header must name each column once",
                "x,y;1,a;2,b            | data.csv | z | options.target: data.csv has no column \"z\"",
                "x,y;1,a;2,             | data.csv | y | data.csv, line 3, column \"y\": the cell is empty",
                "x,y;\"1,a              | data.csv | y | data.csv, line 2: a quote is not closed",
                "x,y;\"1\"2,a           | data.csv | y | data.csv, line 2: nothing but a delimiter may follow",
                "x,y;1,a                | other.csv | y | data \"other.csv\" is no data set of this service; there are data.csv",
                "x,y;1,a                | dat.csv  | y | (did you mean \"data.csv\"?)",
                "label,y;1,a;2,b;3,a;4,b;5,a;6,b;7,a;8,b;9,a;10,b | data.csv | y | has a name that the exported model needs",
            })
    void saysWhatIsWrong(String text, String name, String target, String said) {
        SampleData.text(root, "data.csv", text.replace(';', '\n'));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(name, target, true, Map.of()))
                .withMessageContaining(said);
    }

    @Test
    void namesLineAndColumnOfACellThatIsNoNumber() throws IOException {
        parted();
        SampleData.text(root.resolve("parted"), "test.csv", "x,c,y\n1,a,0\n\n1 m,a,1\n");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("parted", "y", true, Map.of()))
                .withMessageStartingWith("test.csv, line 4, column \"x\": \"1 m\" is no number");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("parted", "y", true, Map.of("x", "numbr")))
                .withMessage("options.columns.x must be number, category or ignore, was \"numbr\"");
    }

    @Test
    void readsQuotesLineEndsAndAByteOrderMark() {
        CsvTable table = CsvTable.read(
                "t.csv",
                "\uFEFFa;b\r\n\"x;\"\"y\"\"\nz\" ; 2 \r\n\r\n;\"\"\n".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                ';');

        assertThat(table.header()).containsExactly("a", "b");
        assertThat(table.rows()).isEqualTo(2);
        assertThat(table.cell(0, 0)).isEqualTo("x;\"y\"\nz");
        assertThat(table.cell(0, 1)).isEqualTo("2");
        assertThat(table.where(1, 1)).isEqualTo("t.csv, line 5, column \"b\"");
    }

    @Test
    void normalisesNumbersWhoseSquaresNoDoubleHolds() throws IOException {
        StringBuilder text = new StringBuilder("x,y\n");
        for (int row = 0; row < 20; row++) {
            text.append(row % 2 == 0 ? "1.5e308" : "-1.5e308")
                    .append(",")
                    .append(row % 2 == 0 ? "1e-300\n" : "-1e-300\n");
        }
        Files.writeString(root.resolve("huge.csv"), text);

        TableSet table = read("huge.csv", "y", false, Map.of());

        for (float value : table.train().features()) {
            assertThat(Math.abs(value)).isBetween(0.5f, 2f);
        }
        for (float value : table.train().targets()) {
            assertThat(Math.abs(value)).isBetween(0.5f, 2f);
        }
    }

    @Test
    void namesTheCellThatSinglePrecisionDoesNotHold() throws IOException {
        Path folder = Files.createDirectory(root.resolve("far"));
        SampleData.text(folder, "train.csv", "x,y\n1,0\n2,1\n3,0\n4,1\n");
        SampleData.text(folder, "validation.csv", "x,y\n1,1\n1e200,0\n");
        SampleData.text(folder, "test.csv", "x,y\n1,1\n");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("far", "y", true, Map.of()))
                .withMessageStartingWith("validation.csv, line 3, column \"x\": \"1e200\" is too far from");
    }

    @Test
    void takesTheTargetForWhatTheTaskPredicts() throws IOException {
        parted();

        assertThat(read("parted", "y", true, Map.of("y", "category")).form().output())
                .isInstanceOf(Target.Classes.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("parted", "y", true, Map.of("y", "ignore")))
                .withMessage("options.columns.y is ignore, but that column is the target, which this task takes for a"
                        + " category; leave it out");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("parted", "y", false, Map.of("y", "nonsense")))
                .withMessageContaining("must be number, category or ignore");
    }

    @Test
    void saysThatAClassIsTooRareForFolds() throws IOException {
        StringBuilder text = new StringBuilder("x,y\n0,rare\n");
        for (int row = 0; row < 30; row++) {
            text.append(row).append(row % 2 == 0 ? ",a\n" : ",b\n");
        }
        Files.writeString(root.resolve("rare.csv"), text);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> {
                    for (int fold = 0; fold < 5; fold++) {
                        TableSet.read(
                                new DataRoot(root),
                                "rare.csv",
                                new TableSet.Reading(
                                        "y",
                                        true,
                                        Map.of(),
                                        Set.of(),
                                        ',',
                                        new Shares(0.2, 0.2, 0),
                                        java.util.Optional.of(new Fold(fold, 5, 0))));
                    }
                })
                .withMessageContaining("with folds a class needs two rows that are not for testing");
    }
}
