package dev.sluice.console.promote;

import dev.sluice.console.folder.DataFolder;
import dev.sluice.console.problem.Problem;
import dev.sluice.console.specification.PromotionSection;
import dev.sluice.console.specification.SweepSpecification;
import dev.sluice.console.study.Archive;
import dev.sluice.console.study.Committed;
import dev.sluice.console.study.Ids;
import dev.sluice.console.study.Specifications;
import dev.sluice.console.study.StudyDesk;
import dev.sluice.console.study.SweepEvent;
import dev.sluice.console.study.SweepSnapshot;
import dev.sluice.console.study.SweepState;
import dev.sluice.console.study.TrialSnapshot;
import dev.sluice.console.tracking.Tracking;
import dev.sluice.search.trial.TrialState;
import dev.sluice.tracker.MetricPoint;
import dev.sluice.tracker.Run;
import dev.sluice.tracker.RunId;
import dev.sluice.tracker.RunRequest;
import dev.sluice.tracker.TrackingException;
import dev.sluice.tracker.TrackingText;
import dev.sluice.tracker.artifact.UploadNote;
import dev.sluice.tracker.mlflow.MlflowTracker;
import dev.sluice.tracker.registry.ModelAlias;
import dev.sluice.tracker.registry.ModelPublication;
import dev.sluice.tracker.registry.ModelPublisher;
import dev.sluice.tracker.registry.ModelRejectedException;
import dev.sluice.tracker.registry.ModelVersion;
import io.quarkus.hibernate.orm.panache.Panache;
import io.quarkus.logging.Log;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/*
 * A promotion is an intent, written before the act, and then the same publication again and again until it is through:
 * every step of it finds what an earlier try has left, by the promotion's id, and the alias moves last.
 */

/** Makes a trial's packaged model a version of a registered model, under an alias. Thread-safe. */
@ApplicationScoped
public class PromotionService {
    private static final Perseverance PERSEVERANCE = new Perseverance(Duration.ofMillis(500), Duration.ofSeconds(20));

    private static final String VALUE_TAG = "sluice.value.";

    private final Archive archive;
    private final StudyDesk desk;
    private final Tracking tracking;
    private final DataFolder data;
    private final PredictionCheck predictions;
    private final ReentrantLock oneAtATime = new ReentrantLock();
    /** Held from the look at an alias to its move. */
    private final ReentrantLock aliases = new ReentrantLock();

    private volatile boolean open = true;

    PromotionService(Archive archive, StudyDesk desk, Tracking tracking, DataFolder data, PredictionCheck predictions) {
        this.archive = archive;
        this.desk = desk;
        this.tracking = tracking;
        this.data = data;
        this.predictions = predictions;
    }

    /** Goes on with what a service before this one left, and promotes by itself when a sweep completes. */
    public void start() {
        desk.listen(this::committed);
        try {
            UploadNote.tidy(data.promotions());
        } catch (IOException e) {
            Log.warnf(e, "event=not-tidied folder=%s", data.promotions());
        }
        QuarkusTransaction.requiringNew()
                .call(() -> PromotionEntity.<PromotionEntity>list(
                        "state in ?1", List.of(PromotionState.RUNNING, PromotionState.ROLLING_BACK)))
                .forEach(p -> work(p.id));
        takeUp();
    }

    /** Promotes by itself what completed while nobody could note it: at a start, and when the database is back. */
    public void takeUp() {
        for (var sweep : archive.untracked()) {
            if (sweep.state() == SweepState.COMPLETED) {
                promoteByItself(sweep.id());
            }
        }
    }

    public void stop() {
        open = false;
    }

