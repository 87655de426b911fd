package dev.sluice.trainer.loop;

import dev.sluice.trainer.callback.CallbackChain;
import dev.sluice.trainer.callback.EpochResult;
import dev.sluice.trainer.callback.StopReason;
import dev.sluice.trainer.callback.TrainingControl;
import dev.sluice.trainer.callback.TrainingProgress;
import dev.sluice.trainer.checkpoint.Checkpoint;
import dev.sluice.trainer.checkpoint.CheckpointName;
import dev.sluice.trainer.checkpoint.CheckpointStore;
import dev.sluice.trainer.checkpoint.CheckpointWriter;
import dev.sluice.trainer.checkpoint.Tensor;
import dev.sluice.trainer.checkpoint.TrainingSnapshot;
import dev.sluice.trainer.protocol.MemberMetrics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/*
 * Members go through their epochs side by side: all of them through the first one, then all through the second. So a step
 * that is reported is an epoch, as of a trial that trains once; its value is a mean over all members from the first
 * step on, and a verdict after it saves the epochs of all. One after the other, nothing could be said before the first
 * member's end, and the best of means over one, two, three members would be that of the luckiest first ones.
 *
 * A checkpoint holds all members, wherever each of them stands. What a member asks for at its epoch's end waits until all
 * have ended theirs: it rolls back before its next epoch, as the epoch's checkpoint holds the weights that were judged.
 */
/**
 * Trains several members epoch by epoch as one: their metrics are means, their checkpoints hold all of them. Each member has
 * callbacks and a control of its own; one that is asked to end by its callbacks counts from then on
 * with its last epoch, or with what its weights show if it ends within one.
 * Confined to one thread, but for its {@link TrainingControl}.
 */
public final class JointLoop implements Training {
    private static final String MEMBERS = "members"; // of the state: each member's own, by name

    /**
     * One that is trained.
     *
     * @param name unique among the members
     * @param trainer its network and data
     * @param callbacks told of this member alone
     * @param control what those ask for
     */
    public record Member(String name, ModelTrainer trainer, CallbackChain callbacks, TrainingControl control) {}

    private final List<Trained> members = new ArrayList<>();
    private final CallbackChain callbacks;
    private final TrainingControl control;
    private final int epochs;
    private final Map<String, Object> facts;
    private final CheckpointSaver saver;
    private final Supplier<OptionalLong> best;

    private int epoch;
    private int turn; // whose it is, in the epoch under way
    private boolean isSaveWanted;

    /** A member and what it came to. */
    private final class Trained implements TrainingLoop.Checkpoints {
        private final Member member;
        private final TrainingLoop loop;
        private Map<String, Double> metrics = Map.of();
        private boolean isSettled;

        Trained(Member member) {
            this.member = member;
            this.loop = new TrainingLoop(member.trainer, member.callbacks, member.control, epochs, this);
        }

        /** Why this member has ended before the others; empty if it goes on, or ends with all. */
        Optional<StopReason> ended() {
            return member.control
                    .stopReason()
                    .filter(reason -> !Optional.of(reason).equals(control.stopReason()));
        }

        /** One that its callbacks have ended within an epoch counts with what its weights show as they are now. */
        void settle() {
            if (!isSettled && ended().isPresent() && loop.progress().batch() > 0) {
                isSettled = true;
                metrics = loop.measured();
            }
        }

        /** What its last epoch took is no part of those that others train on. */
        void takesNoTime() {
            if (loop.isOver()) {
                metrics = new LinkedHashMap<>(metrics);
                metrics.remove(MemberMetrics.TIME);
            }
        }

        @Override
        public void save() {
            JointLoop.this.save(); // a member asks for it within epochs alone
        }

        @Override
        public void isFrom(Checkpoint checkpoint) {
            throw new IllegalStateException("members are restored together");
        }

