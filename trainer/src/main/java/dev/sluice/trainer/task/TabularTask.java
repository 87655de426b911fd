package dev.sluice.trainer.task;

import dev.sluice.trainer.data.Fold;
import dev.sluice.trainer.data.TableSet;
import dev.sluice.trainer.data.Target;
import dev.sluice.trainer.network.LossSpec;
import dev.sluice.trainer.network.Networks;
import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.OptionSpec.Range;
import dev.sluice.trainer.option.Options;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Predicts a column of a CSV file from its other columns: a class, or a number. */
final class TabularTask implements TrainingTask {
    static final OptionSpec TARGET = OptionSpec.requiredText("target", "The column that is predicted.");
    static final OptionSpec COLUMNS = OptionSpec.mapping(
            "columns",
            "What columns hold: number, category or ignore; the others hold numbers if all cells of the training rows are.");
    static final OptionSpec MISSING = OptionSpec.text(
            "missing", "Words, between commas, that stand for a missing number, besides an empty cell.", "NA,NaN,?");
    static final OptionSpec DELIMITER =
            OptionSpec.choice("delimiter", "What is between two cells.", "comma", List.of("comma", "semicolon", "tab"));

    private static final List<OptionSpec> OPTIONS = DataSetOptions.with(List.of(TARGET, COLUMNS, MISSING, DELIMITER));

    private static final List<OptionSpec> PARAMETERS = List.of(
            OptionSpec.whole("hidden", "Units of each hidden layer.", 64, Range.closed(1, 4096)),
            OptionSpec.whole("layers", "Hidden layers; 0: a linear model.", 2, Range.closed(0, 16)),
            OptionSpec.real(
                    "dropout", "Share of each hidden layer's units dropped while training.", 0, Range.halfOpen(0, 1)),
            OptionSpec.whole("batch_size", "Rows in a batch.", 64, Range.closed(1, 65_536)),
            OptionSpec.whole("epochs", "Passes over the training rows.", 30, Range.closed(1, 100_000)));

    private static final List<OptionSpec> OF_CLASSES = List.of(OptionSpec.real(
            "label_smoothing",
            "Share of each label that is spread over all classes while training.",
            0,
            Range.halfOpen(0, 1)));

    private static final List<OptionSpec> OF_NUMBERS = List.of(
            OptionSpec.choice(
                    "loss",
                    "What is made small: the mean of squared or absolute differences, or of Huber's.",
                    "squared",
                    List.of("squared", "absolute", "huber")),
            OptionSpec.real(
                    "huber_delta",
                    "Where Huber's loss turns from squared to absolute, in deviations of the target.",
                    1,
                    Range.above(0)));

    static final List<String> EPOCH_METRICS_OF_NUMBERS =
            List.of("train_loss", "learning_rate", "val_loss", "val_rmse", "val_mae", "val_r2", "epoch_seconds");
    static final List<String> FINAL_METRICS_OF_NUMBERS = List.of("test_loss", "test_mae", "test_r2", "test_rmse");

    private final boolean isClassification;

    private TabularTask(boolean isClassification) {
        this.isClassification = isClassification;
    }

    /** Predicts a class. */
    static TabularTask classification() {
        return new TabularTask(true);
    }

    /** Predicts a number. */
    static TabularTask regression() {
        return new TabularTask(false);
    }

    @Override
    public String name() {
        return isClassification ? "tabular-classification" : "tabular-regression";
    }

    @Override
    public String doc() {
        return "Rows of a CSV file, of numbers and categories: predicts "
                + (isClassification ? "the class in a column." : "the number in a column.");
    }

    @Override
    public List<OptionSpec> options() {
        return OPTIONS;
    }

    @Override
    public List<Model> models() {
        List<OptionSpec> parameters = new ArrayList<>(PARAMETERS);
        parameters.addAll(lossOptions(isClassification));
        parameters.addAll(FittingOptions.DECLARED);
        return List.of(new Model(
                "mlp", "A multi-layer perceptron over normalised numbers and one-hot categories.", parameters));
    }

    @Override
    public List<String> epochMetrics() {
        return isClassification ? TrainingTask.super.epochMetrics() : EPOCH_METRICS_OF_NUMBERS;
    }

    @Override
    public List<String> finalMetrics() {
        return isClassification ? TrainingTask.super.finalMetrics() : FINAL_METRICS_OF_NUMBERS;
    }

    @Override
    public TrainingPlan plan(String model, Map<String, ?> params, TaskSetting setting) {
        return plan(model, params, setting, Optional.empty());
    }

    @Override
    public List<TrainingPlan> plans(String model, Map<String, ?> params, TaskSetting setting, List<Fold> folds) {
        return folds.stream()
                .map(fold -> plan(model, params, setting, Optional.of(fold)))
                .toList();
    }

    private TrainingPlan plan(String model, Map<String, ?> params, TaskSetting setting, Optional<Fold> fold) {
        Options options = parameters(model, params);
        Options own = options(setting);
        TableSet table = table(setting, own, isClassification, fold);
        int width = table.form().input().numbers();
        int outputs = switch (table.form().output()) {
            case Target.Classes classes -> classes.names().size();
            case Target.Quantity ignored -> 1;
        };
        return new FittingOptions(options)
                .plan(
                        Networks.mlp(
                                width,
                                List.of(),
                                Collections.nCopies(options.whole("layers"), options.whole("hidden")),
                                (float) options.real("dropout"),
                                outputs),
                        rows(table.train(), width, isClassification),
                        rows(table.validation(), width, isClassification),
                        rows(table.test(), width, isClassification),
                        loss(options, isClassification),
                        table.form(),
                        table.test().raw(),
                        Optional.of(table.origin()));
    }

    /** The table that options like these name. */
    static TableSet table(TaskSetting setting, Options own, boolean isClassification, Optional<Fold> fold) {
        return TableSet.read(
                setting.requiredDataRoot(),
                own.text("data"),
                new TableSet.Reading(
                        own.text("target"),
                        isClassification,
                        own.mapping("columns"),
                        words(own.text("missing")),
                        switch (own.text("delimiter")) {
                            case "semicolon" -> ';';
                            case "tab" -> '\t';
                            default -> ',';
                        },
                        DataSetOptions.shares(own),
                        fold));
    }

    /** What says which loss it is. */
    static List<OptionSpec> lossOptions(boolean isClassification) {
        return isClassification ? OF_CLASSES : OF_NUMBERS;
    }

    /** The loss that {@link #lossOptions} name. */
    static LossSpec loss(Options options, boolean isClassification) {
        if (isClassification) {
            return new LossSpec.CrossEntropy(options.real("label_smoothing"));
        }
        return switch (options.text("loss")) {
            case "absolute" -> new LossSpec.MeanAbsolute();
            case "huber" -> new LossSpec.Huber(options.real("huber_delta"));
            default -> new LossSpec.MeanSquared();
        };
    }

    static LabelledRows rows(TableSet.Part part, int width, boolean isClassification) {
        return isClassification
                ? new LabelledRows(part.features(), width, part.labels())
                : LabelledRows.ofTargets(part.features(), width, part.targets());
    }

    private static Set<String> words(String text) {
        Set<String> words = new LinkedHashSet<>();
        Arrays.stream(text.split(",", -1)).map(String::strip).forEach(words::add);
        return words;
    }
}