    /**
     * Begins a promotion; it goes on by itself.
     *
     * @param trial empty: the best trial
     * @param alias empty: the version gets none
     */
    public PromotionView promote(UUID sweep, Optional<UUID> trial, String model, Optional<String> alias) {
        var saved = archive.sweep(sweep)
                .orElseThrow(() -> new Problem.Missing("There is no sweep %s.".formatted(sweep)).exception());
        var chosen = trial.or(() -> best(saved));
        if (chosen.isEmpty()) {
            throw new Problem.Conflict(
                            specification(saved).objectives().size() > 1
                                    ? "The sweep has several objectives, so no trial is the best of all; name one, such as one of its Pareto front."
                                    : saved.bestTrial().isPresent()
                                            ? "The sweep's best trial was taken over from an earlier study, and none that ran here has a value yet; there is nothing to promote."
                                            : "The sweep has no best trial yet; there is nothing to promote.")
                    .exception();
        }
        trial.ifPresent(id -> {
            if (archive.trial(id).filter(t -> t.sweep().equals(sweep)).isEmpty()) {
                throw Problem.Invalid.at("/trialId", "The sweep has no trial %s.".formatted(id))
                        .exception();
            }
        });
        var promotion = begin(saved, chosen, model, alias, false);
        work(promotion.id());
        return promotion;
    }

    /**
     * Begins to put the alias of a promotion back to where it was; it goes on by itself. Once more changes nothing.
     *
     * @throws RuntimeException a Problem: there is no such promotion, or it has not moved an alias
     */
    public PromotionView rollBack(UUID id) {
        var view = QuarkusTransaction.requiringNew().call(() -> {
            var promotion = PromotionEntity.<PromotionEntity>findById(id);
            if (promotion == null) {
                throw new Problem.Missing("There is no promotion %s.".formatted(id)).exception();
            }
            switch (promotion.state) {
                case ROLLING_BACK, ROLLED_BACK -> {}
                case DONE -> {
                    if (promotion.alias == null || promotion.previous == null) {
                        throw new Problem.Conflict(
                                        "The promotion moved no alias, or it is not known from where; there is nothing to put back.")
                                .exception();
                    }
                    promotion.state = PromotionState.ROLLING_BACK;
                    promotion.reason = "";
                    promotion.endedAt = null;
                }
                case RUNNING, REFUSED, FAILED ->
                    throw new Problem.Conflict("The promotion is %s; only one that is DONE can be rolled back."
                                    .formatted(promotion.state))
                            .exception();
            }
            return promotion.view();
        });
        if (view.state() == PromotionState.ROLLING_BACK) {
            work(id);
        }
        return view;
    }

    @Transactional
    public Optional<PromotionView> find(UUID id) {
        return PromotionEntity.<PromotionEntity>findByIdOptional(id).map(PromotionEntity::view);
    }

    /** Newest first. */
    @Transactional
    public List<PromotionView> of(UUID sweep) {
        return PromotionEntity.<PromotionEntity>list("sweep = ?1 order by createdAt desc", sweep).stream()
                .map(PromotionEntity::view)
                .toList();
    }

    private void committed(Committed committed) {
        for (var recorded : committed.events()) {
            if (recorded.event() instanceof SweepEvent.StateChanged changed
                    && changed.state() == SweepState.COMPLETED) {
                var sweep = committed.sweep().id();
                Thread.startVirtualThread(() -> promoteByItself(sweep));
            }
        }
    }

    /** At most once each time that a sweep completes, however often it is asked. */
    private void promoteByItself(UUID sweep) {
        var saved = archive.sweep(sweep);
        if (saved.isEmpty()) {
            return;
        }
        var section = specification(saved.get()).promotion();
        if (section.isEmpty()) {
            return;
        }
        var best = best(saved.get());
        if (best.isEmpty()) {
            return;
        }
        oneAtATime.lock();
        try {
            boolean before = QuarkusTransaction.requiringNew()
                    .call(() -> PromotionEntity.count(
                                    "sweep = ?1 and automatic = true and createdAt >= ?2",
                                    sweep,
                                    saved.get().endedAt().orElse(Instant.EPOCH))
                            > 0);
            if (before) {
                return;
            }
            work(begin(saved.get(), best, section.get().model(), section.get().alias(), true)
                    .id());
        } finally {
            oneAtATime.unlock();
        }
    }

