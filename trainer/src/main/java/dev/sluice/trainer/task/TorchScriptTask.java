package dev.sluice.trainer.task;

import dev.sluice.trainer.data.Fold;
import dev.sluice.trainer.data.ImageSet;
import dev.sluice.trainer.data.ModelForm;
import dev.sluice.trainer.data.Preparation;
import dev.sluice.trainer.data.RawInputs;
import dev.sluice.trainer.data.TableSet;
import dev.sluice.trainer.data.Target;
import dev.sluice.trainer.network.LossSpec;
import dev.sluice.trainer.network.ScriptedNetwork;
import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.OptionSpec.Range;
import dev.sluice.trainer.option.Options;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Trains a TorchScript module that somebody else has made: to tell classes of images or of a table's rows apart, or to predict a
 * number in a table.
 */
final class TorchScriptTask implements TrainingTask {
    private static final long MOST_BYTES = 1L << 30;
    private static final String NORMALISED = "normalised";

    private static final OptionSpec MODULE = OptionSpec.requiredText(
            "module", "Name of a TorchScript file in the service's folder of data sets; no path.");

    private static final List<OptionSpec> OF_TABLES =
            List.of(TabularTask.COLUMNS, TabularTask.MISSING, TabularTask.DELIMITER);

    private static final List<OptionSpec> OF_IMAGES = List.of(
            ImageClassificationTask.SIZE,
            ImageClassificationTask.COLOR,
            OptionSpec.choice(
                    "pixels",
                    "What the module sees of an image's bytes: numbers from 0 to 1, from 0 to 255, or with mean 0 and"
                            + " deviation 1 over the training images.",
                    "unit",
                    List.of("unit", "bytes", NORMALISED)));

    private static final List<OptionSpec> OF_CLASSES = DataSetOptions.with(Stream.of(
                    List.of(
                            MODULE,
                            OptionSpec.text(
                                    "target",
                                    "The column that is predicted, of a table; left out, the data are images.")),
                    OF_TABLES,
                    OF_IMAGES)
            .flatMap(List::stream)
            .toList());

    private static final List<OptionSpec> OF_NUMBERS =
            DataSetOptions.with(Stream.of(List.of(MODULE, TabularTask.TARGET), OF_TABLES)
                    .flatMap(List::stream)
                    .toList());

    private final boolean isClassification;

    private TorchScriptTask(boolean isClassification) {
        this.isClassification = isClassification;
    }

    /** Tells classes apart, by cross-entropy of logits. */
    static TorchScriptTask classification() {
        return new TorchScriptTask(true);
    }

    /** Predicts a number in a table. */
    static TorchScriptTask regression() {
        return new TorchScriptTask(false);
    }

    @Override
    public String name() {
        return isClassification ? "torchscript" : "torchscript-regression";
    }

    @Override
    public String doc() {
        return isClassification
                ? "A TorchScript module of one's own that tells classes apart, of images or of a table's rows."
                : "A TorchScript module of one's own that predicts a number in a table.";
    }

    @Override
    public List<OptionSpec> options() {
        return isClassification ? OF_CLASSES : OF_NUMBERS;
    }

    @Override
    public List<Model> models() {
        List<OptionSpec> parameters = new ArrayList<>(List.of(
                OptionSpec.whole("batch_size", "Rows in a batch.", 64, Range.closed(1, 65_536)),
                OptionSpec.whole("epochs", "Passes over the training rows.", 10, Range.closed(1, 100_000))));
        parameters.addAll(TabularTask.lossOptions(isClassification));
        parameters.addAll(FittingOptions.DECLARED);
        return List.of(
                new Model("module", "The module that the options name, with the weights in its file.", parameters));
    }

    @Override
    public List<String> epochMetrics() {
        return isClassification ? TrainingTask.super.epochMetrics() : TabularTask.EPOCH_METRICS_OF_NUMBERS;
    }

    @Override
    public List<String> finalMetrics() {
        return isClassification ? TrainingTask.super.finalMetrics() : TabularTask.FINAL_METRICS_OF_NUMBERS;
    }

    @Override
    public TrainingPlan plan(String model, Map<String, ?> params, TaskSetting setting) {
        return fitted(model, params, setting, List.of(Optional.empty())).getFirst();
    }

