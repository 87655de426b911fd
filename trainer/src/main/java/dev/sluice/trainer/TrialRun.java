package dev.sluice.trainer;

import dev.sluice.tracker.Dataset;
import dev.sluice.tracker.outbox.JournalEntry;
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
import dev.sluice.trainer.callback.Secrets;
import dev.sluice.trainer.callback.StopReason;
import dev.sluice.trainer.callback.TrainingControl;
import dev.sluice.trainer.callback.TrialReporter;
import dev.sluice.trainer.channel.HttpTrialChannel;
import dev.sluice.trainer.checkpoint.Checkpoint;
import dev.sluice.trainer.checkpoint.CheckpointName;
import dev.sluice.trainer.checkpoint.CheckpointStore;
import dev.sluice.trainer.checkpoint.Compression;
import dev.sluice.trainer.checkpoint.DamagedCheckpointException;
import dev.sluice.trainer.checkpoint.TrainingSnapshot;
import dev.sluice.trainer.data.DataOrigin;
import dev.sluice.trainer.data.DataRoot;
import dev.sluice.trainer.data.ModelForm;
import dev.sluice.trainer.data.Target;
import dev.sluice.trainer.djl.DjlModelTrainer;
import dev.sluice.trainer.djl.TorchScriptModule;
import dev.sluice.trainer.djl.UnfitModuleException;
import dev.sluice.trainer.export.ModelNotWrittenException;
import dev.sluice.trainer.export.ModelPackage;
import dev.sluice.trainer.json.JsonText;
import dev.sluice.trainer.loop.CheckpointMismatchException;
import dev.sluice.trainer.loop.JointLoop;
import dev.sluice.trainer.loop.Split;
import dev.sluice.trainer.loop.Training;
import dev.sluice.trainer.loop.TrainingLoop;
import dev.sluice.trainer.network.ScriptedNetwork;
import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.Options;
import dev.sluice.trainer.protocol.MemberMetrics;
import dev.sluice.trainer.protocol.TrialChannel;
import dev.sluice.trainer.protocol.TrialResult;
import dev.sluice.trainer.protocol.TrialSpec;
import dev.sluice.trainer.report.ClassificationReport;
import dev.sluice.trainer.task.LabelledRows;
import dev.sluice.trainer.task.Members;
import dev.sluice.trainer.task.Members.Member;
import dev.sluice.trainer.task.TaskCatalog;
import dev.sluice.trainer.task.TaskSetting;
import dev.sluice.trainer.task.TrainingPlan;
import dev.sluice.trainer.task.TrainingTask;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One attempt of a trial from specification to packaged model: wires task, engine, callbacks and channel. Used once, by
 * one thread.
 */
final class TrialRun {
    private static final System.Logger LOGGER = System.getLogger(TrialRun.class.getName());
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final OptionSpec.Range FROM_ONE = OptionSpec.Range.atLeast(1);
    private static final List<OptionSpec> CHECKPOINT_OPTIONS = List.of(
            OptionSpec.whole("every", "Epochs between regular checkpoints.", 1, FROM_ONE),
            OptionSpec.whole(
                    "everySteps", "Steps between checkpoints within epochs; 0: none.", 0, OptionSpec.Range.atLeast(0)),
            OptionSpec.whole("keepLast", "How many of the newest checkpoints are kept.", 1, FROM_ONE),
            OptionSpec.whole("keepBest", "How many of the best checkpoints are kept.", 1, OptionSpec.Range.atLeast(0)),
            OptionSpec.choice(
                    "compression",
                    "How their tensors are kept.",
                    Compression.NONE.label(),
                    Arrays.stream(Compression.values()).map(Compression::label).toList()));

    private final TrialSpec spec;
    private final Optional<String> token;
    private final Path folder;
    private final TaskCatalog tasks;
    private final CallbackCatalog callbackTypes;
    private final TrainingControl control;
    private final Secrets secrets;
    private final Optional<Appendable> terminal;