    private PromotionView begin(
            SweepSnapshot sweep, Optional<UUID> trial, String model, Optional<String> alias, boolean automatic) {
        return QuarkusTransaction.requiringNew().call(() -> {
            var promotion = new PromotionEntity();
            promotion.id = Ids.next();
            promotion.sweep = sweep.id();
            promotion.trial = trial.orElse(null);
            promotion.model = model;
            promotion.alias = alias.orElse(null);
            promotion.automatic = automatic;
            promotion.state = PromotionState.RUNNING;
            promotion.reason = "";
            promotion.createdAt = Instant.now().truncatedTo(ChronoUnit.MICROS);
            promotion.persist();
            Panache.flush();
            return promotion.view();
        });
    }

    /** The best trial of those that ran in this sweep. */
    private Optional<UUID> best(SweepSnapshot sweep) {
        var best = sweep.bestTrial().flatMap(number -> archive.trial(sweep.id(), number));
        if (best.isEmpty() || best.get().ranHere()) {
            return best.map(TrialSnapshot::id);
        }
        return BestRan.of(
                        specification(sweep).goals(),
                        archive.trials(sweep.id(), Optional.empty(), -1, Integer.MAX_VALUE))
                .map(TrialSnapshot::id);
    }

    private void work(UUID id) {
        Thread.ofVirtual()
                .name("promotion-" + id)
                .start(() ->
                        PERSEVERANCE.untilDone(id.toString(), () -> open, () -> step(id), error -> broken(id, error)));
    }

    /** A rollback that broke off leaves the alias where it is, so that it can be asked for again. */
    private void broken(UUID id, Error error) {
        var promotion = QuarkusTransaction.requiringNew().call(() -> find(id));
        if (promotion.isEmpty()) {
            return;
        }
        boolean back = promotion.get().state() == PromotionState.ROLLING_BACK;
        if (back || promotion.get().state() == PromotionState.RUNNING) {
            end(
                    id,
                    back ? PromotionState.DONE : PromotionState.FAILED,
                    promotion.get().version(),
                    "The service failed at the %s: %s".formatted(back ? "rollback" : "promotion", error));
        }
    }

    /** One try; whether the promotion has come to its end. */
    private boolean step(UUID id) {
        var promotion = QuarkusTransaction.requiringNew().call(() -> find(id));
        if (promotion.isEmpty()) {
            return true;
        }
        boolean back = promotion.get().state() == PromotionState.ROLLING_BACK;
        if (!back && promotion.get().state() != PromotionState.RUNNING) {
            return true;
        }
        try {
            return back ? putBack(promotion.get()) : attempt(promotion.get());
        } catch (TrackingException e) {
            if (!e.retryable()) {
                end(
                        id,
                        back ? PromotionState.DONE : PromotionState.FAILED,
                        promotion.get().version(),
                        "MLflow refused: " + e.getMessage());
                return true;
            }
            waiting(
                    id,
                    (e.kind() == TrackingException.Kind.STORAGE
                                    ? "The storage behind MLflow does not take the model: "
                                    : "MLflow does not answer: ")
                            + e.getMessage());
            return false;
        } catch (ModelRejectedException e) {
            end(id, PromotionState.FAILED, null, String.valueOf(e.getMessage()));
            return true;
        } catch (IOException | IllegalArgumentException e) {
            Log.errorf(e, "event=promotion-failed promotion=%s", id);
            end(id, PromotionState.FAILED, null, "The model could not be handed over: " + e.getMessage());
            return true;
        }
    }

