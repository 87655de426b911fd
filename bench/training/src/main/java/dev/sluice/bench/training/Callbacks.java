package dev.sluice.bench.training;

import com.sun.management.ThreadMXBean;
import dev.sluice.tracker.outbox.JournalSettings;
import dev.sluice.tracker.outbox.JournalWriter;
import dev.sluice.tracker.outbox.PatientWriter;
import dev.sluice.trainer.callback.Callback;
import dev.sluice.trainer.callback.CallbackCatalog;
import dev.sluice.trainer.callback.CallbackChain;
import dev.sluice.trainer.callback.CallbackLink;
import dev.sluice.trainer.callback.CallbackSetting;
import dev.sluice.trainer.callback.EvaluationResult;
import dev.sluice.trainer.callback.Mode;
import dev.sluice.trainer.callback.ModelCheckpoint;
import dev.sluice.trainer.callback.RunLogger;
import dev.sluice.trainer.callback.TrainingControl;
import dev.sluice.trainer.callback.TrainingProgress;
import dev.sluice.trainer.checkpoint.CheckpointStore;
import dev.sluice.trainer.djl.DjlModelTrainer;
import dev.sluice.trainer.loop.TrainingLoop;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * What callbacks cost: a loop with them and one without, which train the same network with the same arrays, a part of an epoch
 * each in turn. Two processes would not do: how their memory happens to lie makes more of a difference. Arguments: the example,
 * threads, a folder to write in, epochs, and the types of the callbacks, which come beside the run's journal; {@code checkpoint} is
 * that of every epoch. Prints a line for each part: its place in the epoch, nanoseconds without and with callbacks, evaluations
 * left out, and the CPU time of Java's threads without and with, which counts what other threads do for callbacks, and leaves
 * out what other work on the machine takes. What an epoch's end costs is in its last part.
 */
public final class Callbacks {
    private static final int WARM_UP = 2;
    private static final int PARTS =
            47; // twenty steps of the perceptron: other work on the machine leaves many of them alone
    private static final ThreadMXBean THREADS = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    private static final List<String> METRICS =
            List.of("train_loss", "learning_rate", "val_loss", "val_accuracy", "epoch_seconds");