        @Override
        public void afterStep(boolean atEpochEnd) {
            callbacks.stepEnd(progress(), control);
            control.stopReason().ifPresent(member.control::stop);
            isSaveWanted |= control.takeSave();
            if (!atEpochEnd) {
                saveIfWanted();
            }
            saver.look();
        }

        @Override
        public void await() {
            saver.await();
        }

        @Override
        public boolean isThereABest() {
            return best.get().isPresent();
        }

        @Override
        public Optional<TrainingSnapshot> best() {
            return saver.read(best).flatMap(checkpoint -> part(checkpoint.snapshot(), member.name));
        }

        @Override
        public void close() {
            // the saver is the loop's
        }
    }

    /**
     * A loop, not yet started.
     *
     * @param members at least one
     * @param callbacks told of all members together
     * @param control through which training is asked to end
     * @param epochs epochs that each member trains, >= 1
     * @param facts put into every checkpoint's state, as a JSON tree
     * @param best the step of the best checkpoint so far
     */
    public JointLoop(
            List<Member> members,
            CallbackChain callbacks,
            CheckpointStore store,
            TrainingControl control,
            int epochs,
            Map<String, Object> facts,
            Supplier<OptionalLong> best) {
        if (members.isEmpty()) {
            throw new IllegalArgumentException("members must not be empty");
        }
        this.callbacks = callbacks;
        this.control = control;
        this.epochs = epochs;
        this.facts = Map.copyOf(facts);
        this.best = best;
        this.saver = new CheckpointSaver(store, this::tell);
        members.forEach(member -> this.members.add(new Trained(member)));
    }

    /** How far training has come: epochs that all members have behind them, steps of all members. */
    @Override
    public TrainingProgress progress() {
        long steps = 0;
        int batches = 0;
        int batch = 0;
        for (int place = 0; place < members.size(); place++) {
            TrainingProgress own = members.get(place).loop.progress();
            steps += own.globalStep();
            batches += own.batchesPerEpoch();
            if (place < turn) {
                batch += own.batchesPerEpoch();
            } else if (place == turn && own.epoch() == epoch) {
                batch += own.batch();
            }
        }
        return new TrainingProgress(epoch, batch, steps, epochs, batches);
    }

    /** A member's part of a snapshot of all; empty if there is no such member in it. */
    @SuppressWarnings("unchecked") // JSON objects have text keys
    public static Optional<TrainingSnapshot> part(TrainingSnapshot all, String member) {
        if (!(all.state().get(MEMBERS) instanceof Map<?, ?> states)
                || !(states.get(member) instanceof Map<?, ?> state)) {
            return Optional.empty();
        }
        return Optional.of(new TrainingSnapshot(
                ofMember(all.weights(), member), ofMember(all.optimizer(), member), (Map<String, Object>) state));
    }