    /** Goes through all steps; false when one of them must wait. */
    private boolean attempt(PromotionView promotion) throws IOException {
        var sweep = archive.sweep(promotion.sweep()).orElseThrow();
        var specification = specification(sweep);
        var trialId = promotion.trialId();
        if (trialId == null) {
            end(promotion.id(), PromotionState.REFUSED, null, "The sweep has no best trial.");
            return true;
        }
        var trial = archive.trial(trialId).orElseThrow();
        var refusal = refusal(specification, promotion, trial);
        if (refusal.isPresent()) {
            end(promotion.id(), PromotionState.REFUSED, null, refusal.get());
            return true;
        }
        var mlflow = tracking.mlflow();
        if (mlflow.isEmpty()) {
            end(promotion.id(), PromotionState.FAILED, null, "Tracking is switched off; there is no model registry.");
            return true;
        }
        var run = tracking.trialRun(trial.id());
        if (run.isEmpty()) {
            waiting(promotion.id(), "The trial's run is not in MLflow yet.");
            return false;
        }
        var registry = mlflow.get().models();
        refusal = notBetter(specification, promotion, trial, mlflow.get());
        if (refusal.isPresent()) {
            end(promotion.id(), PromotionState.REFUSED, null, refusal.get());
            return true;
        }
        var params = new LinkedHashMap<String, String>();
        trial.params().forEach((name, value) -> params.put(name, String.valueOf(value)));
        var packaged = data.trial(trial.id()).model();
        var version = new ModelPublisher(
                        registry,
                        (files, folder) -> {
                            var found = predictions.examine(files, folder, packaged, data.promotion(promotion.id()));
                            change(promotion.id(), p -> p.verification = shortened(found));
                        },
                        UploadNote.in(data.promotionUpload(promotion.id())))
                .publish(new ModelPublication(
                        promotion.id().toString(),
                        mlflow.get()
                                .experiment(specification.tracking().experiment())
                                .id(),
                        new RunId(run.get()),
                        Math.max(0, trial.step()),
                        packaged,
                        modelType(specification),
                        params,
                        points(mlflow.get(), new RunId(run.get()), trial),
                        promotion.model(),
                        Optional.empty(),
                        "Trial %d of sweep %s".formatted(trial.number(), specification.name()),
                        lineage(sweep, specification, trial, mlflow.get().run(new RunId(run.get())))));
        if (promotion.alias() != null) {
            refusal = moveAlias(promotion, specification, trial, mlflow.get(), version.version());
            if (refusal.isPresent()) {
                end(promotion.id(), PromotionState.REFUSED, Integer.toString(version.version()), refusal.get());
                return true;
            }
        }
        Log.infof(
                "event=promoted sweep=%s trial=%d model=%s version=%d alias=%s",
                sweep.id(), trial.number(), promotion.model(), version.version(), promotion.alias());
        end(promotion.id(), PromotionState.DONE, Integer.toString(version.version()), "");
        return true;
    }

    /**
     * Points the alias to the new version, last of all; first it is written down where the alias pointed. A promotion
     * that came in between may have raised what is to be beaten.
     *
     * @return why it is not to be, if so
     */
    private Optional<String> moveAlias(
            PromotionView promotion,
            SweepSpecification specification,
            TrialSnapshot trial,
            MlflowTracker mlflow,
            int version) {
        var alias = new ModelAlias(promotion.model(), Objects.requireNonNull(promotion.alias()));
        aliases.lock();
        try {
            var now = mlflow.models().byAlias(alias);
            if (now.isPresent() && now.get().version() == version) {
                return Optional.empty(); // moved by a try whose end was not written down
            }
            var refusal = notBetter(specification, promotion, trial, mlflow);
            if (refusal.isPresent()) {
                return refusal;
            }
            var before = now.map(v -> Integer.toString(v.version())).orElse("");
            change(promotion.id(), p -> p.previous = before);
            mlflow.models().setAlias(alias, version);
            return Optional.empty();
        } finally {
            aliases.unlock();
        }
    }

