package dev.sluice.console.specification;

import dev.sluice.search.expression.Expression;
import dev.sluice.search.expression.ExpressionException;
import dev.sluice.search.sampler.NoFeasiblePointException;
import dev.sluice.search.sampler.RandomSampler;
import dev.sluice.search.sampler.SamplerContext;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.OutcomeConstraint;
import dev.sluice.search.trial.Report;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Reads one sweep file from its nodes. It goes on after a wrong field with the field's default, so that all errors are found
 * in one go. Serves one file; not thread-safe.
 */
final class SweepReading {
    static final List<String> KEYS = List.of(
            "name",
            "description",
            "labels",
            "objective",
            "objectives",
            "parameters",
            "parameterConstraints",
            "constraints",
            "enqueue",
            "warmStart",
            "search",
            "pruning",
            "budget",
            "trial",
            "resources",
            "priority",
            "retries",
            "failurePolicies",
            "alerts",
            "tracking",
            "promotion");
    static final int LONGEST_NAME = 200;
    static final int LONGEST_PATTERN = 1000;
    static final int MOST_OBJECTIVES = 8;
    static final int MOST_EARLIER = 20;

    /** MLflow takes no longer ones. */
    private static final int LONGEST_DIGEST = 36;

    private static final int LONGEST_SOURCE = 2000;

    private static final Map<String, String> SYNONYMS = Map.ofEntries(
            Map.entry("space", "parameters"),
            Map.entry("searchspace", "parameters"),
            Map.entry("params", "parameters"),
            Map.entry("outcomeconstraints", "constraints"),
            Map.entry("metric", "objective"),
            Map.entry("goal", "objective"),
            Map.entry("sampler", "search"),
            Map.entry("algorithm", "search"),
            Map.entry("method", "search"),
            Map.entry("pruner", "pruning"),
            Map.entry("scheduler", "pruning"),
            Map.entry("earlyterminate", "pruning"),
            Map.entry("trials", "budget"),
            Map.entry("limits", "budget"),
            Map.entry("command", "trial"),
            Map.entry("trainer", "trial"),
            Map.entry("experiment", "tracking"),
            Map.entry("mlflow", "tracking"),
            Map.entry("promote", "promotion"),
            Map.entry("retry", "retries"),
            Map.entry("alarms", "alerts"),
            Map.entry("notifications", "alerts"),
            Map.entry("tags", "labels"),
            Map.entry("points", "enqueue"),
            Map.entry("priorruns", "warmStart"),
            Map.entry("prior", "warmStart"),
            Map.entry("initialtrials", "warmStart"));
    private static final List<String> GOALS = List.of("maximize", "minimize");
    private static final Map<String, String> GOAL_SYNONYMS =
            Map.of("max", "maximize", "min", "minimize", "maximum", "maximize", "minimum", "minimize");
    /** How trials share a GPU. */
    private static final List<String> SHARES = List.of("memory");

    /** Further than this no two priorities need be apart. */
    private static final int HIGHEST_PRIORITY = 1000;

    private static final List<String> POLICIES = List.of("INFEASIBLE", "PRUNED", "FAILED");
    private static final Pattern MODEL_ODD = Pattern.compile("[/:]");
    private static final Pattern ALIAS = Pattern.compile("[A-Za-z0-9_-]{1,255}");
    private static final Pattern VERSION_ALIAS = Pattern.compile("(?i)v\\d+|latest");

    private final TrainerCatalog catalog;
    private final RandomGenerator seeds;
    private final Problems problems;
    private Optional<TrainerCatalog.Task> task = Optional.empty();

    SweepReading(TrainerCatalog catalog, RandomGenerator seeds, Problems problems) {
        this.catalog = catalog;
        this.seeds = seeds;
        this.problems = problems;
    }