    /**
     * A run, not yet started.
     *
     * @param token for the lease's calls
     * @param folder the trial's folder
     * @param control through which the run is asked to end
     * @param secrets what no file, log or tag may hold
     * @param terminal where somebody looks on
     */
    TrialRun(
            TrialSpec spec,
            Optional<String> token,
            Path folder,
            TaskCatalog tasks,
            CallbackCatalog callbackTypes,
            TrainingControl control,
            Secrets secrets,
            Optional<Appendable> terminal) {
        this.spec = spec;
        this.token = token;
        this.folder = folder;
        this.tasks = tasks;
        this.callbackTypes = callbackTypes;
        this.control = control;
        this.secrets = secrets;
        this.terminal = terminal;
    }

    /**
     * Trains, and packages the best checkpoint unless the process was asked to end or the lease was lost.
     *
     * @throws IllegalArgumentException if the specification makes no sense: a second try is of no use
     * @throws IOException if a file cannot be written or the exported model does not predict what was trained
     */
    TrialResult run() throws IOException {
        Map<String, Object> trainerSection = object(spec.section(), "trainer");
        TrainingTask task = tasks.find(text(trainerSection, "task"));
        String model = text(trainerSection, "model");
        TaskSetting taskSetting = new TaskSetting(
                object(trainerSection, "options"), spec.dataRoot().map(DataRoot::new));
        Members counts = Members.of(trainerSection);
        List<Member> members = counts.plan(task, model, spec.params(), taskSetting, spec.seed());
        boolean isJoint = members.size() > 1;
        Mode mode = spec.objective().maximize() ? Mode.MAX : Mode.MIN;
        CallbackSetting setting = new CallbackSetting(
                folder.toAbsolutePath(),
                spec.objective().metric(),
                mode,
                isJoint ? MemberMetrics.names(task.epochMetrics()) : task.epochMetrics(),
                labels(task, model, spec.sweepName() + "/" + spec.number()),
                secrets,
                terminal);
        spec.objectives().forEach(objective -> setting.requireMeasured("objective.metric", objective.metric()));
        List<List<CallbackLink>> declared = new ArrayList<>();
        for (Member member : members) {
            declared.add(callbackTypes.create(
                    declarations(trainerSection),
                    isJoint ? setting.ofMember(member.name(), task.epochMetrics()) : setting));
        }
        Options checkpoints = Options.read("checkpoints", CHECKPOINT_OPTIONS, object(spec.section(), "checkpoints"));
        CheckpointStore store =
                CheckpointStore.open(spec.checkpointDir(), Compression.of(checkpoints.text("compression")));
        Optional<Checkpoint> from = resume(store);
        from.ifPresent(checkpoint -> {
            requireSameData(checkpoint, members.getFirst().plan());
            requireSameModule(checkpoint, members.getFirst().plan());
        });
        try {
            return train(new What(task, model, counts), members, mode, declared, checkpoints, store, from);
        } catch (CheckpointMismatchException | UnfitModuleException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(e.getMessage(), e); // the specification was fine: training broke
        }
    }

    /** What is trained, in a sweep file's words. */
    private record What(TrainingTask task, String model, Members members) {}

