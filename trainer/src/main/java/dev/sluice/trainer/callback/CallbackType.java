package dev.sluice.trainer.callback;

import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.Options;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A kind of callback that a sweep file can declare by its type and options. Types beside those that come with the
 * trainer are found by {@link java.util.ServiceLoader}: a class with a public constructor without parameters, named in
 * {@code META-INF/services/dev.sluice.trainer.callback.CallbackType} of a jar on the trial's class path.
 */
public interface CallbackType {
    /** The option of how many steps a callback is told one. */
    String EVERY_STEPS = "everySteps";

    /** The option after how many failures a callback is switched off. */
    String MOST_FAILURES = "maxFailures";

    /** The word for it in a sweep file, e.g. {@code early-stopping}. */
    String type();

    /** What it does, in one sentence. */
    String doc();

    /** The options it takes. */
    List<OptionSpec> options();

    /**
     * Makes a callback.
     *
     * @param name the name that the callback must carry
     * @param options checked against {@link #options()}
     * @throws IllegalArgumentException if the options make no sense in this trial, saying why
     */
    Callback create(String name, Options options, CallbackSetting setting);

    /** True if it makes sense to tell it of one step in several alone; then it can be given {@code everySteps}. */
    default boolean canSkipSteps() {
        return false;
    }

    /** The options it takes, and those that every callback takes. */
    default List<OptionSpec> allOptions() {
        List<OptionSpec> all = new ArrayList<>(options());
        if (canSkipSteps()) {
            all.add(OptionSpec.whole(
                    EVERY_STEPS, "Of how many steps it is told one.", 1, OptionSpec.Range.closed(1, 1_000_000_000)));
        }
        all.add(OptionSpec.whole(
                MOST_FAILURES,
                "Failures after which it is told nothing more; training goes on after each.",
                CallbackLink.MOST_FAILURES,
                OptionSpec.Range.closed(1, 1_000_000_000)));
        return all;
    }

    /** This type as a catalogue lists it: {@code {type, doc, options}}. */
    default Map<String, Object> toTree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("type", type());
        tree.put("doc", doc());
        tree.put("options", allOptions().stream().map(OptionSpec::toSchemaTree).toList());
        return tree;
    }
}