    /** The specification; empty where a part that everything hangs on is missing. It counts only without problems. */
    Optional<SweepSpecification> read(Node root) {
        if (!(root instanceof Node.Mapping mapping)) {
            problems.add(
                    "",
                    root.position(),
                    "a sweep file must be a mapping that begins with 'name: …', was " + root.inWords());
            return Optional.empty();
        }
        Section sweep = new Section("", "", mapping, problems);
        sweep.allow(KEYS, SYNONYMS);
        sweep.require("name", "what the sweep is called, such as digits-cnn");
        String name = sweep.line("name", LONGEST_NAME, "what the sweep is called, such as digits-cnn")
                .orElse("");
        String description =
                sweep.text("description", "a sentence about the sweep").orElse("");
        Map<String, String> labels = sweep.textMap("labels", "{team: vision}");
        SpaceReading spaceReading = new SpaceReading(problems);
        Optional<SearchSpace> space = spaceReading.read(sweep);
        TrialReading trialReading = new TrialReading(catalog, spaceReading, problems);
        Optional<TrialSection> trial = trialReading.read(sweep);
        task = trialReading.task();
        List<Objective> objectives = readObjectives(sweep);
        List<OutcomeConstraint> constraints = readConstraints(sweep, space);
        List<ParameterValues> enqueue =
                space.map(right -> spaceReading.readEnqueued(sweep, right)).orElse(List.of());
        Optional<WarmStartSection> warmStart = readWarmStart(sweep);
        AlgorithmReading algorithms = new AlgorithmReading(seeds);
        SearchSection search = algorithms.readSearch(sweep);
        PruningSection pruning = algorithms.readPruning(sweep);
        BudgetSection budget = readBudget(sweep, search);
        ResourcesSection resources = readResources(sweep);
        int priority = (int) sweep.whole(
                        "priority",
                        -HIGHEST_PRIORITY,
                        HIGHEST_PRIORITY,
                        "sweeps with a higher one go first; 0 is usual")
                .orElse(0);
        RetriesSection retries = readRetries(sweep);
        List<FailurePolicy> failurePolicies = readFailurePolicies(sweep);
        List<AlertRule> alerts = AlertReading.read(sweep);
        TrackingSection tracking = readTracking(sweep, name);
        Optional<PromotionSection> promotion = readPromotion(sweep);
        Optional<Goals> goals = goals(sweep, objectives, constraints);
        if (space.isPresent() && goals.isPresent()) {
            AlgorithmReading.check(
                    sweep,
                    search,
                    pruning,
                    new SamplerContext(
                            space.get(),
                            goals.get(),
                            search.seed(),
                            budget.trials(),
                            budget.parallel(),
                            OptionalLong.empty()));
            checkFeasible(sweep, space.get());
        }
        if (objectives.size() > 1 && budget.regret().isPresent()) {
            sweep.section("budget", "")
                    .ifPresent(section -> section.problem(
                            "regret",
                            section.field("regret")
                                    + " is a bound for one objective, and there are several; 'stall' works with them"));
        }
        if (objectives.size() > 1 && promotion.isPresent()) {
            sweep.keyProblem(
                    "promotion",
                    "'promotion' takes the best trial by itself, and with several objectives there is no single best;"
                            + " leave it out and promote one of the Pareto front by hand, with its number");
        }
        if (space.isEmpty() || trial.isEmpty() || goals.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new SweepSpecification(
                name,
                description,
                labels,
                goals.get(),
                space.get(),
                enqueue,
                warmStart,
                search,
                pruning,
                budget,
                trial.get(),
                resources,
                priority,
                retries,
                failurePolicies,
                alerts,
                tracking,
                promotion));
    }

    /** A sweep whose constraints leave nothing to try is better refused now than failed later. */
    private static void checkFeasible(Section sweep, SearchSpace space) {
        if (space.constraints().isEmpty()) {
            return;
        }
        try {
            RandomSampler.of(space).draw(new SplittableRandom(0));
        } catch (NoFeasiblePointException nothing) {
            sweep.problem(
                    "parameterConstraints", "'parameterConstraints' leave nothing to try: " + nothing.getMessage());
        }
    }

    // ---- objective

