package dev.sluice.trainer.callback;

import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.Options;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A kind of callback that a sweep file can declare by its type and options. */
public interface CallbackType {
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

    /** This type as a catalogue lists it: {@code {type, doc, options}}. */
    default Map<String, Object> toTree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("type", type());
        tree.put("doc", doc());
        tree.put("options", options().stream().map(OptionSpec::toSchemaTree).toList());
        return tree;
    }
}
