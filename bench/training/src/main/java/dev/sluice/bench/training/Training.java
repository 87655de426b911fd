package dev.sluice.bench.training;

import dev.sluice.trainer.callback.CallbackChain;
import dev.sluice.trainer.callback.CallbackLink;
import dev.sluice.trainer.callback.TrainingControl;
import dev.sluice.trainer.checkpoint.CheckpointStore;
import dev.sluice.trainer.djl.DjlModelTrainer;
import dev.sluice.trainer.loop.Split;
import dev.sluice.trainer.loop.TrainingLoop;
import dev.sluice.trainer.task.TrainingPlan;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One of our trainings, driven by {@link Pace}. Arguments: the example, threads, a folder for checkpoints. Begins with a line
 * that says the loss of the first weights, by which one sees that the peer trains the same.
 */
public final class Training {
    private static final int EPOCHS = 1_000_000;

    private Training() {}

    public static void main(String[] arguments) throws IOException {
        TrainingPlan plan =
                Example.valueOf(arguments[0].toUpperCase(Locale.ROOT)).plan(EPOCHS);
        Path folder = Files.createDirectories(Path.of(arguments[2]));
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        CheckpointStore store = CheckpointStore.open(folder.resolve("checkpoints"));
        try (DjlModelTrainer trainer = new DjlModelTrainer(plan, 1, Integer.parseInt(arguments[1]))) {
            trainer.restoreWeights(Example.weights(plan.network()));
            System.out.println(trainer.evaluate(Split.VALIDATION).get("loss"));
            try (CallbackChain chain = CallbackChain.of(List.of(CallbackLink.of(new Pace(orders))))) {
                new TrainingLoop(trainer, chain, store, new TrainingControl(), EPOCHS, Map.of()).run(Optional.empty());
            }
        }
    }
}
