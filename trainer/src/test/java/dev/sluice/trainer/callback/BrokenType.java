package dev.sluice.trainer.callback;

import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.Options;
import java.util.List;

/** A type of somebody else that does not load. */
public final class BrokenType implements CallbackType {
    /** Fails. */
    public BrokenType() {
        throw new IllegalStateException("no licence");
    }

    @Override
    public String type() {
        return "broken";
    }

    @Override
    public String doc() {
        return "";
    }

    @Override
    public List<OptionSpec> options() {
        return List.of();
    }

    @Override
    public Callback create(String name, Options options, CallbackSetting setting) {
        throw new IllegalStateException();
    }
}