    private TrialResult train(
            What what,
            List<Member> members,
            Mode mode,
            List<List<CallbackLink>> declared,
            Options checkpoints,
            CheckpointStore store,
            Optional<Checkpoint> from)
            throws IOException {
        try (PatientWriter journal =
                        new PatientWriter(JournalWriter.open(spec.journal(), JournalSettings.of(System.getenv())));
                TrialChannel channel = openChannel();
                Trainees trainees = new Trainees(members, spec.threads())) {
            RunLogger logger = new RunLogger(journal, secrets);
            logger.inputs(datasets(what, members));
            ModelCheckpoint keeper = new ModelCheckpoint(
                    store,
                    journal,
                    spec.runFolder(),
                    spec.objective().metric(),
                    mode,
                    checkpoints.whole("every"),
                    checkpoints.whole("everySteps"),
                    checkpoints.whole("keepLast"),
                    checkpoints.whole("keepBest"));
            List<CallbackLink> before = List.of(CallbackLink.lasting(logger), CallbackLink.lasting(keeper));
            CallbackLink last = CallbackLink.lasting(new TrialReporter(channel, reportedStep()));
            Map<String, Object> facts = facts(what, members);
            int epochs = members.getFirst().plan().epochs();
            if (!trainees.isJoint()) {
                try (CallbackChain chain = trainees.chain(before, declared.getFirst(), List.of(last))) {
                    TrainingLoop loop =
                            new TrainingLoop(trainees.trainer(0), chain, store, control, epochs, facts, keeper::best);
                    return train(loop, trainees, store, from, logger, keeper, chain);
                }
            }
            try (CallbackChain chain = trainees.chain(before, List.of(), List.of(last))) {
                JointLoop loop = new JointLoop(
                        trainees.together(declared, logger), chain, store, control, epochs, facts, keeper::best);
                return train(loop, trainees, store, from, logger, keeper, chain);
            }
        }
    }

    private TrialResult train(
            Training loop,
            Trainees trainees,
            CheckpointStore store,
            Optional<Checkpoint> from,
            RunLogger logger,
            ModelCheckpoint keeper,
            CallbackChain chain)
            throws IOException {
        StopReason reason =
                from.isPresent() && isOfOther(from.get().folder()) ? loop.runFromOther(from.get()) : loop.run(from);
        long lastStep = loop.progress().epoch();
        LOGGER.log(
                Level.INFO, "trial={0} epochs={1} end=\"{2}\"", text(spec.number()), text(lastStep), reason.reason());

        OptionalLong best = spec.objective().reportBest() ? keeper.best() : OptionalLong.of(lastStep);
        Map<String, Double> values = new LinkedHashMap<>();
        if (reason.keepsWork() && !(reason instanceof StopReason.Terminated) && lastStep > 0) {
            values.putAll(packageModel(loop, trainees, store, best, logger));
            logger.metrics(lastStep, values, Instant.now());
            chain.predictEnd(values, loop.progress());
        }
        if (reason.keepsWork()) {
            logger.tags(tags(trainees.chains()));
        }
        TrialResult result = new TrialResult(end(reason), reason.reason(), lastStep, best, values);
        if (reason.keepsWork()) {
            write(result);
        }
        return result;
    }

    private static Map<String, String> labels(TrainingTask task, String model, String run) {
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put("run_name", run);
        labels.put("model_name", model);
        labels.put("task_type", task.name());
        return labels;
    }

    /** A split of the task's data, by its content: the same numbers are the same data set, wherever they came from. */
    private static Dataset dataset(
            TrainingTask task, TrainingPlan plan, String name, String context, LabelledRows rows) {
        Map<String, Object> profile = new LinkedHashMap<>();
        profile.put("num_rows", rows.rows());
        profile.put("num_elements", (long) rows.rows() * rows.width());
        plan.origin().ifPresent(origin -> profile.put("fingerprint", fingerprint(origin)));
        return new Dataset(
                plan.origin().map(DataOrigin::name).orElse(task.name()) + "/" + name,
                rows.digest().substring(0, Dataset.MAX_DIGEST),
                "code",
                JsonText.write(Map.of("tags", Map.of("mlflow.source.name", "sluice-trainer " + task.name()))),
                Optional.empty(),
                Optional.of(JsonText.write(profile)),
                context);
    }

    /** The splits of all members; those that all of them read are there once. */
    private static List<Dataset> datasets(What what, List<Member> members) {
        boolean isShared = what.members().folds() == 0;
        List<Dataset> datasets = new ArrayList<>();
        for (Member member : isShared ? List.of(members.getFirst()) : members) {
            TrainingPlan plan = member.plan();
            String of = isShared ? "" : member.name() + "/";
            datasets.add(dataset(what.task(), plan, of + "training", "training", plan.train()));
            datasets.add(dataset(what.task(), plan, of + "validation", "validation", plan.validation()));
        }
        TrainingPlan first = members.getFirst().plan();
        datasets.add(dataset(what.task(), first, "test", "test", first.test()));
        return datasets;
    }