    @Override
    public List<TrainingPlan> plans(String model, Map<String, ?> params, TaskSetting setting, List<Fold> folds) {
        return fitted(model, params, setting, folds.stream().map(Optional::of).toList());
    }

    private List<TrainingPlan> fitted(
            String model, Map<String, ?> params, TaskSetting setting, List<Optional<Fold>> folds) {
        Options options = parameters(model, params);
        Options own = options(setting);
        byte[] file = module(setting, own.text("module"));
        LossSpec loss = TabularTask.loss(options, isClassification);
        requireOneKind(setting, own);
        if (own.optionalText("target").isPresent()) {
            return folds.stream()
                    .map(fold -> ofTable(setting, own, options, file, loss, fold))
                    .toList();
        }
        ImageSet images = ImageClassificationTask.images(setting, own);
        long seed = DataSetOptions.shares(own).seed();
        return folds.stream()
                .map(fold -> ofImages(
                        own,
                        options,
                        file,
                        loss,
                        fold.map(one -> images.fold(one, seed)).orElse(images)))
                .toList();
    }

    /** What is said of images says nothing of a table, and the other way round. */
    private static void requireOneKind(TaskSetting setting, Options own) {
        boolean isTable = own.optionalText("target").isPresent();
        for (OptionSpec option : isTable ? OF_IMAGES : OF_TABLES) {
            if (setting.options().get(option.name()) != null) {
                throw own.wrong(option.name()
                        + (isTable
                                ? " is of images, and the data are a table as there is a target"
                                : " is of tables, and the data are images as there is no target"));
            }
        }
    }

    private static byte[] module(TaskSetting setting, String name) {
        Path file = setting.requiredDataRoot().find("module", name);
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > MOST_BYTES) {
                throw new IllegalArgumentException("module \"" + name + "\" must be a TorchScript file of at most "
                        + MOST_BYTES + " bytes, was "
                        + (Files.isDirectory(file) ? "a folder" : "one of " + Files.size(file)));
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException("module \"" + name + "\" cannot be read", e);
        }
    }

    private TrainingPlan ofTable(
            TaskSetting setting, Options own, Options options, byte[] file, LossSpec loss, Optional<Fold> fold) {
        TableSet table = TabularTask.table(setting, own, isClassification, fold);
        int width = table.form().input().numbers();
        return new FittingOptions(options)
                .plan(
                        new ScriptedNetwork(own.text("module"), file, List.of(width), 0, 1, outputs(table.form())),
                        TabularTask.rows(table.train(), width, isClassification),
                        TabularTask.rows(table.validation(), width, isClassification),
                        TabularTask.rows(table.test(), width, isClassification),
                        loss,
                        table.form(),
                        table.test().raw(),
                        Optional.of(table.origin()));
    }

    private static TrainingPlan ofImages(Options own, Options options, byte[] file, LossSpec loss, ImageSet images) {
        Preparation.Pixels shape = images.shape();
        LabelledRows train = ImageClassificationTask.rows(images, images.parts().train());
        ModelForm form = new ModelForm(shape, new Target.Classes(images.classes()));
        float offset = 0;
        float factor = 1;
        switch (own.text("pixels")) {
            case "unit" -> factor = 1 / 255f;
            case NORMALISED -> {
                var rescaling = ImageClassificationTask.rescaling(train);
                offset = rescaling.offset();
                factor = rescaling.factor();
            }
            default -> {} // as they are
        }
        return new FittingOptions(options)
                .plan(
                        new ScriptedNetwork(
                                own.text("module"),
                                file,
                                List.of(shape.channels(), shape.height(), shape.width()),
                                offset,
                                factor,
                                outputs(form)),
                        train,
                        ImageClassificationTask.rows(images, images.parts().validation()),
                        ImageClassificationTask.rows(images, images.parts().test()),
                        loss,
                        form,
                        new RawInputs.Pixels(images.pixels(), shape)
                                .some(images.parts().test()),
                        Optional.of(images.origin()));
    }

    private static int outputs(ModelForm form) {
        return switch (form.output()) {
            case Target.Classes classes -> classes.names().size();
            case Target.Quantity ignored -> 1;
        };
    }
}