    private List<Objective> readObjectives(Section sweep) {
        String example = "{metric: val_accuracy, goal: maximize}";
        if (sweep.has("objective") && sweep.has("objectives")) {
            sweep.keyProblem("objectives", "'objective' and 'objectives' are both there: keep one of them");
        } else if (!sweep.isMeant("objectives")) {
            sweep.require("objective", "which metric is sought, such as " + example);
        }
        List<Objective> objectives = new ArrayList<>();
        if (sweep.node("objective") instanceof Node.Sequence) {
            sweep.keyProblem(
                    "objective",
                    "'objective' must be a mapping such as " + example
                            + ", was a list; several objectives go to 'objectives'");
        } else {
            sweep.section("objective", example)
                    .flatMap(section -> readObjective(section, "'objective'"))
                    .ifPresent(objectives::add);
        }
        if (sweep.node("objectives") instanceof Node.Mapping) {
            sweep.keyProblem(
                    "objectives",
                    "'objectives' must be a list such as [" + example
                            + "], was a mapping; a single objective goes to 'objective'");
            return List.of();
        }
        List<Section.Item> items = sweep.items("objectives", "[" + example + "]");
        if (items.isEmpty() && sweep.node("objectives") instanceof Node.Sequence) {
            sweep.problem("objectives", "'objectives' must hold an objective such as " + example + ", was []");
        }
        if (items.size() > MOST_OBJECTIVES) {
            sweep.problem(
                    "objectives",
                    "'objectives' must hold at most " + MOST_OBJECTIVES + ", was " + items.size()
                            + ": among so many nearly every trial is as good as any other");
        }
        for (int index = 0; index < items.size(); index++) {
            String what = "objective " + index;
            Optional<Objective> objective = Section.of(
                            items.get(index).node(), items.get(index).pointer(), what, example, problems)
                    .flatMap(section -> readObjective(section, what));
            Optional<String> metric = objective.map(Objective::metric);
            if (objectives.stream()
                    .anyMatch(other -> metric.filter(other.metric()::equals).isPresent())) {
                problems.add(
                        items.get(index).pointer(),
                        items.get(index).node().position(),
                        what + " is on the metric " + Words.quoted(metric.orElse(""))
                                + ", and so is one before it; each objective is on a metric of its own");
                return List.of();
            }
            objective.ifPresent(objectives::add);
        }
        // Which of them is meant is not known, so that what is said of the two together would be of nobody's sweep.
        return sweep.has("objective") && sweep.has("objectives") ? List.of() : objectives;
    }

    /** What results must keep to: each a metric, a side and a number. */
    private List<OutcomeConstraint> readConstraints(Section sweep, Optional<SearchSpace> space) {
        List<OutcomeConstraint> constraints = new ArrayList<>();
        for (Section.Item item : sweep.texts("constraints", "[\"latency_ms <= 20\"]")) {
            readConstraint(item, space).ifPresent(constraints::add);
        }
        return constraints;
    }

    private Optional<OutcomeConstraint> readConstraint(Section.Item item, Optional<SearchSpace> space) {
        OutcomeConstraint constraint;
        try {
            constraint = OutcomeConstraint.parse(item.text());
        } catch (IllegalArgumentException unreadable) {
            problems.add(
                    item.pointer(),
                    item.node().position(),
                    "'constraints': " + unreadable.getMessage()
                            + (names(item.text(), space)
                                    ? "; what must hold between parameters goes to 'parameterConstraints'"
                                    : ""));
            return Optional.empty();
        }
        String metric = constraint.metric();
        if (space.flatMap(known -> known.find(metric)).isPresent()) {
            problems.add(
                    item.pointer(),
                    item.node().position(),
                    "the constraint '" + constraint + "' must be on a metric that trials report, and " + metric
                            + " is a parameter; what must hold between parameters goes to 'parameterConstraints'");
            return Optional.empty();
        }
        Optional<String> complaint = Names.complaint(metric)
                .map(bad -> "the metric name " + Words.quoted(metric) + " " + bad
                        + "; a constraint is on one metric, as trials report it")
                .or(() -> unmeasured(metric));
        complaint.ifPresent(bad ->
                problems.add(item.pointer(), item.node().position(), "the constraint '" + constraint + "': " + bad));
        return complaint.isPresent() ? Optional.empty() : Optional.of(constraint);
    }

