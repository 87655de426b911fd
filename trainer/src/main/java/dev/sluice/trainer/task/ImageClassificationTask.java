package dev.sluice.trainer.task;

import dev.sluice.trainer.data.Fold;
import dev.sluice.trainer.data.ImageSet;
import dev.sluice.trainer.data.ImageSets;
import dev.sluice.trainer.data.ModelForm;
import dev.sluice.trainer.data.Preparation;
import dev.sluice.trainer.data.RawInputs;
import dev.sluice.trainer.data.Target;
import dev.sluice.trainer.network.Layer;
import dev.sluice.trainer.network.LossSpec;
import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.OptionSpec.Range;
import dev.sluice.trainer.option.Options;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tells the images of a data set of the operator's apart: a folder of class folders, or IDX files. */
final class ImageClassificationTask implements TrainingTask {
    static final OptionSpec SIZE = OptionSpec.whole(
            "size",
            "Pixels on each side of what images from files are brought to; those of IDX files stay as they are.",
            32,
            Range.closed(4, 1024));
    static final OptionSpec COLOR = OptionSpec.choice(
            "color",
            "Whether images from files are seen in color or in shades of grey; those of IDX files are grey.",
            "rgb",
            List.of("rgb", "grey"));

    private static final List<OptionSpec> OPTIONS = DataSetOptions.with(List.of(SIZE, COLOR));

    @Override
    public String name() {
        return "image-classification";
    }

    @Override
    public String doc() {
        return "Images of a data set: PNG and JPEG files in a folder for each class, or IDX files as MNIST's.";
    }

    @Override
    public List<OptionSpec> options() {
        return OPTIONS;
    }

    @Override
    public List<Model> models() {
        return ImageModels.of(65_536, "classes");
    }

    @Override
    public TrainingPlan plan(String model, Map<String, ?> params, TaskSetting setting) {
        return plan(model, parameters(model, params), images(setting, options(setting)));
    }

    @Override
    public List<TrainingPlan> plans(String model, Map<String, ?> params, TaskSetting setting, List<Fold> folds) {
        Options options = parameters(model, params);
        Options own = options(setting);
        ImageSet images = images(setting, own);
        long seed = DataSetOptions.shares(own).seed();
        return folds.stream()
                .map(fold -> plan(model, options, images.fold(fold, seed)))
                .toList();
    }

    /** The images that options like these name. */
    static ImageSet images(TaskSetting setting, Options own) {
        return ImageSets.read(
                setting.requiredDataRoot(),
                own.text("data"),
                new ImageSets.Reading(own.whole("size"), own.text("color").equals("rgb"), DataSetOptions.shares(own)));
    }

    private static TrainingPlan plan(String model, Options options, ImageSet images) {
        Preparation.Pixels shape = images.shape();
        LabelledRows train = rows(images, images.parts().train());
        return new FittingOptions(options)
                .plan(
                        ImageModels.network(
                                model,
                                options,
                                new Layer.Image(shape.channels(), shape.height(), shape.width()),
                                List.of(rescaling(train)),
                                images.classes().size()),
                        train,
                        rows(images, images.parts().validation()),
                        rows(images, images.parts().test()),
                        new LossSpec.CrossEntropy(options.real("label_smoothing")),
                        new ModelForm(shape, new Target.Classes(images.classes())),
                        new RawInputs.Pixels(images.pixels(), shape)
                                .some(images.parts().test()),
                        Optional.of(images.origin()));
    }

    static LabelledRows rows(ImageSet images, int[] places) {
        return LabelledRows.ofBytes(images.channelFirst(places), images.shape().numbers(), images.labels(places));
    }

    /** Brings the training images to mean 0 and deviation 1, over all pixels; the others by the same numbers. */
    static Layer.Rescale rescaling(LabelledRows train) {
        long[] counts = new long[256];
        for (byte each : train.bytes()) {
            counts[each & 0xff]++;
        }
        double sum = 0;
        double squares = 0;
        for (int value = 0; value < counts.length; value++) {
            sum += (double) value * counts[value];
            squares += (double) value * value * counts[value];
        }
        double mean = sum / train.bytes().length;
        double deviation = Math.sqrt(Math.max(0, squares / train.bytes().length - mean * mean));
        return new Layer.Rescale((float) mean, deviation > 0 ? (float) (1 / deviation) : 1);
    }
}