    /**
     * Restores the best weights, looks at the test split, and writes {@code model/}: of several members that one's which was
     * best on its validation rows. What was learnt counts where the disk does not take the model: a tag says so.
     */
    private Map<String, Double> packageModel(
            Training loop, Trainees trainees, CheckpointStore store, OptionalLong best, RunLogger logger)
            throws IOException {
        Optional<TrainingSnapshot> snapshot = Optional.empty();
        if (best.isPresent()) {
            try {
                snapshot = Optional.of(
                        store.read(CheckpointName.after(best.getAsLong())).snapshot());
            } catch (DamagedCheckpointException e) {
                LOGGER.log(Level.WARNING, "model=last reason=\"the best checkpoint is damaged\"", e);
            }
        }
        int chosen = trainees.restore(loop, snapshot, control, spec.objective());
        Map<String, Double> values = trainees.tested();
        if (trainees.isJoint()) {
            logger.metrics(loop.progress().epoch(), trainees.testedByMember(), Instant.now());
            logger.tags(Map.of("sluice.member", trainees.member(chosen).name()));
        }
        write(trainees.member(chosen).plan(), trainees.trainer(chosen), trainees.measured(chosen), logger);
        return values;
    }

    private void write(TrainingPlan plan, DjlModelTrainer trainer, Map<String, Double> measured, RunLogger logger)
            throws IOException {
        float[] outputs = trainer.logits(Split.TEST);
        report(plan, outputs, logger);
        try {
            if (plan.learner() instanceof ScriptedNetwork scripted) {
                writeModule(plan, scripted, trainer, outputs, measured);
                return;
            }
            ModelPackage.Differences differences = ModelPackage.write(
                    folder.resolve("model"),
                    plan.network(),
                    trainer.weights(),
                    plan.form(),
                    new ModelPackage.Holdout(
                            plan.rawTest(), plan.test()::some, plan.test().labels(), outputs, measured),
                    Instant.now(),
                    TorchScriptModule::run);
            LOGGER.log(
                    Level.INFO,
                    "model=packaged test={0} onnxDifference={1} torchScriptDifference={2}",
                    measured,
                    Float.toString(differences.onnx()),
                    Float.toString(differences.torchScript()));
        } catch (ModelNotWrittenException e) {
            LOGGER.log(Level.WARNING, "model=not-packaged", e);
            logger.tags(Map.of("sluice.model", "not written: " + e.getMessage()));
        }
    }

    private void writeModule(
            TrainingPlan plan,
            ScriptedNetwork scripted,
            DjlModelTrainer trainer,
            float[] outputs,
            Map<String, Double> measured)
            throws IOException {
        float difference = ModelPackage.writeModule(
                folder.resolve("model"),
                trainer.module().orElseThrow(),
                scripted.shape(),
                plan.form(),
                new ModelPackage.Holdout(
                        plan.rawTest(),
                        places -> scripted.prepared(plan.test().some(places)),
                        plan.test().labels(),
                        outputs,
                        measured),
                Instant.now(),
                (module, rows, width) -> TorchScriptModule.run(module, rows, scripted.shape()));
        LOGGER.log(
                Level.INFO,
                "model=packaged test={0} torchScriptDifference={1} onnx=none",
                measured,
                Float.toString(difference));
    }