    /** Whether a text has the name of a parameter in it. */
    private static boolean names(String text, Optional<SearchSpace> space) {
        List<String> words = List.of(text.split("[^\\p{L}\\p{N}_.:/-]+", -1));
        return space.stream().flatMap(known -> known.parameters().stream()).anyMatch(p -> words.contains(p.name()));
    }

    private static Optional<Goals> goals(
            Section sweep, List<Objective> objectives, List<OutcomeConstraint> constraints) {
        return objectives.isEmpty()
                ? Optional.empty()
                : goals(sweep, "objectives", objectives, List.of())
                        .flatMap(right -> goals(sweep, "constraints", objectives, constraints));
    }

    private static Optional<Goals> goals(
            Section sweep, String key, List<Objective> objectives, List<OutcomeConstraint> constraints) {
        try {
            return Optional.of(new Goals(objectives, constraints));
        } catch (IllegalArgumentException twice) {
            sweep.problem(key, "'" + key + "': " + twice.getMessage());
            return Optional.empty();
        }
    }

    private Optional<Objective> readObjective(Section section, String what) {
        Section objective = new Section(section.pointer(), what, section.mapping(), problems);
        objective.allow(
                List.of("metric", "goal", "report"),
                Map.of("name", "metric", "direction", "goal", "mode", "goal", "type", "goal", "key", "metric"));
        objective.require("metric", "the name under which trials report it, such as val_accuracy");
        objective.require("goal", "maximize or minimize");
        Optional<String> metric = objective.text("metric", "such as val_accuracy");
        metric.flatMap(Names::complaint)
                .ifPresent(complaint -> objective.problem(
                        "metric",
                        objective.field("metric") + " " + complaint + ", was " + Words.quoted(metric.orElse(""))));
        metric.flatMap(this::unmeasured)
                .ifPresent(complaint -> objective.problem("metric", objective.field("metric") + ": " + complaint));
        Optional<String> goal = objective.word("goal", GOALS, GOAL_SYNONYMS);
        Optional<String> report = objective.word("report", List.of("best", "last"), Map.of("final", "last"));
        if (metric.isEmpty()
                || goal.isEmpty()
                || metric.flatMap(Names::complaint).isPresent()) {
            return Optional.empty();
        }
        return Optional.of(new Objective(
                metric.get(),
                goal.get().equals("maximize") ? Direction.MAXIMIZE : Direction.MINIMIZE,
                report.orElse("best").equals("best") ? Report.BEST : Report.LAST));
    }

    /** What is wrong with a metric that the trainer's task does not report; empty where nothing is, or nothing is known. */
    private Optional<String> unmeasured(String metric) {
        return task.filter(
                        known -> !known.metrics().isEmpty() && !known.metrics().contains(metric))
                .map(known -> TrialReading.unmeasured(known, metric, known.metrics()));
    }

    // ---- warmStart

    private Optional<WarmStartSection> readWarmStart(Section sweep) {
        String example = "{from: [digits-cnn], trials: 50}";
        Optional<Section> section = sweep.section("warmStart", example);
        if (section.isEmpty()) {
            return Optional.empty();
        }
        Section warmStart = new Section(
                section.get().pointer(), "'warmStart'", section.get().mapping(), problems);
        warmStart.allow(
                List.of("from", "trials", "points"),
                Map.of("sweeps", "from", "sweep", "from", "studies", "from", "runs", "from", "limit", "trials"));
        String meaning = "the ids or names of earlier sweeps, such as [digits-cnn]";
        warmStart.require("from", meaning);
        List<String> from = new ArrayList<>();
        for (Section.Item item : warmStart.texts("from", "[digits-cnn]")) {
            String name = item.text();
            if (name.isBlank() || name.length() > LONGEST_NAME) {
                problems.add(
                        item.pointer(),
                        item.node().position(),
                        "'from' of 'warmStart' must hold " + meaning + ", was " + Words.quoted(name));
            } else if (from.contains(name)) {
                problems.add(
                        item.pointer(),
                        item.node().position(),
                        "'from' of 'warmStart' names " + Words.quoted(name) + " twice");
            } else {
                from.add(name);
            }
        }
        if (warmStart.node("from") instanceof Node.Sequence list
                && (list.items().isEmpty() || list.items().size() > MOST_EARLIER)) {
            warmStart.problem(
                    "from",
                    "'from' of 'warmStart' must hold 1 to " + MOST_EARLIER + " sweeps, was "
                            + list.items().size());
        }
        OptionalInt trials = warmStart.count("trials", 0, "how many of their trials are taken over at most");
        int points = warmStart
                .count("points", 0, "how many of each one's best points are tried first where they are not taken over")
                .orElse(WarmStartSection.POINTS);
        if (trials.equals(OptionalInt.of(0)) && points == 0) {
            warmStart.problem("'warmStart' with neither 'trials' nor 'points' takes nothing: leave it out");
        }
        return Optional.of(new WarmStartSection(from, trials, points));
    }

