package dev.sluice.trainer;

import dev.sluice.trainer.callback.CallbackChain;
import dev.sluice.trainer.callback.CallbackLink;
import dev.sluice.trainer.callback.MemberLogger;
import dev.sluice.trainer.callback.RunLogger;
import dev.sluice.trainer.callback.TrainingControl;
import dev.sluice.trainer.checkpoint.TrainingSnapshot;
import dev.sluice.trainer.djl.DeviceRows;
import dev.sluice.trainer.djl.DjlModelTrainer;
import dev.sluice.trainer.loop.JointLoop;
import dev.sluice.trainer.loop.Split;
import dev.sluice.trainer.loop.Training;
import dev.sluice.trainer.loop.TrainingLoop;
import dev.sluice.trainer.protocol.MemberMetrics;
import dev.sluice.trainer.protocol.TrialObjective;
import dev.sluice.trainer.task.Members.Member;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Those that one trial trains: one, or several whose metrics are means. Confined to one thread. */
final class Trainees implements AutoCloseable {
    private static final String FALLBACK = "val_loss"; // every task measures it

    private final List<Member> members;
    private final DeviceRows rows;
    private final List<DjlModelTrainer> trainers = new ArrayList<>();
    private final List<TrainingControl> controls = new ArrayList<>();
    private final Map<String, CallbackChain> chains = new LinkedHashMap<>();
    private final List<Map<String, Double>> tested = new ArrayList<>();

    /**
     * Fresh networks.
     *
     * @param threads threads to compute with, >= 1
     */
    Trainees(List<Member> members, int threads) {
        this.members = List.copyOf(members);
        this.rows = DeviceRows.open(threads);
        try {
            members.forEach(member -> trainers.add(new DjlModelTrainer(member.plan(), member.seed(), threads, rows)));
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    boolean isJoint() {
        return members.size() > 1;
    }

    Member member(int place) {
        return members.get(place);
    }

    DjlModelTrainer trainer(int place) {
        return trainers.get(place);
    }

    /** The chain of the trial's own callbacks, with what was declared in between. */
    CallbackChain chain(List<CallbackLink> before, List<CallbackLink> declared, List<CallbackLink> after) {
        List<CallbackLink> links = new ArrayList<>(before);
        links.addAll(declared);
        links.addAll(after);
        CallbackChain chain = CallbackChain.of(links);
        chains.put("", chain);
        return chain;
    }

    /** All of them, each with its own callbacks. */
    List<JointLoop.Member> together(List<List<CallbackLink>> declared, RunLogger logger) {
        List<JointLoop.Member> together = new ArrayList<>();
        for (int place = 0; place < members.size(); place++) {
            String name = members.get(place).name();
            List<CallbackLink> links = new ArrayList<>();
            links.add(CallbackLink.lasting(new MemberLogger(logger, name)));
            links.addAll(declared.get(place));
            CallbackChain chain = CallbackChain.of(links);
            chains.put(name + ".", chain);
            TrainingControl control = new TrainingControl();
            controls.add(control);
            together.add(new JointLoop.Member(name, trainers.get(place), chain, control));
        }
        return together;
    }

    /** The chains by what their callbacks' names begin with. */
    Map<String, CallbackChain> chains() {
        return Collections.unmodifiableMap(chains);
    }

    /**
     * Restores what was evaluated at a checkpoint, or leaves all as they are, and looks at the test rows of all.
     *
     * @return the place of the one that was best on its own validation rows
     */
    int restore(Training loop, Optional<TrainingSnapshot> snapshot, TrainingControl control, TrialObjective objective) {
        int chosen = 0;
        double best = Double.NaN;
        for (int place = 0; place < members.size(); place++) {
            String name = members.get(place).name();
            Optional<TrainingSnapshot> own = isJoint() ? snapshot.flatMap(all -> JointLoop.part(all, name)) : snapshot;
            if (own.isPresent()) {
                trainers.get(place).restoreWeights(TrainingLoop.evaluatedWeights(own.get()));
            } else if ((isJoint() ? controls.get(place) : control).isAverageJudged()) {
                trainers.get(place).exchangeAverage();
            }
            if (loop instanceof JointLoop joint) {
                double value = judged(own.map(JointLoop::metrics).orElseGet(() -> joint.metrics(name)), objective);
                if (value > best || (Double.isNaN(best) && !Double.isNaN(value))) {
                    best = value;
                    chosen = place;
                }
            }
            tested.add(trainers.get(place).evaluate(Split.TEST));
        }
        return chosen;
    }

    /** The larger, the better. */
    private static double judged(Map<String, Double> metrics, TrialObjective objective) {
        Double value = metrics.get(objective.metric());
        if (value == null) { // it is one of all members together, such as a deviation
            return -metrics.getOrDefault(FALLBACK, Double.NaN);
        }
        return objective.maximize() ? value : -value;
    }

    /** What one's test rows came to. */
    Map<String, Double> measured(int place) {
        return tested.get(place);
    }

    /** What the test rows came to: {@code test_…}, as means if there are several. */
    Map<String, Double> tested() {
        List<Map<String, Double>> named = new ArrayList<>();
        for (Map<String, Double> measured : tested) {
            named.add(ofTest(measured));
        }
        return isJoint() ? MemberMetrics.of(named) : named.getFirst();
    }

    /** What each one's test rows came to, under names of its own. */
    Map<String, Double> testedByMember() {
        Map<String, Double> values = new LinkedHashMap<>();
        for (int place = 0; place < members.size(); place++) {
            values.putAll(MemberLogger.named(members.get(place).name(), ofTest(tested.get(place))));
        }
        return values;
    }

    private static Map<String, Double> ofTest(Map<String, Double> measured) {
        Map<String, Double> values = new LinkedHashMap<>();
        new TreeMap<>(measured).forEach((name, value) -> values.put("test_" + name, value));
        return values;
    }

    /** But for the chain of the trial's own callbacks. */
    @Override
    public void close() {
        chains.forEach((prefix, chain) -> {
            if (!prefix.isEmpty()) {
                chain.close();
            }
        });
        trainers.forEach(DjlModelTrainer::close);
        rows.close();
    }
}
