package dev.sluice.console.specification;

import dev.sluice.console.specification.TrialSection.CallbackDeclaration;
import dev.sluice.console.specification.TrialSection.Checkpoints;
import dev.sluice.console.specification.TrialSection.CommandTrial;
import dev.sluice.console.specification.TrialSection.Compression;
import dev.sluice.console.specification.TrialSection.ExternalTrial;
import dev.sluice.console.specification.TrialSection.MetricSource;
import dev.sluice.console.specification.TrialSection.TrainerTrial;
import dev.sluice.trainer.protocol.MemberMetrics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code trial}. Serves one file; not thread-safe. */
final class TrialReading {
    static final String VARIABLE_NAME = "[A-Za-z_][A-Za-z0-9_]*";
    static final int MOST_CALLBACKS = 100;
    private static final int LONGEST_WORD = 200;

    private static final List<String> KINDS = List.of("trainer", "command", "external");
    private static final List<String> KEYS =
            List.of("trainer", "command", "external", "metrics", "resume", "env", "checkpoints");
    private static final Map<String, String> SYNONYMS = Map.of(
            "cmd", "command",
            "args", "command",
            "program", "command",
            "environment", "env",
            "checkpoint", "checkpoints",
            "metric", "metrics");

    /** A name and no path: of a jar in a folder that only the operator writes. */
    private static final Pattern JAR = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,190}\\.jar");

    private static final Pattern VARIABLE = Pattern.compile(VARIABLE_NAME);
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}]*)\\}");
    private static final Pattern OUR_PLACEHOLDER = Pattern.compile("\\$\\{(?:params|trial|checkpoint)\\.");

    private final TrainerCatalog catalog;
    private final SpaceReading space;
    private final Problems problems;
    private Optional<TrainerCatalog.Task> task = Optional.empty();

    TrialReading(TrainerCatalog catalog, SpaceReading space, Problems problems) {
        this.catalog = catalog;
        this.space = space;
        this.problems = problems;
    }

    /** The task that is trained, where the catalogue has it. Only after {@link #read}. */
    Optional<TrainerCatalog.Task> task() {
        return task;
    }

    Optional<TrialSection> read(Section sweep) {
        sweep.require(
                "trial",
                "what is run: {trainer: {task: digits, model: mlp}}, {command: [python, train.py]} or {external: true}");
        Optional<Section> section = sweep.section("trial", "{command: [python, train.py, --lr, \"${params.lr}\"]}");
        if (section.isEmpty()) {
            return Optional.empty();
        }
        Section trial = section.get();
        trial.allow(KEYS, SYNONYMS);
        List<String> kinds = KINDS.stream().filter(trial::has).toList();
        if (kinds.size() != 1) {
            trial.problem("'trial' must hold exactly one of trainer, command and external, had "
                    + (kinds.isEmpty() ? "none" : Words.allOf(kinds)));
        }
        Checkpoints checkpoints = readCheckpoints(trial);
        Map<String, String> env = readEnvironment(trial);
        List<MetricSource> metrics = readMetrics(trial);
        List<String> resume = trial.has("command") ? readArguments(trial, "resume", true) : List.of();
        Optional<TrialSection> result = Optional.empty();
        for (String kind : kinds) {
            result = switch (kind) {
                case "trainer" -> {
                    misplaced(trial, "a trainer trial", List.of("metrics", "resume"));
                    yield readTrainer(trial, env, checkpoints);
                }
                case "command" -> readCommand(trial, resume, metrics, env, checkpoints);
                default -> {
                    misplaced(trial, "an external trial", List.of("metrics", "resume", "env", "checkpoints"));
                    yield readExternal(trial);
                }
            };
        }
        return result;
    }

    private static void misplaced(Section trial, String what, List<String> keys) {
        for (String key : keys) {
            if (trial.has(key)) {
                trial.keyProblem(key, trial.field(key) + " has no meaning for " + what + "; leave it out");
            }
        }
    }

    // ---- external

    private static Optional<TrialSection> readExternal(Section trial) {
        Optional<Boolean> external = trial.flag("external");
        if (external.isPresent() && !external.get()) {
            trial.problem(
                    "external", "'external' must be true, or be left out with a trainer or a command in its place");
        }
        return external.map(flag -> new ExternalTrial());
    }

    // ---- command

    private Optional<TrialSection> readCommand(
            Section trial,
            List<String> resume,
            List<MetricSource> metrics,
            Map<String, String> env,
            Checkpoints checkpoints) {
        if (trial.node("command") instanceof Node.Scalar scalar && scalar.value() instanceof String text) {
            trial.problem(
                    "command",
                    "'command' must be a list, one item an argument: no shell reads it, so write ["
                            + Words.clipped(String.join(", ", text.strip().split("\\s+"))) + "]");
            return Optional.empty();
        }
        List<String> command = readArguments(trial, "command", false);
        if (trial.node("command") instanceof Node.Sequence sequence) {
            if (sequence.items().isEmpty()) {
                trial.problem(
                        "command", "'command' must hold the program at least, such as [python, train.py], was []");
            } else if (!command.isEmpty() && command.get(0).isBlank()) {
                trial.problem("command", "'command' must begin with the program to run, was an empty text");
            }
        }
        return command.isEmpty()
                ? Optional.empty()
                : Optional.of(new CommandTrial(command, resume, metrics, env, checkpoints));
    }

    private List<String> readArguments(Section trial, String key, boolean resume) {
        List<String> arguments = new ArrayList<>();
        for (Section.Item item : trial.items(key, "[python, train.py, --lr, \"${params.lr}\"]")) {
            String text = null;
            if (item.node() instanceof Node.Scalar scalar && scalar.value() != null) {
                // [--epochs, 12] can mean nothing else: arguments are text, and the number is passed on as it was
                // written.
                text = scalar.text();
            } else {
                problems.add(
                        item.pointer(),
                        item.node().position(),
                        "each argument of " + Words.quoted(key) + " must be text, this one was "
                                + item.node().inWords()
                                + (item.node() instanceof Node.Mapping
                                        ? "; is a '${…}' or a 'key: value' not in quotes?"
                                        : ""));
            }
            if (text != null) {
                checkPlaceholders(item, text, resume, arguments.isEmpty() && !resume);
                arguments.add(text);
            }
        }
        return arguments;
    }

    private void checkPlaceholders(Section.Item item, String text, boolean resume, boolean program) {
        try {
            Template template = Template.parse(text);
            for (String name : template.parameterNames()) {
                if (!space.names().contains(name)) {
                    String near = Words.suggestion(name, space.names());
                    problems.add(
                            item.pointer(),
                            item.node().position(),
                            "${params." + Words.clipped(name) + "} names no parameter"
                                    + (near.isEmpty() ? "; there are " + Words.allOf(space.names()) : near));
                } else if (program && space.isConditional(name)) {
                    problems.add(
                            item.pointer(),
                            item.node().position(),
                            "the program must not depend on " + Words.quoted(name)
                                    + ", which has a 'when': where it is not active there would be nothing to run");
                }
            }
            if (template.shows(Template.Fact.CHECKPOINT_PATH) && !resume) {
                problems.add(
                        item.pointer(),
                        item.node().position(),
                        "${checkpoint.path} belongs into 'resume', whose arguments are appended when there is a checkpoint");
            }
        } catch (IllegalArgumentException wrong) {
            Matcher inside = PLACEHOLDER.matcher(text);
            String meant = inside.find() && space.names().contains(inside.group(1))
                    ? "; did you mean ${params." + inside.group(1) + "}?"
                    : "";
            problems.add(item.pointer(), item.node().position(), wrong.getMessage() + meant);
        }
    }

    private List<MetricSource> readMetrics(Section trial) {
        int index = 0;
        for (Section.Item item : trial.items("metrics", "[{from: stdout}]")) {
            String what = "metric source " + index++;
            Section.of(item.node(), item.pointer(), what, "{from: stdout}", problems)
                    .ifPresent(source -> {
                        source.require("from", "where reports are read from: stdout");
                        if (source.node("from") instanceof Node.Scalar scalar && "file".equals(scalar.value())) {
                            source.problem(
                                    "from",
                                    "'from: file' is not available in this version; print JSON lines to stdout (from: stdout) or report over REST");
                            return;
                        }
                        source.allow(List.of("from"));
                        source.word("from", List.of("stdout"), Map.of("console", "stdout", "log", "stdout"));
                    });
        }
        if (trial.node("metrics") instanceof Node.Sequence && index == 0) {
            trial.problem("metrics", trial.field("metrics") + " must hold a source such as {from: stdout}, was []");
        }
        if (index > 1) {
            trial.problem("metrics", trial.field("metrics") + " must hold one source, {from: stdout}, had " + index);
        }
        return List.of(MetricSource.STDOUT);
    }

    private static Checkpoints readCheckpoints(Section trial) {
        return trial.section("checkpoints", "{every: 1, keepLast: 1, keepBest: 1}")
                .map(section -> {
                    section.allow(
                            List.of("every", "everySteps", "keepLast", "keepBest", "compression"),
                            Map.of("interval", "every", "keep", "keepLast"));
                    return new Checkpoints(
                            section.count("every", 1, "steps from one checkpoint to the next")
                                    .orElse(Checkpoints.DEFAULT.every()),
                            section.count(
                                            "everySteps",
                                            0,
                                            "optimizer steps from one checkpoint within an epoch to the next")
                                    .orElse(Checkpoints.DEFAULT.everySteps()),
                            section.count("keepLast", 1, "how many of the newest are kept")
                                    .orElse(Checkpoints.DEFAULT.keepLast()),
                            section.count("keepBest", 0, "how many of the best are kept")
                                    .orElse(Checkpoints.DEFAULT.keepBest()),
                            compression(section));
                })
                .orElse(Checkpoints.DEFAULT);
    }

    private static Compression compression(Section checkpoints) {
        return checkpoints
                .word("compression", List.of("none", "zstd"), Map.of("zstandard", "zstd", "zst", "zstd"))
                .map(word -> Compression.valueOf(word.toUpperCase(Locale.ROOT)))
                .orElse(Checkpoints.DEFAULT.compression());
    }

    private static Map<String, String> readEnvironment(Section trial) {
        Map<String, String> env = trial.textMap("env", "{MY_FLAG: \"1\"}");
        trial.section("env", "{MY_FLAG: \"1\"}")
                .ifPresent(section -> section.entries().keySet().forEach(name -> {
                    if (!VARIABLE.matcher(name).matches()) {
                        section.keyProblem(
                                name,
                                "an environment variable's name must be letters, digits and '_', not beginning with a digit, was "
                                        + Words.quoted(name));
                    } else if (name.toUpperCase(Locale.ROOT).startsWith("SLUICE_")) {
                        section.keyProblem(
                                name,
                                "the variable " + Words.quoted(name) + " is set by Sluice itself; choose another name");
                    } else if (OUR_PLACEHOLDER
                            .matcher(env.getOrDefault(name, ""))
                            .find()) {
                        section.problem(
                                name,
                                section.field(name)
                                        + " holds a placeholder, which is replaced in 'command' and 'resume' only; pass it as an argument");
                    }
                }));
        return env;
    }

    // ---- trainer

    private Optional<TrialSection> readTrainer(Section trial, Map<String, String> env, Checkpoints checkpoints) {
        Optional<Section> section = trial.section("trainer", "{task: digits, model: mlp}");
        if (section.isEmpty()) {
            return Optional.empty();
        }
        Section trainer = section.get();
        trainer.allow(
                List.of("task", "model", "options", "jars", "repeats", "folds", "callbacks"),
                Map.of(
                        "callback",
                        "callbacks",
                        "network",
                        "model",
                        "option",
                        "options",
                        "jar",
                        "jars",
                        "seeds",
                        "repeats",
                        "repetitions",
                        "repeats",
                        "crossValidation",
                        "folds",
                        "kfold",
                        "folds"));
        List<String> jars = readJars(trainer);
        trainer.require(
                "task", catalog.isAbsent() ? "what is trained, such as digits" : Words.anyOf(catalog.taskNames()));
        Optional<String> name = trainer.line("task", LONGEST_WORD, "what is trained, such as digits");
        task = name.flatMap(catalog::task);
        Optional<TrainerCatalog.Task> known = task;
        if (name.isPresent() && known.isEmpty() && !catalog.isAbsent() && jars.isEmpty()) { // else it may be in a jar
            trainer.problem("task", unknown("task", name.get(), catalog.taskNames()));
        }
        trainer.require(
                "model", known.map(found -> Words.anyOf(found.modelNames())).orElse("the network, such as mlp"));
        Optional<String> model = trainer.line("model", LONGEST_WORD, "the network, such as mlp");
        if (model.isPresent() && known.isPresent()) {
            Optional<TrainerCatalog.Model> knownModel = known.get().model(model.get());
            if (knownModel.isEmpty()) {
                trainer.problem(
                        "model",
                        unknown(
                                "model of " + Words.quoted(known.get().name()),
                                model.get(),
                                known.get().modelNames()));
            } else {
                checkParameters(known.get(), knownModel.get());
            }
        }
        Map<String, Object> options = readOptions(trainer, known);
        List<CallbackDeclaration> callbacks = readCallbacks(trainer);
        int repeats =
                Math.toIntExact(trainer.whole("repeats", 1, MemberMetrics.MOST, "with how many seeds each trial trains")
                        .orElse(1));
        int folds = Math.toIntExact(
                trainer.whole("folds", 2, MemberMetrics.MOST, "parts of a cross-validation; leave it out for none")
                        .orElse(0));
        if ((long) repeats * Math.max(1, folds) > MemberMetrics.MOST) {
            trainer.problem(
                    "repeats",
                    "'repeats' times 'folds' must be at most " + MemberMetrics.MOST + " trainings of a trial, was "
                            + repeats + " times " + folds);
        }
        if (repeats > 1 || folds > 0) {
            task = task.map(TrainerCatalog.Task::together); // callbacks look on at one training, all else at the means
        }
        return name.isPresent() && model.isPresent()
                ? Optional.of(new TrainerTrial(
                        name.get(), model.get(), options, jars, repeats, folds, callbacks, env, checkpoints))
                : Optional.empty();
    }

    private List<String> readJars(Section trainer) {
        List<String> jars = new ArrayList<>();
        for (Section.Item item : trainer.texts("jars", "[own-task.jar]")) {
            if (!JAR.matcher(item.text()).matches()) {
                problems.add(
                        item.pointer(),
                        item.node().position(),
                        "'jars' must hold names of jars in the service's folder of jars, such as own-task.jar, and no paths; was "
                                + Words.quoted(item.text()));
            } else if (jars.contains(item.text())) {
                problems.add(
                        item.pointer(), item.node().position(), "'jars' names " + Words.quoted(item.text()) + " twice");
            } else {
                jars.add(item.text());
            }
        }
        return jars;
    }

    /** What the sweep says of the task; checked where the catalogue has it. */
    private Map<String, Object> readOptions(Section trainer, Optional<TrainerCatalog.Task> known) {
        String example = "{data: mnist}";
        Map<String, Object> options = new LinkedHashMap<>();
        Optional<Section> section = trainer.section("options", example);
        section.ifPresent(given -> {
            given.entries().forEach((name, entry) -> {
                Object plain = plain(entry.value());
                if (plain == null) {
                    given.problem(name, given.field(name) + " must have a value; leave the key out for its default");
                } else {
                    options.put(name, plain);
                }
            });
            known.ifPresent(task -> checkOptions(
                    given, "the options of the task " + Words.quoted(task.name()), task.options(), List.of()));
        });
        if (!trainer.has("options")) {
            List<String> missing = known.stream()
                    .flatMap(task -> task.options().stream())
                    .filter(TrainerCatalog.Option::required)
                    .map(TrainerCatalog.Option::name)
                    .toList();
            if (!missing.isEmpty()) {
                trainer.problem("the task " + Words.quoted(known.get().name()) + " needs 'options' with "
                        + Words.allOf(missing) + ", such as options: " + example);
            }
        }
        return options;
    }

    private static String unknown(String what, String name, List<String> known) {
        String near = Words.suggestion(name, known);
        return Words.quoted(name) + " is no " + what + (near.isEmpty() ? "; there are " + Words.allOf(known) : near);
    }

    /** What is wrong with a metric that the task does not report. */
    static String unmeasured(TrainerCatalog.Task task, String metric, List<String> metrics) {
        String near = Words.suggestion(metric, metrics);
        return "the task " + Words.quoted(task.name()) + " does not report " + Words.quoted(metric)
                + (near.isEmpty() ? "; it reports " + Words.allOf(metrics) : near);
    }

    /** The trainer refuses parameters that its model does not know: say so before anything is launched. */
    private void checkParameters(TrainerCatalog.Task task, TrainerCatalog.Model model) {
        if (model.parameters().isEmpty()) {
            return;
        }
        for (String name : space.names()) {
            Optional<TrainerCatalog.Option> option = model.parameter(name);
            if (option.isEmpty()) {
                String near = Words.suggestion(name, model.parameterNames());
                space.problem(
                        name,
                        "the model " + Words.quoted(model.name()) + " of the task " + Words.quoted(task.name())
                                + " has no parameter " + Words.quoted(name)
                                + (near.isEmpty() ? "; it has " + Words.allOf(model.parameterNames()) : near));
            } else {
                space.distribution(name)
                        .flatMap(option.get()::complaint)
                        .ifPresent(complaint ->
                                space.problem(name, "the trainer's parameter " + Words.quoted(name) + " " + complaint));
            }
        }
    }

    private List<CallbackDeclaration> readCallbacks(Section trainer) {
        List<CallbackDeclaration> callbacks = new ArrayList<>();
        List<Section.Item> items = trainer.items("callbacks", "[{type: early-stopping, patience: 4}]");
        if (items.size() > MOST_CALLBACKS) {
            trainer.problem(
                    "callbacks", "'callbacks' may hold at most " + MOST_CALLBACKS + " callbacks, had " + items.size());
            return callbacks;
        }
        for (Section.Item item : items) {
            String what = "callback " + callbacks.size();
            Node node = item.node();
            if (node instanceof Node.Scalar scalar && scalar.value() instanceof String word) {
                problems.add(
                        item.pointer(),
                        node.position(),
                        what + " must be a mapping such as {type: " + Words.clipped(word) + "}, was " + node.inWords());
                continue;
            }
            Section.of(node, item.pointer(), what, "{type: early-stopping, patience: 4}", problems)
                    .flatMap(this::readCallback)
                    .ifPresent(callbacks::add);
        }
        return callbacks;
    }

    private Optional<CallbackDeclaration> readCallback(Section callback) {
        callback.require(
                "type",
                catalog.isAbsent()
                        ? "which callback it is, such as early-stopping"
                        : Words.anyOf(catalog.callbackTypes()));
        Optional<String> type = callback.line("type", LONGEST_WORD, "which callback it is, such as early-stopping");
        Optional<TrainerCatalog.CallbackType> known = type.flatMap(catalog::callback);
        if (type.isPresent() && known.isEmpty() && !catalog.isAbsent()) {
            callback.problem("type", unknown("callback", type.get(), catalog.callbackTypes()));
        }
        Map<String, Object> options = new LinkedHashMap<>();
        callback.entries().forEach((name, entry) -> {
            if (!name.equals("type")) {
                Object plain = plain(entry.value());
                if (plain == null) {
                    callback.problem(
                            name, callback.field(name) + " must have a value; leave the key out for its default");
                } else {
                    options.put(name, plain);
                }
            }
        });
        known.ifPresent(found ->
                checkOptions(callback, "the callback " + Words.quoted(found.type()), found.options(), List.of("type")));
        if (options.get("monitor") instanceof String monitor && task.isPresent()) {
            List<String> metrics = task.get().epochMetrics();
            if (!metrics.isEmpty() && !metrics.contains(monitor)) {
                callback.problem(
                        "monitor", callback.field("monitor") + ": " + unmeasured(task.get(), monitor, metrics));
            }
        }
        return type.map(name -> new CallbackDeclaration(name, options));
    }

    private static void checkOptions(
            Section given, String what, List<TrainerCatalog.Option> options, List<String> others) {
        List<String> names = new ArrayList<>(
                options.stream().map(TrainerCatalog.Option::name).toList());
        names.addAll(others);
        Section named = new Section(given.pointer(), what, given.mapping(), given.problems());
        named.allow(names);
        for (TrainerCatalog.Option option : options) {
            Node node = named.node(option.name());
            if (node == null) {
                if (option.required()) {
                    named.require(option.name(), option.description());
                }
            } else {
                Object plain = plain(node);
                if (plain != null) {
                    option.complaint(plain)
                            .ifPresent(complaint -> named.problem(
                                    option.name(),
                                    named.field(option.name()) + " " + complaint + ", was " + node.inWords()));
                }
            }
        }
    }

    /** A node as plain values; null where it, or anything in it, is null or no finite number. */
    static @Nullable Object plain(Node node) {
        return switch (node) {
            case Node.Scalar scalar ->
                (scalar.value() instanceof Number && Section.finite(scalar).isEmpty()) || Section.beyondExact(scalar)
                        ? null
                        : scalar.value();
            case Node.Sequence sequence -> {
                List<Object> items = new ArrayList<>();
                for (Node item : sequence.items()) {
                    Object plain = plain(item);
                    if (plain == null) {
                        yield null;
                    }
                    items.add(plain);
                }
                yield List.copyOf(items);
            }
            case Node.Mapping mapping -> {
                Map<String, Object> entries = new LinkedHashMap<>();
                for (Map.Entry<String, Node.Entry> entry : mapping.entries().entrySet()) {
                    Object plain = plain(entry.getValue().value());
                    if (plain == null) {
                        yield null;
                    }
                    entries.put(entry.getKey(), plain);
                }
                yield SweepSpecification.ordered(entries);
            }
        };
    }
}