    /** One try to put an alias back; whether that has come to its end. */
    private boolean putBack(PromotionView promotion) {
        var mlflow = tracking.mlflow();
        if (mlflow.isEmpty()) {
            end(
                    promotion.id(),
                    PromotionState.DONE,
                    promotion.version(),
                    "Tracking is switched off; nothing was put back.");
            return true;
        }
        var registry = mlflow.get().models();
        var alias = new ModelAlias(promotion.model(), Objects.requireNonNull(promotion.alias()));
        var previous = Objects.requireNonNull(promotion.previousVersion());
        aliases.lock();
        try {
            var now = registry.byAlias(alias)
                    .map(v -> Integer.toString(v.version()))
                    .orElse("");
            if (now.equals(promotion.version())) {
                if (previous.isEmpty()) {
                    registry.deleteAlias(alias);
                } else {
                    registry.setAlias(alias, Integer.parseInt(previous));
                }
            } else if (!now.equals(previous)) {
                end(
                        promotion.id(),
                        PromotionState.DONE,
                        promotion.version(),
                        "Not rolled back: %s points to %s by now, not to version %s any more."
                                .formatted(alias, now.isEmpty() ? "nothing" : "version " + now, promotion.version()));
                return true;
            }
        } finally {
            aliases.unlock();
        }
        Log.infof("event=rolled-back model=%s alias=%s version=%s", alias.model(), alias.alias(), previous);
        end(
                promotion.id(),
                PromotionState.ROLLED_BACK,
                promotion.version(),
                previous.isEmpty()
                        ? "%s points to nothing again.".formatted(alias)
                        : "%s points to version %s again.".formatted(alias, previous));
        return true;
    }

    /** Why the trial is not better than the version that the sweep file wants to see beaten; empty if it is. */
    private static Optional<String> notBetter(
            SweepSpecification specification, PromotionView promotion, TrialSnapshot trial, MlflowTracker mlflow) {
        var section = specification.promotion().filter(s -> s.model().equals(promotion.model()));
        var wanted = section.flatMap(PromotionSection::betterThan);
        if (wanted.isEmpty()) {
            return Optional.empty();
        }
        var alias = new ModelAlias(promotion.model(), wanted.get());
        var holder = mlflow.models().byAlias(alias);
        if (holder.isEmpty()
                || promotion.id().toString().equals(holder.get().tags().get(RunRequest.KEY_TAG))) {
            return Optional.empty();
        }
        var objective = specification.objectives().getFirst();
        var champion = "%s (version %d)".formatted(alias, holder.get().version());
        var held = value(holder.get(), objective.metric(), mlflow);
        if (held.isEmpty()) {
            return Optional.of("Whether trial %d is better than %s is not known: that has no %s."
                    .formatted(trial.number(), champion, objective.metric()));
        }
        double own = trial.values().getOrDefault(objective.metric(), Double.NaN);
        return objective.direction().isBetter(own, held.get())
                ? Optional.empty()
                : Optional.of("Trial %d is not better than %s: its %s is %s, and that one's is %s."
                        .formatted(trial.number(), champion, objective.metric(), own, held.get()));
    }

