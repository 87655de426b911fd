package dev.sluice.bench.training;

import dev.sluice.tracker.outbox.JournalSettings;
import dev.sluice.tracker.outbox.JournalWriter;
import dev.sluice.tracker.outbox.PatientWriter;
import dev.sluice.trainer.callback.CallbackCatalog;
import dev.sluice.trainer.callback.CallbackChain;
import dev.sluice.trainer.callback.CallbackLink;
import dev.sluice.trainer.callback.CallbackSetting;
import dev.sluice.trainer.callback.Mode;
import dev.sluice.trainer.callback.ModelCheckpoint;
import dev.sluice.trainer.callback.RunLogger;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One of our trainings, driven by {@link Pace}. Arguments: the example, threads, a folder to write in, and the types of the
 * callbacks to train with, which come beside the run's journal and checkpoints; none at all: a bare loop. Begins with a
 * line that says the loss of the first weights, by which one sees that the peer trains the same.
 */
public final class Training {
    private static final int EPOCHS = 1_000_000;
    private static final List<String> METRICS =
            List.of("train_loss", "learning_rate", "val_loss", "val_accuracy", "epoch_seconds");

    private Training() {}

    public static void main(String[] arguments) throws IOException {
        TrainingPlan plan =
                Example.valueOf(arguments[0].toUpperCase(Locale.ROOT)).plan(EPOCHS);
        Path folder = Files.createDirectories(Path.of(arguments[2]));
        List<String> types = List.of(arguments).subList(3, arguments.length);
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        CheckpointStore store = CheckpointStore.open(folder.resolve("checkpoints"));
        try (PatientWriter journal = new PatientWriter(
                        JournalWriter.open(folder.resolve("run.journal"), JournalSettings.of(Map.of())));
                DjlModelTrainer trainer = new DjlModelTrainer(plan, 1, Integer.parseInt(arguments[1]))) {
            trainer.restoreWeights(Example.weights(plan.network()));
            System.out.println(trainer.evaluate(Split.VALIDATION).get("loss"));
            List<CallbackLink> links = new ArrayList<>(List.of(CallbackLink.of(new Pace(orders))));
            if (!types.isEmpty()) {
                links.addAll(full(folder, types, journal, store));
            }
            try (CallbackChain chain = CallbackChain.of(links)) {
                new TrainingLoop(trainer, chain, store, new TrainingControl(), EPOCHS, Map.of()).run(Optional.empty());
            }
        }
    }

    private static List<CallbackLink> full(
            Path folder, List<String> types, PatientWriter journal, CheckpointStore store) {
        CallbackSetting setting = new CallbackSetting(
                folder.toAbsolutePath(), "val_loss", Mode.MIN, METRICS, Map.of("run_name", "bench"));
        List<CallbackLink> links = new ArrayList<>();
        links.add(CallbackLink.lasting(new RunLogger(journal)));
        links.add(CallbackLink.lasting(
                new ModelCheckpoint(store, journal, folder.toAbsolutePath(), "val_loss", Mode.MIN, 1, 1, 1)));
        links.addAll(CallbackCatalog.standard()
                .create(
                        types.stream()
                                .map(type -> type.equals("early-stopping")
                                        ? Map.of("type", type, "patience", EPOCHS)
                                        : Map.of("type", type))
                                .toList(),
                        setting));
        return links;
    }
}