    /** Writes what a classification's test rows show into {@code report/}, an artifact of the run; not where it has diverged. */
    private void report(TrainingPlan plan, float[] outputs, RunLogger logger) {
        if (!(plan.form().output() instanceof Target.Classes classes)) {
            return;
        }
        int count = classes.names().size();
        double[][] probabilities = new double[plan.test().rows()][];
        for (int row = 0; row < probabilities.length; row++) {
            probabilities[row] = ModelForm.probabilities(outputs, row * count, count);
            if (!Arrays.stream(probabilities[row]).allMatch(Double::isFinite)) {
                LOGGER.log(Level.WARNING, "report=none reason=\"the model gives no numbers\"");
                return;
            }
        }
        Map<String, String> files = ClassificationReport.of(
                        classes.names(), probabilities, plan.test().labels())
                .files();
        Path target = spec.runFolder().resolve("report");
        try {
            Files.createDirectories(target);
            for (Map.Entry<String, String> file : files.entrySet()) {
                Path written = Files.writeString(target.resolve(file.getKey()), file.getValue());
                logger.artifact(JournalEntry.Artifact.of(spec.runFolder(), written, "report/" + file.getKey()));
            }
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, "report=not-written", e); // a full disk is no reason to lose what was learnt
        }
    }

    /**
     * The checkpoint to go on from: the one that was named, or if that is damaged the newest whole one before it. Another
     * trial's is taken as it is or not at all: that trial may still be running in its folder.
     */
    private Optional<Checkpoint> resume(CheckpointStore store) throws IOException {
        if (spec.resumeFrom().isEmpty()) {
            return Optional.empty();
        }
        Path named = spec.resumeFrom().get();
        try {
            return Optional.of(CheckpointStore.read(named));
        } catch (DamagedCheckpointException e) {
            if (isOfOther(named)) {
                throw e;
            }
            LOGGER.log(Level.WARNING, "checkpoint={0} damaged=\"{1}\"", named, e.getMessage());
            return store.newest(CheckpointName.of(named).orElse(CheckpointName.after(0)));
        }
    }

    /** A trial that goes on with other rows would be neither the one nor the other. */
    private void requireSameData(Checkpoint checkpoint, TrainingPlan plan) {
        if (!isOfOther(checkpoint.folder())
                && plan.origin().isPresent()
                && checkpoint.snapshot().state().get("data") instanceof Map<?, ?> before
                && !fingerprint(plan.origin().get()).equals(before.get("fingerprint"))) {
            throw new IllegalArgumentException("the data set "
                    + plan.origin().get().name()
                    + " has changed since the checkpoint " + checkpoint.folder().getFileName()
                    + " was saved: its fingerprint was " + before.get("fingerprint") + ", it is "
                    + fingerprint(plan.origin().get()));
        }
    }

    /** Its weights are in the checkpoint, but what it computes with them is in its file. */
    private void requireSameModule(Checkpoint checkpoint, TrainingPlan plan) {
        if (!isOfOther(checkpoint.folder())
                && plan.learner() instanceof ScriptedNetwork module
                && checkpoint.snapshot().state().get("module") instanceof String before
                && !module.fingerprint().equals(before)) {
            throw new IllegalArgumentException("the module " + module.name() + " has changed since the checkpoint "
                    + checkpoint.folder().getFileName() + " was saved: its fingerprint was " + before + ", it is "
                    + module.fingerprint());
        }
    }

    private static String fingerprint(DataOrigin origin) {
        return "sha256:" + origin.fingerprint();
    }

    private boolean isOfOther(Path checkpoint) {
        return !spec.checkpointDir()
                .toAbsolutePath()
                .normalize()
                .equals(checkpoint.toAbsolutePath().normalize().getParent());
    }

    /** Steps up to this one are known to the service from the attempt before. */
    private long reportedStep() {
        return spec.resumeFrom()
                .flatMap(CheckpointName::of)
                .map(CheckpointName::step)
                .orElse(0L);
    }

    private TrialChannel openChannel() {
        return new HttpTrialChannel(new HttpTrialChannel.Settings(
                spec.reportUrl(),
                spec.heartbeatUrl(),
                token,
                spec.reports(),
                spec.attempt(),
                Duration.ofSeconds(spec.heartbeatSeconds()),
                RETRY));
    }

    private Map<String, Object> facts(What what, List<Member> members) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("task", what.task().name());
        facts.put("model", what.model());
        facts.put("params", secrets.cleanTree(spec.params()));
        facts.put("seed", spec.seed());
        facts.put("threads", spec.threads());
        if (what.members().count() > 1) {
            facts.put("repeats", what.members().repeats());
            facts.put("folds", what.members().folds());
        }
        members.getFirst()
                .plan()
                .origin()
                .ifPresent(
                        origin -> facts.put("data", Map.of("name", origin.name(), "fingerprint", fingerprint(origin))));
        if (members.getFirst().plan().learner() instanceof ScriptedNetwork module) {
            facts.put("module", module.fingerprint());
        }
        return facts;
    }

    /** What became of the callbacks, by the prefix of their chain's names. */
    private Map<String, String> tags(Map<String, CallbackChain> chains) {
        Map<String, String> tags = new LinkedHashMap<>();
        tags.put("sluice.seed", Long.toString(spec.seed()));
        tags.put("sluice.threads", Integer.toString(spec.threads()));
        chains.forEach((prefix, chain) -> {
            chain.failures()
                    .forEach((name, count) -> tags.put("sluice.callback_failures." + prefix + name, count.toString()));
            chain.switchedOff()
                    .forEach(name -> tags.put(
                            "sluice.callback_off." + prefix + name,
                            chain.hung().contains(name)
                                    ? "it hung"
                                    : "after " + chain.failures().get(name) + " failures"));
            chain.lost().forEach((name, count) -> tags.put("sluice.callback_lost." + prefix + name, count + " events"));
            chain.slow()
                    .forEach((name, share) -> tags.put(
                            "sluice.callback_slow." + prefix + name, Math.round(share * 100) + " % of training"));
        });
        return tags;
    }

    private void write(TrialResult result) throws IOException {
        Path file = folder.resolve("result.json");
        Path temporary = folder.resolve(".tmp-result.json");
        Files.writeString(temporary, JsonText.write(secrets.cleanTree(result.toTree())) + "\n");
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static TrialResult.End end(StopReason reason) {
        return switch (reason) {
            case StopReason.Finished ignored -> TrialResult.End.TRAINED;
            case StopReason.EarlyStopped ignored -> TrialResult.End.STOPPED_EARLY;
            case StopReason.ToldToStop ignored -> TrialResult.End.TOLD_TO_STOP;
            case StopReason.LeaseLost ignored -> TrialResult.End.TOLD_TO_STOP;
            case StopReason.Terminated ignored -> TrialResult.End.TERMINATED;
        };
    }

    /** As it is: the logger would put separators into a number. */
    private static String text(long number) {
        return Long.toString(number);
    }

    private static String text(Map<String, Object> section, String name) {
        if (section.get(name) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException(
                "trial.trainer." + name + " must be a text, was " + section.getOrDefault(name, "missing"));
    }

    @SuppressWarnings("unchecked") // JSON objects have text keys
    private static Map<String, Object> object(Map<String, Object> section, String name) {
        Object value = section.get(name);
        if (value == null) {
            return Map.of();
        }
        if (value instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw new IllegalArgumentException("trial." + name + " must be an object, was " + value);
    }

    /** The declared callbacks, each with its options beside its type. */
    @SuppressWarnings("unchecked") // JSON objects have text keys
    private static List<Map<String, Object>> declarations(Map<String, Object> trainerSection) {
        List<Map<String, Object>> declarations = new ArrayList<>();
        if (trainerSection.get("callbacks") instanceof List<?> list) {
            for (Object entry : list) {
                if (!(entry instanceof Map<?, ?> map)) {
                    throw new IllegalArgumentException("trial.trainer.callbacks must hold objects, was " + entry);
                }
                Map<String, Object> declaration = new LinkedHashMap<>((Map<String, Object>) map);
                if (declaration.remove("options") instanceof Map<?, ?> options) {
                    declaration.putAll((Map<String, Object>) options);
                }
                declarations.add(declaration);
            }
        }
        return declarations;
    }
}