    // ---- budget

    private BudgetSection readBudget(Section sweep, SearchSection search) {
        boolean endsByItself = search.algorithm().equals("grid");
        if (!endsByItself) {
            sweep.require("budget", "how many trials are run, such as {trials: 40, parallel: 2}");
        }
        Optional<Section> section = sweep.section("budget", "{trials: 40, parallel: 2}");
        if (section.isEmpty()) {
            return new BudgetSection(
                    OptionalInt.empty(),
                    1,
                    Optional.empty(),
                    Optional.empty(),
                    OptionalInt.empty(),
                    OptionalInt.empty(),
                    OptionalDouble.empty());
        }
        Section budget = section.get();
        budget.allow(
                List.of("trials", "parallel", "wallTime", "trialTime", "failedTrials", "stall", "regret"),
                Map.ofEntries(
                        Map.entry("maxtrials", "trials"),
                        Map.entry("count", "trials"),
                        Map.entry("maxfailedtrials", "failedTrials"),
                        Map.entry("failures", "failedTrials"),
                        Map.entry("concurrency", "parallel"),
                        Map.entry("workers", "parallel"),
                        Map.entry("paralleltrials", "parallel"),
                        Map.entry("time", "wallTime"),
                        Map.entry("timeout", "wallTime"),
                        Map.entry("patience", "stall"),
                        Map.entry("regretbound", "regret"),
                        Map.entry("tolerance", "regret")));
        if (!budget.isMeant("wallTime") && !endsByItself) {
            budget.require(
                    "trials",
                    "how many trials are run; it may be left out only where 'wallTime' is given or a grid is searched");
        }
        OptionalInt stallTrials = OptionalInt.empty();
        Optional<Section> stall = budget.section("stall", "{trials: 20}");
        if (stall.isPresent()) {
            stall.get().allow(List.of("trials"));
            stall.get().require("trials", "after how many finished trials without a better one the sweep ends");
            stallTrials = stall.get().count("trials", 1, "finished trials without a better one");
        }
        return new BudgetSection(
                budget.count("trials", 1, "how many trials are run"),
                budget.count("parallel", 1, "trials at one time").orElse(1),
                budget.duration("wallTime", false),
                budget.duration("trialTime", false),
                budget.count("failedTrials", 0, "how many failed trials are borne"),
                stallTrials,
                readRegret(budget));
    }

    private static OptionalDouble readRegret(Section budget) {
        String meaning = "what is too little to search on for, in the metric's unit";
        OptionalDouble regret = budget.number("regret", meaning);
        if (regret.isPresent() && !(regret.getAsDouble() > 0)) {
            budget.problem(
                    "regret",
                    budget.field("regret") + " must be greater than 0 (" + meaning + "), was "
                            + budget.shown("regret"));
            return OptionalDouble.empty();
        }
        return regret;
    }

    // ---- resources, retries, failurePolicies