    /** How good a version is: by its own tag, or, where others made it, by its run. */
    private static Optional<Double> value(ModelVersion version, String metric, MlflowTracker mlflow) {
        var tag = version.tags().get(TrackingText.legalKey(VALUE_TAG + metric));
        if (tag != null) {
            try {
                return Optional.of(Double.parseDouble(tag));
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }
        return version.run().flatMap(mlflow::run).map(run -> run.metrics().get(TrackingText.legalKey(metric)));
    }

    /** What a version came out of: sweep, trial, objective, result, data and code. */
    private static Map<String, String> lineage(
            SweepSnapshot sweep, SweepSpecification specification, TrialSnapshot trial, Optional<Run> run) {
        var tags = new LinkedHashMap<String, String>();
        tags.put("sluice.sweep", sweep.id().toString());
        tags.put("sluice.sweep.name", specification.name());
        tags.put("sluice.trial", trial.id().toString());
        tags.put("sluice.trial.number", Integer.toString(trial.number()));
        run.ifPresent(from -> {
            from.tags().forEach((name, value) -> {
                if (name.startsWith("mlflow.source.")) {
                    tags.put(name, value);
                }
            });
            if (!from.datasets().isEmpty()) {
                tags.put(
                        "sluice.datasets",
                        from.datasets().stream()
                                .map(dataset -> dataset.name() + "@" + dataset.digest())
                                .sorted()
                                .collect(Collectors.joining(" ")));
            }
        });
        for (var objective : specification.objectives()) {
            var value = trial.values().get(objective.metric());
            if (value != null) {
                tags.put(VALUE_TAG + objective.metric(), value.toString());
            }
        }
        return tags;
    }

    /** The trial's result as its run has it: the last point of each value's metric that is that value. */
    private static List<MetricPoint> points(MlflowTracker mlflow, RunId run, TrialSnapshot trial) {
        var points = new ArrayList<MetricPoint>();
        trial.values()
                .forEach((metric, value) -> mlflow.metricHistory(run, metric).stream()
                        .filter(point -> point.value() == value)
                        .max(Comparator.comparingLong(MetricPoint::step))
                        .ifPresent(points::add));
        return points;
    }

    private Optional<String> refusal(SweepSpecification specification, PromotionView promotion, TrialSnapshot trial)
            throws IOException {
        if (trial.state() != TrialState.COMPLETE && trial.state() != TrialState.PRUNED) {
            return Optional.of("Trial %d is %s; only a complete or pruned trial can be promoted."
                    .formatted(trial.number(), trial.state()));
        }
        var elsewhere = BestRan.elsewhere(trial);
        if (elsewhere.isPresent()) {
            return elsewhere;
        }
        var broken = BestRan.broken(specification.goals(), trial);
        if (broken.isPresent()) {
            return broken;
        }
        var model = data.trial(trial.id()).model();
        if (!Files.isRegularFile(model.resolve(ModelFolder.MLMODEL))) {
            return Optional.of(
                    "Trial %d has no model folder with an MLmodel file in it; a trial makes its model promotable by writing one."
                            .formatted(trial.number()));
        }
        var fault = ModelFolder.fault(model);
        if (fault.isPresent()) {
            return Optional.of("The model of trial %d could not be loaded from MLflow, because %s."
                    .formatted(trial.number(), fault.get()));
        }
        return specification
                .promotion()
                .filter(section -> section.model().equals(promotion.model()))
                .flatMap(section -> gate(section, trial));
    }

    private static Optional<String> gate(PromotionSection section, TrialSnapshot trial) {
        for (var gate : section.gates()) {
            var passed = gate.test(trial.values());
            if (passed.isEmpty()) {
                return Optional.of("Gate `%s` needs a metric that trial %d did not report at its best step; it has %s."
                        .formatted(gate.text(), trial.number(), trial.values().keySet()));
            }
            if (!passed.get()) {
                return Optional.of("Gate `%s` does not hold: trial %d has %s."
                        .formatted(gate.text(), trial.number(), trial.values()));
            }
        }
        return Optional.empty();
    }

    private static String modelType(SweepSpecification specification) {
        return specification.trial() instanceof dev.sluice.console.specification.TrialSection.TrainerTrial own
                ? own.model()
                : "";
    }

    private static SweepSpecification specification(SweepSnapshot sweep) {
        return Specifications.of(sweep.specification());
    }

    private void waiting(UUID id, String reason) {
        change(id, p -> p.reason = shortened(reason));
    }

    private void end(UUID id, PromotionState state, @Nullable String version, String reason) {
        change(id, p -> {
            p.state = state;
            p.version = version;
            p.reason = shortened(reason);
            p.endedAt = Instant.now().truncatedTo(ChronoUnit.MICROS);
        });
        try {
            Files.deleteIfExists(data.promotionUpload(id));
        } catch (IOException e) {
            Log.warnf(e, "event=not-deleted file=%s", data.promotionUpload(id));
        }
        if (state == PromotionState.REFUSED || state == PromotionState.FAILED) {
            Log.warnf("event=not-promoted promotion=%s state=%s reason=\"%s\"", id, state, reason);
        }
    }

    private static String shortened(String text) {
        return text.length() > 2000 ? text.substring(0, 2000) : text;
    }

    private static void change(UUID id, Consumer<PromotionEntity> change) {
        QuarkusTransaction.requiringNew()
                .run(() -> PromotionEntity.<PromotionEntity>findByIdOptional(id).ifPresent(change));
    }
}