    /** What a member's last epoch had come to when its part was saved. */
    public static Map<String, Double> metrics(TrainingSnapshot part) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        TrainingLoop.takeValues(part.state(), "metrics", metrics::put);
        return metrics;
    }

    /** What a member's last epoch has come to; empty if it has ended none. */
    public Map<String, Double> metrics(String member) {
        return members.stream()
                .filter(each -> each.member.name.equals(member))
                .findFirst()
                .map(each -> each.metrics)
                .orElse(Map.of());
    }

    /** Trains to the end, from the start or from a checkpoint, as {@link TrainingLoop#run} does. Runs once. */
    @Override
    public StopReason run(Optional<Checkpoint> from) {
        return run(() -> from.ifPresent(this::restore));
    }

    /**
     * Trains to the end, beginning with what another trial's members have learnt, each as {@link TrainingLoop#runFromOther}
     * does. Runs once.
     *
     * @throws CheckpointMismatchException if the other's members are others, or a member's network is
     */
    @Override
    public StopReason runFromOther(Checkpoint other) {
        return run(() -> {
            for (Trained each : members) {
                each.loop.takeOver(other.folder(), other.step(), requiredPart(other, each));
            }
            epoch = Math.toIntExact(other.step());
        });
    }

    private StopReason run(Runnable restoring) {
        try {
            members.forEach(each -> each.loop.begin());
            callbacks.initEnd(progress(), control);
            restoring.run();
            for (Trained each : members) {
                each.member.callbacks.trainBegin(each.loop.progress(), each.member.control);
                each.loop.serveSmallChanges();
            }
            callbacks.trainBegin(progress(), control);
            while (epoch < epochs
                    && control.stopReason().isEmpty()
                    && members.stream().anyMatch(this::goesOn)) {
                trainEpoch();
            }
            StopReason reason = control.stopReason().orElseGet(this::ownEnd);
            if (reason.keepsWork() && progress().globalStep() > 0) {
                save();
            }
            saver.await();
            for (Trained each : members) {
                each.member.callbacks.trainEnd(each.member.control.stopReason().orElse(reason), each.loop.progress());
            }
            callbacks.trainEnd(reason, progress());
            return reason;
        } catch (RuntimeException | Error e) {
            members.forEach(each -> each.member.callbacks.trainFailed(e, each.loop.progress()));
            callbacks.trainFailed(e, progress());
            throw e;
        } finally {
            saver.close();
        }
    }

    private boolean goesOn(Trained each) {
        return each.ended().isEmpty();
    }

    private StopReason ownEnd() {
        if (epoch >= epochs) {
            return new StopReason.Finished(epochs);
        }
        Trained first = members.getFirst();
        return new StopReason.EarlyStopped("all " + members.size() + " members have ended; " + first.member.name + ": "
                + first.ended().map(StopReason::reason).orElse(""));
    }

    private void trainEpoch() {
        if (turn == 0) {
            members.forEach(each -> each.loop.serveRollBack());
        }
        for (; turn < members.size(); turn++) {
            Trained each = members.get(turn);
            if (each.loop.isOver() || each.loop.progress().epoch() > epoch) {
                each.takesNoTime();
                continue;
            }
            boolean isWhole = each.loop.trainEpoch();
            each.loop.serveSmallChanges();
            if (isWhole) {
                each.metrics = each.loop.result().map(EpochResult::metrics).orElse(Map.of());
                isSaveWanted |= each.member.control.takeSave();
            } else {
                each.settle();
            }
            if (control.stopReason().isPresent()) {
                if (isWhole) {
                    turn++;
                }
                break;
            }
            if (turn + 1 < members.size()) {
                turn++;
                saveIfWanted(); // as it will be found again: this one is through, the next one has not begun
                turn--;
            }
        }
        if (turn == members.size()) {
            turn = 0;
            epoch++;
            callbacks.epochEnd(
                    new EpochResult(
                            epoch,
                            MemberMetrics.of(
                                    members.stream().map(each -> each.metrics).toList()),
                            Instant.now()),
                    progress(),
                    control);
            isSaveWanted |= control.takeSave();
            saveIfWanted();
        }
    }

    private void saveIfWanted() {
        if (isSaveWanted) {
            isSaveWanted = false;
            if (!isLost()) {
                save();
            }
        }
    }

    private boolean isLost() {
        return control.stopReason().isPresent() && !control.stopReason().get().keepsWork();
    }

    /** Saves where all members stand. */
    private void save() {
        TrainingProgress now = progress();
        saver.save(new CheckpointName(now.epoch(), now.batch()), () -> snapshot(now));
        if (!callbacks.mayHearOfCheckpointsLater()
                || members.stream().anyMatch(each -> !each.member.callbacks.mayHearOfCheckpointsLater())) {
            saver.await();
        }
    }

    private TrainingSnapshot snapshot(TrainingProgress now) {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        Map<String, Tensor> optimizers = new LinkedHashMap<>();
        Map<String, Object> states = new LinkedHashMap<>();
        for (Trained each : members) {
            each.settle(); // it may have ended just now
            TrainingSnapshot own = each.loop.snapshot();
            own.weights().forEach((name, tensor) -> weights.put(prefix(each.member.name) + name, tensor));
            own.optimizer().forEach((name, tensor) -> optimizers.put(prefix(each.member.name) + name, tensor));
            Map<String, Object> state = new LinkedHashMap<>(own.state());
            TrainingLoop.putValues(state, "metrics", each.metrics);
            each.ended().ifPresent(reason -> state.put(TrainingLoop.ENDED, reason.reason()));
            states.put(each.member.name, state);
        }
        Map<String, Object> tree = new LinkedHashMap<>(facts);
        tree.put("epoch", now.epoch());
        tree.put("globalStep", now.globalStep());
        tree.put("epochs", epochs);
        tree.put("turn", turn);
        tree.put(MEMBERS, states);
        tree.put("callbacks", callbacks.saveState());
        tree.put("callbackFailures", callbacks.failures());
        return new TrainingSnapshot(weights, optimizers, tree);
    }

    private void tell(CheckpointWriter.Outcome outcome) {
        if (isLost()) {
            return; // others go on with the trial: nothing may be deleted any more
        }
        switch (outcome) {
            case CheckpointWriter.Outcome.Saved done -> {
                Checkpoint all = done.checkpoint();
                for (Trained each : members) {
                    part(all.snapshot(), each.member.name)
                            .ifPresent(own -> each.member.callbacks.checkpointSaved(
                                    new Checkpoint(all.folder(), all.name(), own)));
                }
                callbacks.checkpointSaved(all);
            }
            case CheckpointWriter.Outcome.Failed failed -> {
                members.forEach(each -> each.member.callbacks.checkpointFailed(failed.name(), failed.cause()));
                callbacks.checkpointFailed(failed.name(), failed.cause());
            }
        }
    }

    @SuppressWarnings("unchecked") // JSON objects have text keys
    private void restore(Checkpoint checkpoint) {
        Map<String, Object> state = checkpoint.snapshot().state();
        for (Trained each : members) {
            TrainingSnapshot own = requiredPart(checkpoint, each);
            each.loop.restore(own);
            each.metrics = metrics(own);
            if (own.state().get(TrainingLoop.ENDED) instanceof String reason) {
                each.member.control.stop(new StopReason.EarlyStopped(reason));
                each.isSettled = true;
            }
        }
        epoch = Math.toIntExact(checkpoint.step());
        turn = state.get("turn") instanceof Number place ? place.intValue() : 0;
        if (state.get("callbackFailures") instanceof Map<?, ?> failures) {
            callbacks.restoreFailures(failures);
        }
        if (state.get("callbacks") instanceof Map<?, ?> states) {
            callbacks.restoreState((Map<String, Object>) states);
        }
        saver.isFrom(checkpoint);
    }

    private TrainingSnapshot requiredPart(Checkpoint checkpoint, Trained each) {
        int there = checkpoint.snapshot().state().get(MEMBERS) instanceof Map<?, ?> states ? states.size() : 0;
        if (there != members.size()) {
            throw new CheckpointMismatchException("the checkpoint " + checkpoint.folder() + " is of "
                    + (there == 0 ? "a trial that trains once" : there + " members") + ", this trial has "
                    + members.size() + ": repeats and folds must be the same");
        }
        return part(checkpoint.snapshot(), each.member.name)
                .orElseThrow(() -> new CheckpointMismatchException(
                        "the checkpoint " + checkpoint.folder() + " has no " + each.member.name));
    }

    private static Map<String, Tensor> ofMember(Map<String, Tensor> all, String member) {
        Map<String, Tensor> own = new LinkedHashMap<>();
        all.forEach((name, tensor) -> {
            if (name.startsWith(prefix(member))) {
                own.put(name.substring(prefix(member).length()), tensor);
            }
        });
        return own;
    }

    private static String prefix(String member) {
        return member + ".";
    }
}