    private static ResourcesSection readResources(Section sweep) {
        String example = "{gpus: 0, cpus: 1, memory: 2GiB}";
        return sweep.section("resources", example)
                .map(section -> {
                    section.allow(
                            List.of("gpus", "cpus", "memory", "share"),
                            Map.of(
                                    "gpu", "gpus", "cpu", "cpus", "threads", "cpus", "ram", "memory", "mem", "memory",
                                    "sharing", "share", "packing", "share"));
                    double gpus = section.number("gpus", 0, 1024, "GPUs for one trial; a fraction below 1 shares one")
                            .orElse(ResourcesSection.DEFAULT.gpus());
                    if (gpus > 1 && gpus != Math.rint(gpus)) {
                        section.problem(
                                "gpus",
                                section.field("gpus") + " must be whole above 1 (only a single GPU can be shared), was "
                                        + section.shown("gpus"));
                    }
                    boolean shares = section.word("share", SHARES, Map.of()).isPresent();
                    if (shares && gpus != 1) {
                        section.problem(
                                "share",
                                section.field("share") + " is for trials of one GPU each ('gpus: 1'), was 'gpus: "
                                        + NumberText.of(gpus) + "'");
                    }
                    return new ResourcesSection(
                            gpus,
                            (int) section.whole("cpus", 1, 4096, "processors for one trial")
                                    .orElse(ResourcesSection.DEFAULT.cpus()),
                            section.sizeBytes("memory"),
                            shares);
                })
                .orElse(ResourcesSection.DEFAULT);
    }

    private static RetriesSection readRetries(Section sweep) {
        return sweep.section("retries", "{max: 2, backoff: 5s}")
                .map(section -> {
                    section.allow(
                            List.of("max", "backoff"),
                            Map.of("count", "max", "attempts", "max", "delay", "backoff", "wait", "backoff"));
                    return new RetriesSection(
                            (int) section.whole("max", 0, 100, "further attempts after a failure")
                                    .orElse(RetriesSection.DEFAULT.max()),
                            section.duration("backoff", true).orElse(RetriesSection.DEFAULT.backoff()));
                })
                .orElse(RetriesSection.DEFAULT);
    }

    private List<FailurePolicy> readFailurePolicies(Section sweep) {
        String example = "{log: \"CUDA out of memory\", as: INFEASIBLE}";
        List<FailurePolicy> policies = new ArrayList<>();
        int index = 0;
        for (Section.Item item : sweep.items("failurePolicies", "[" + example + "]")) {
            String what = "failure policy " + index++;
            Section.of(item.node(), item.pointer(), what, example, problems)
                    .flatMap(SweepReading::readFailurePolicy)
                    .ifPresent(policies::add);
        }
        return policies;
    }

    private static Optional<FailurePolicy> readFailurePolicy(Section policy) {
        policy.allow(List.of("log", "as"), Map.of("pattern", "log", "regex", "log", "match", "log", "state", "as"));
        policy.require("log", "a regular expression to be found in the trial's log");
        policy.require("as", "what the trial then is: " + Words.anyOf(POLICIES));
        Optional<String> log = policy.line("log", LONGEST_PATTERN, "a regular expression such as CUDA out of memory")
                .filter(pattern -> compiles(policy, pattern));
        Optional<String> as = policy.word("as", POLICIES, Map.of());
        return log.isPresent() && as.isPresent()
                ? Optional.of(new FailurePolicy(log.get(), TrialState.valueOf(as.get())))
                : Optional.empty();
    }

    private static boolean compiles(Section policy, String pattern) {
        try {
            Pattern.compile(pattern);
            return true;
        } catch (PatternSyntaxException wrong) {
            policy.problem(
                    "log",
                    policy.field("log") + " must be a regular expression, " + Words.quoted(pattern) + " is none: "
                            + wrong.getDescription() + " at character " + Math.max(0, wrong.getIndex())
                            + "; a '\\' before a special character takes its meaning away");
            return false;
        }
    }

    // ---- tracking, promotion

    private static TrackingSection readTracking(Section sweep, String name) {
        Optional<Section> section = sweep.section("tracking", "{experiment: digits, tags: {dataset: digits}}");
        section.ifPresent(tracking -> tracking.allow(
                List.of("experiment", "tags", "dataset"),
                Map.of("name", "experiment", "labels", "tags", "data", "dataset", "datasets", "dataset")));
        return new TrackingSection(
                section.flatMap(tracking -> tracking.line("experiment", LONGEST_NAME, "the MLflow experiment's name"))
                        .orElse(name),
                section.map(tracking -> tracking.textMap("tags", "{dataset: digits}"))
                        .orElse(Map.of()),
                section.flatMap(SweepReading::readDataset));
    }

