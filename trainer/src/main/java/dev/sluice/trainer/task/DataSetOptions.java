package dev.sluice.trainer.task;

import dev.sluice.trainer.data.Shares;
import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.OptionSpec.Range;
import dev.sluice.trainer.option.Options;
import java.util.ArrayList;
import java.util.List;

/** The options of every task on a data set of the operator's: which one it is, and how it is split. */
final class DataSetOptions {
    private DataSetOptions() {}

    /** These options, with a task's own ones between. */
    static List<OptionSpec> with(List<OptionSpec> own) {
        List<OptionSpec> options = new ArrayList<>();
        options.add(
                OptionSpec.requiredText("data", "Name of a data set in the service's folder of data sets; no path."));
        options.addAll(own);
        options.add(OptionSpec.real(
                "validation", "Share to validate on, where the data set does not say.", 0.15, Range.halfOpen(0, 1)));
        options.add(OptionSpec.real(
                "test", "Share to test on, where the data set does not say.", 0.15, Range.halfOpen(0, 1)));
        options.add(OptionSpec.whole(
                "split_seed",
                "Decides which rows these are: the same for all trials of a sweep.",
                0,
                Range.closed(0, Integer.MAX_VALUE)));
        return List.copyOf(options);
    }

    /** How the data set is split. */
    static Shares shares(Options given) {
        return new Shares(given.real("validation"), given.real("test"), given.whole("split_seed"));
    }
}
