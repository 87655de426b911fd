package dev.sluice.trainer.callback;

import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.Options;
import java.util.List;

/** A type of callback as data. */
record DeclaredType(String type, String doc, List<OptionSpec> options, boolean canSkipSteps, Making making)
        implements CallbackType {
    /** How a callback of the type is made; see {@link CallbackType#create}. */
    @FunctionalInterface
    interface Making {
        Callback make(String name, Options options, CallbackSetting setting);
    }

    DeclaredType {
        options = List.copyOf(options);
    }

    /** A type that is told of every step. */
    static CallbackType of(String type, String doc, List<OptionSpec> options, Making making) {
        return new DeclaredType(type, doc, options, false, making);
    }

    /** A type that can be told of one step in several. */
    static CallbackType ofSomeSteps(String type, String doc, List<OptionSpec> options, Making making) {
        return new DeclaredType(type, doc, options, true, making);
    }

    @Override
    public Callback create(String name, Options options, CallbackSetting setting) {
        return making.make(name, options, setting);
    }
}