    private static Optional<DatasetSection> readDataset(Section tracking) {
        return tracking.section("dataset", "{name: iris, source: \"s3://data/iris.csv\", digest: \"2026-11\"}")
                .flatMap(dataset -> {
                    dataset.allow(
                            List.of("name", "digest", "source"),
                            Map.of("version", "digest", "hash", "digest", "uri", "source", "path", "source"));
                    dataset.require("name", "the data set's name, such as iris");
                    var digest = dataset.line("digest", LONGEST_DIGEST, "what tells versions of the data set apart");
                    var source = dataset.line("source", LONGEST_SOURCE, "where the data set comes from");
                    return dataset.line("name", LONGEST_NAME, "the data set's name, such as iris")
                            .map(name -> new DatasetSection(name, digest, source));
                });
    }

    private Optional<PromotionSection> readPromotion(Section sweep) {
        Optional<Section> section =
                sweep.section("promotion", "{model: digits, alias: champion, gate: [\"val_accuracy >= 0.9\"]}");
        if (section.isEmpty()) {
            return Optional.empty();
        }
        Section promotion = section.get();
        promotion.allow(
                List.of("model", "alias", "gate", "betterThan"),
                Map.of("name", "model", "gates", "gate", "if", "gate", "condition", "gate"));
        promotion.require("model", "the registered model's name, such as digits");
        Optional<String> model = promotion
                .line("model", LONGEST_NAME, "the registered model's name, such as digits")
                .filter(name -> {
                    if (MODEL_ODD.matcher(name).find()) {
                        promotion.problem(
                                "model",
                                promotion.field("model") + " must not hold '/' or ':' (MLflow refuses them), was "
                                        + Words.quoted(name));
                        return false;
                    }
                    return true;
                });
        Optional<String> alias = readAlias(promotion, "alias");
        Optional<String> betterThan = readAlias(promotion, "betterThan");
        List<Expression> gates = new ArrayList<>();
        for (Section.Item item : promotion.texts("gate", "[\"val_accuracy >= 0.9\"]")) {
            readGate(item).ifPresent(gates::add);
        }
        return model.map(name -> new PromotionSection(name, alias, gates, betterThan));
    }

    private static Optional<String> readAlias(Section promotion, String key) {
        return promotion.line(key, 255, "such as champion").filter(word -> {
            if (ALIAS.matcher(word).matches() && !VERSION_ALIAS.matcher(word).matches()) {
                return true;
            }
            promotion.problem(
                    key,
                    promotion.field(key)
                            + " must be letters, digits, '_' and '-', and neither 'latest' nor like 'v1' (MLflow keeps those for itself), was "
                            + Words.quoted(word));
            return false;
        });
    }

    private Optional<Expression> readGate(Section.Item item) {
        String field = "the gate " + Words.quoted(item.text());
        try {
            Expression gate = Expression.parse(item.text());
            Map<String, Expression.Kind> kinds = new HashMap<>();
            for (String name : gate.names()) {
                kinds.put(name, Expression.Kind.NUMBER);
                unmeasured(name)
                        .ifPresent(complaint ->
                                problems.add(item.pointer(), item.node().position(), field + ": " + complaint));
                Names.complaint(name)
                        .ifPresent(complaint -> problems.add(
                                item.pointer(),
                                item.node().position(),
                                field + ": the metric name " + Words.quoted(name) + " " + complaint));
            }
            if (gate.check(kinds) == Expression.Kind.BOOLEAN) {
                return Optional.of(gate);
            }
            problems.add(
                    item.pointer(),
                    item.node().position(),
                    field + " is no condition: it needs a comparison, such as '>= 0.9'");
        } catch (ExpressionException unreadable) {
            problems.add(item.pointer(), item.node().position(), field + " cannot be read: " + unreadable.getMessage());
        }
        return Optional.empty();
    }
}
