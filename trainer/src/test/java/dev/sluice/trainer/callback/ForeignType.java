package dev.sluice.trainer.callback;

import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.Options;
import java.util.List;

/** A type of callback as somebody else's jar would bring it. */
public final class ForeignType implements CallbackType {
    @Override
    public String type() {
        return "foreign";
    }

    @Override
    public String doc() {
        return "Does nothing.";
    }

    @Override
    public List<OptionSpec> options() {
        return List.of(OptionSpec.truth("loud", "Whether it says so.", false));
    }

    @Override
    public boolean canSkipSteps() {
        return true;
    }

    @Override
    public Callback create(String name, Options options, CallbackSetting setting) {
        return () -> name + (options.truth("loud") ? "-loud" : "");
    }
}
