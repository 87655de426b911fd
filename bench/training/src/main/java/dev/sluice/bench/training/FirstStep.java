package dev.sluice.bench.training;

import dev.sluice.trainer.callback.Callback;
import dev.sluice.trainer.callback.CallbackSetting;
import dev.sluice.trainer.callback.CallbackType;
import dev.sluice.trainer.callback.StepView;
import dev.sluice.trainer.callback.TrainingControl;
import dev.sluice.trainer.callback.TrainingProgress;
import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.Options;
import java.util.List;

/** Says when a trial has taken its first optimizer step, and ends its process. */
public final class FirstStep implements CallbackType {
    @Override
    public String type() {
        return "bench-first-step";
    }

    @Override
    public String doc() {
        return "Says when the first step is done, and ends the process.";
    }

    @Override
    public List<OptionSpec> options() {
        return List.of();
    }

    @Override
    public Callback create(String name, Options options, CallbackSetting setting) {
        return new Callback() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public void optimizerStep(StepView step, TrainingProgress progress, TrainingControl control) {
                System.out.println("stepped");
                Runtime.getRuntime().halt(0);
            }
        };
    }
}