    private Callbacks() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path folder = Path.of(arguments[2]);
        int epochs = WARM_UP + Integer.parseInt(arguments[3]);
        List<String> types = List.of(arguments).subList(4, arguments.length);
        // one epoch more: the end of the last one is the beginning of that
        try (var trainer = new DjlModelTrainer(
                Example.valueOf(arguments[0].toUpperCase(Locale.ROOT)).plan(epochs + 1),
                1,
                Integer.parseInt(arguments[1]))) {
            int steps = -Math.floorDiv(-trainer.batchesPerEpoch(), PARTS);
            Turn bare = new Turn(steps);
            Turn full = new Turn(steps);
            for (Turn turn : List.of(bare, full)) {
                Path own = Files.createDirectories(folder.resolve(turn == bare ? "bare" : "full"));
                Thread thread = new Thread(
                        () -> train(trainer, turn, own, epochs + 1, turn == bare ? List.of() : types),
                        own.getFileName().toString());
                thread.setDaemon(true);
                thread.start();
                turn.done.acquire();
            }
            int parts = -Math.floorDiv(-trainer.batchesPerEpoch(), steps);
            for (int epoch = 0; epoch < epochs; epoch++) {
                for (int part = 0; part < parts; part++) {
                    boolean isBareFirst = (epoch + part) % 2 == 0;
                    (isBareFirst ? bare : full).go();
                    (isBareFirst ? full : bare).go();
                    if (epoch >= WARM_UP) {
                        System.out.println(part + " " + bare.wall + " " + full.wall + " " + bare.cpu + " " + full.cpu);
                    }
                }
            }
            Runtime.getRuntime().halt(0); // the loops wait for their next turn
        }
    }

    private static void train(DjlModelTrainer trainer, Turn turn, Path folder, int epochs, List<String> types) {
        try (PatientWriter journal =
                new PatientWriter(JournalWriter.open(folder.resolve("run.journal"), JournalSettings.of(Map.of())))) {
            CheckpointStore store = CheckpointStore.open(folder.resolve("checkpoints"));
            List<CallbackLink> links = new ArrayList<>(List.of(CallbackLink.of(turn)));
            if (!types.isEmpty()) {
                links.addAll(links(folder, types, journal, store));
            }
            try (CallbackChain chain = CallbackChain.of(links)) {
                new TrainingLoop(trainer, chain, store, new TrainingControl(), epochs, Map.of()).run(Optional.empty());
            }
        } catch (IOException | RuntimeException e) {
            e.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    private static List<CallbackLink> links(
            Path folder, List<String> types, PatientWriter journal, CheckpointStore store) {
        CallbackSetting setting = new CallbackSetting(
                folder.toAbsolutePath(), "val_loss", Mode.MIN, METRICS, Map.of("run_name", "bench"));
        List<CallbackLink> links = new ArrayList<>(List.of(CallbackLink.lasting(new RunLogger(journal))));
        if (types.contains("checkpoint")) {
            links.add(CallbackLink.lasting(
                    new ModelCheckpoint(store, journal, folder.toAbsolutePath(), "val_loss", Mode.MIN, 1, 0, 1, 1)));
        }
        links.addAll(CallbackCatalog.standard()
                .create(
                        types.stream()
                                .filter(type -> !type.equals("checkpoint"))
                                .map(type -> type.equals("early-stopping")
                                        ? Map.of("type", type, "patience", 1_000_000)
                                        : Map.of("type", type))
                                .toList(),
                        setting));
        return links;
    }

    /** Nanoseconds that all of Java's threads have computed; to the nanosecond, where that of the process comes in steps. */
    private static long cpuTime() {
        long sum = 0;
        for (long nanos : THREADS.getThreadCpuTime(THREADS.getAllThreadIds())) {
            sum += Math.max(0, nanos);
        }
        return sum;
    }

    /** Lets a loop go on by some steps at a time, and by no more than are left of an epoch. */
    private static final class Turn implements Callback {
        private final int steps;
        final Semaphore begin = new Semaphore(0);
        final Semaphore done = new Semaphore(0);
        private volatile long evaluatedWall;
        private volatile long evaluatedCpu;
        private long evaluatingWall;
        private long evaluatingCpu;
        long wall;
        long cpu;

        Turn(int steps) {
            this.steps = steps;
        }

        void go() throws InterruptedException {
            evaluatedWall = 0;
            evaluatedCpu = 0;
            long begunWall = System.nanoTime();
            long begunCpu = cpuTime();
            begin.release();
            done.acquire();
            wall = System.nanoTime() - begunWall - evaluatedWall;
            cpu = cpuTime() - begunCpu - evaluatedCpu;
        }

        @Override
        public String name() {
            return "turn";
        }

        @Override
        public Duration deadline() {
            return Duration.ofDays(1); // it waits for the others' turns
        }

        private void pause() {
            done.release();
            begin.acquireUninterruptibly();
        }

        @Override
        public void epochBegin(TrainingProgress progress, TrainingControl control) {
            pause();
        }

        @Override
        public void stepBegin(TrainingProgress progress, TrainingControl control) {
            if (progress.batch() > 0 && progress.batch() % steps == 0) {
                pause();
            }
        }

        @Override
        public void evaluateBegin(TrainingProgress progress, TrainingControl control) {
            evaluatingWall = System.nanoTime();
            evaluatingCpu = cpuTime();
        }

        @Override
        public void evaluateEnd(EvaluationResult result, TrainingProgress progress, TrainingControl control) {
            evaluatedWall = System.nanoTime() - evaluatingWall;
            evaluatedCpu = cpuTime() - evaluatingCpu;
        }
    }
}
