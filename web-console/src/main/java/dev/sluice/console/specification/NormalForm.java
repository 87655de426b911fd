package dev.sluice.console.specification;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.console.specification.TrialSection.CallbackDeclaration;
import dev.sluice.console.specification.TrialSection.CommandTrial;
import dev.sluice.console.specification.TrialSection.ExternalTrial;
import dev.sluice.console.specification.TrialSection.MetricSource;
import dev.sluice.console.specification.TrialSection.TrainerTrial;
import dev.sluice.search.expression.Expression;
import dev.sluice.search.space.BooleanValue;
import dev.sluice.search.space.CategoricalDistribution;
import dev.sluice.search.space.Condition;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.FloatValue;
import dev.sluice.search.space.IntDistribution;
import dev.sluice.search.space.IntValue;
import dev.sluice.search.space.Parameter;
import dev.sluice.search.space.ParameterValue;
import dev.sluice.search.space.Scale;
import dev.sluice.search.space.TextValue;
import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.OutcomeConstraint;
import dev.sluice.search.trial.Report;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The normalised sweep file: every default filled in, a {@code type} on each parameter, values in one spelling. Keys stand in
 * the order of the contract's example. Stateless.
 */
final class NormalForm {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private NormalForm() {}

    static ObjectNode of(SweepSpecification sweep) {
        ObjectNode file = NODES.objectNode();
        file.put("name", sweep.name());
        if (!sweep.description().isEmpty()) {
            file.put("description", sweep.description());
        }
        setTexts(file, "labels", sweep.labels());
        if (sweep.objectives().size() == 1) {
            file.set("objective", objective(sweep.objectives().get(0)));
        } else {
            ArrayNode objectives = file.putArray("objectives");
            sweep.objectives().forEach(objective -> objectives.add(objective(objective)));
        }
        ObjectNode parameters = file.putObject("parameters");
        sweep.space().parameters().forEach(parameter -> parameters.set(parameter.name(), parameter(parameter)));
        setList(
                file,
                "parameterConstraints",
                sweep.space().constraints().stream().map(Expression::text).toList());
        setList(
                file,
                "constraints",
                sweep.constraints().stream().map(OutcomeConstraint::toString).toList());
        if (!sweep.enqueue().isEmpty()) {
            ArrayNode points = file.putArray("enqueue");
            sweep.enqueue().forEach(point -> {
                ObjectNode values = points.addObject();
                point.asMap().forEach((name, value) -> values.set(name, value(value)));
            });
        }
        sweep.warmStart().ifPresent(warmStart -> {
            ObjectNode node = file.putObject("warmStart");
            setList(node, "from", warmStart.from());
            warmStart.trials().ifPresent(trials -> node.put("trials", trials));
            node.put("points", warmStart.points());
        });
        ObjectNode search = file.putObject("search");
        search.put("algorithm", sweep.search().algorithm());
        search.put("seed", sweep.search().seed());
        sweep.search().options().forEach((name, value) -> search.set(name, plain(value)));
        ObjectNode pruning = file.putObject("pruning");
        pruning.put("algorithm", sweep.pruning().algorithm());
        pruning.put("resource", sweep.pruning().resource());
        sweep.pruning().options().forEach((name, value) -> pruning.set(name, plain(value)));
        file.set("budget", budget(sweep.budget()));
        file.set("trial", trial(sweep.trial()));
        ObjectNode resources = file.putObject("resources");
        resources.set("gpus", count(sweep.resources().gpus()));
        resources.put("cpus", sweep.resources().cpus());
        sweep.resources().memoryBytes().ifPresent(bytes -> resources.put("memory", SizeText.of(bytes)));
        if (sweep.resources().sharesGpuByMemory()) {
            resources.put("share", "memory");
        }
        file.put("priority", sweep.priority());
        ObjectNode retries = file.putObject("retries");
        retries.put("max", sweep.retries().max());
        retries.put("backoff", DurationText.of(sweep.retries().backoff()));
        if (!sweep.failurePolicies().isEmpty()) {
            ArrayNode policies = file.putArray("failurePolicies");
            sweep.failurePolicies()
                    .forEach(policy -> policies.addObject()
                            .put("log", policy.log())
                            .put("as", policy.as().name()));
        }
        ArrayNode alerts = file.putArray("alerts");
        sweep.alerts().forEach(rule -> setAlert(alerts.addObject().put("type", rule.type()), rule));
        ObjectNode tracking = file.putObject("tracking");
        tracking.put("experiment", sweep.tracking().experiment());
        setTexts(tracking, "tags", sweep.tracking().tags());
        sweep.tracking().dataset().ifPresent(dataset -> {
            ObjectNode node = tracking.putObject("dataset").put("name", dataset.name());
            dataset.digest().ifPresent(digest -> node.put("digest", digest));
            dataset.source().ifPresent(source -> node.put("source", source));
        });
        sweep.promotion().ifPresent(promotion -> {
            ObjectNode node = file.putObject("promotion");
            node.put("model", promotion.model());
            promotion.alias().ifPresent(alias -> node.put("alias", alias));
            setList(
                    node,
                    "gate",
                    promotion.gates().stream().map(Expression::text).toList());
            promotion.betterThan().ifPresent(alias -> node.put("betterThan", alias));
        });
        return file;
    }

    private static ObjectNode objective(Objective objective) {
        return NODES.objectNode()
                .put("metric", objective.metric())
                .put("goal", objective.direction() == Direction.MAXIMIZE ? "maximize" : "minimize")
                .put("report", objective.report() == Report.BEST ? "best" : "last");
    }

    private static ObjectNode parameter(Parameter parameter) {
        ObjectNode node = NODES.objectNode();
        switch (parameter.distribution()) {
            case FloatDistribution floats -> {
                node.put("type", "float").put("min", floats.low()).put("max", floats.high());
                if (floats.scale() == Scale.LOG) {
                    node.put("log", true);
                }
                floats.step().ifPresent(step -> node.put("step", step));
            }
            case IntDistribution ints -> {
                node.put("type", "int").put("min", ints.low()).put("max", ints.high());
                if (ints.scale() == Scale.LOG) {
                    node.put("log", true);
                }
                if (ints.step() != 1) {
                    node.put("step", ints.step());
                }
            }
            case CategoricalDistribution choices -> {
                node.put("type", type(choices.values()));
                if (choices.isConstant() && !choices.ordered()) {
                    node.set("value", value(choices.values().get(0)));
                } else {
                    ArrayNode values = node.putArray("values");
                    choices.values().forEach(choice -> values.add(value(choice)));
                    if (choices.ordered()) {
                        node.put("ordered", true);
                    }
                }
            }
        }
        parameter.defaultValue().ifPresent(value -> node.set("default", value(value)));
        parameter
                .condition()
                .ifPresent(
                        condition -> node.putObject("when").set(condition.parent(), predicate(condition.predicate())));
        return node;
    }

    /** One word for the kind of all values, {@code mixed} where they differ. */
    static String type(List<ParameterValue> values) {
        List<String> types = values.stream()
                .map(value -> switch (value) {
                    case FloatValue number -> "float";
                    case IntValue number -> "int";
                    case TextValue text -> "string";
                    case BooleanValue truth -> "boolean";
                })
                .distinct()
                .toList();
        return types.size() == 1 ? types.get(0) : "mixed";
    }

    private static JsonNode predicate(Condition.Predicate predicate) {
        return switch (predicate) {
            case Condition.OneOf oneOf -> {
                if (oneOf.values().size() == 1) {
                    yield value(oneOf.values().get(0));
                }
                ArrayNode values = NODES.arrayNode();
                oneOf.values().forEach(choice -> values.add(value(choice)));
                yield values;
            }
            case Condition.Between between -> {
                ObjectNode bounds = NODES.objectNode();
                setCount(bounds, "min", between.min());
                setCount(bounds, "max", between.max());
                yield bounds;
            }
        };
    }

    private static void setAlert(ObjectNode node, AlertRule rule) {
        switch (rule) {
            case AlertRule.NotANumber nan -> {}
            case AlertRule.Rising rising -> node.put("metric", rising.metric()).put("reports", rising.reports());
            case AlertRule.Above above -> node.put("metric", above.metric()).set("limit", count(above.limit()));
            case AlertRule.Below below -> node.put("metric", below.metric()).set("limit", count(below.limit()));
            case AlertRule.Stall stall -> node.put("after", DurationText.of(stall.after()));
            case AlertRule.IdleGpu idle ->
                node.put("after", DurationText.of(idle.after())).set("below", count(idle.below()));
        }
    }

    private static void setCount(ObjectNode node, String name, OptionalDouble number) {
        number.ifPresent(value -> node.set(name, count(value)));
    }

    /** A double that is often whole, such as a number of GPUs, without a needless {@code .0}. */
    private static JsonNode count(double number) {
        return number == Math.rint(number) && Math.abs(number) <= Section.LARGEST_EXACT
                ? NODES.numberNode((long) number)
                : NODES.numberNode(number);
    }

    private static ObjectNode budget(BudgetSection budget) {
        ObjectNode node = NODES.objectNode();
        budget.trials().ifPresent(trials -> node.put("trials", trials));
        node.put("parallel", budget.parallel());
        budget.wallTime().ifPresent(time -> node.put("wallTime", DurationText.of(time)));
        budget.trialTime().ifPresent(time -> node.put("trialTime", DurationText.of(time)));
        budget.failedTrials().ifPresent(trials -> node.put("failedTrials", trials));
        budget.stallTrials().ifPresent(trials -> node.putObject("stall").put("trials", trials));
        budget.regret().ifPresent(regret -> node.put("regret", regret));
        return node;
    }

    private static ObjectNode trial(TrialSection trial) {
        ObjectNode node = NODES.objectNode();
        switch (trial) {
            case TrainerTrial trainer -> {
                ObjectNode declaration = node.putObject("trainer");
                declaration.put("task", trainer.task()).put("model", trainer.model());
                if (!trainer.options().isEmpty()) {
                    ObjectNode options = declaration.putObject("options");
                    trainer.options().forEach((name, value) -> options.set(name, plain(value)));
                }
                setList(declaration, "jars", trainer.jars());
                if (trainer.repeats() > 1) {
                    declaration.put("repeats", trainer.repeats());
                }
                if (trainer.folds() > 0) {
                    declaration.put("folds", trainer.folds());
                }
                if (!trainer.callbacks().isEmpty()) {
                    ArrayNode callbacks = declaration.putArray("callbacks");
                    trainer.callbacks().forEach(callback -> callbacks.add(callback(callback)));
                }
            }
            case CommandTrial command -> {
                setList(node, "command", command.command());
                setList(node, "resume", command.resume());
                ArrayNode metrics = node.putArray("metrics");
                for (MetricSource source : command.metricsFrom()) {
                    switch (source) {
                        case STDOUT -> metrics.addObject().put("from", "stdout");
                    }
                }
            }
            case ExternalTrial external -> {
                return node.put("external", true);
            }
        }
        setTexts(node, "env", trial.env());
        ObjectNode checkpoints =
                node.putObject("checkpoints").put("every", trial.checkpoints().every());
        if (trial.checkpoints().everySteps() > 0) {
            checkpoints.put("everySteps", trial.checkpoints().everySteps());
        }
        checkpoints
                .put("keepLast", trial.checkpoints().keepLast())
                .put("keepBest", trial.checkpoints().keepBest());
        if (trial.checkpoints().compression() != TrialSection.Compression.NONE) {
            checkpoints.put(
                    "compression", trial.checkpoints().compression().name().toLowerCase(Locale.ROOT));
        }
        return node;
    }

    private static ObjectNode callback(CallbackDeclaration callback) {
        ObjectNode node = NODES.objectNode().put("type", callback.type());
        callback.options().forEach((name, value) -> node.set(name, plain(value)));
        return node;
    }

    static JsonNode value(ParameterValue value) {
        return plain(value.plain());
    }

    static JsonNode plain(Object value) {
        return switch (value) {
            case Long number -> NODES.numberNode(number);
            case Double number -> NODES.numberNode(number);
            case Boolean truth -> NODES.booleanNode(truth);
            case String text -> NODES.textNode(text);
            case List<?> items -> {
                ArrayNode node = NODES.arrayNode();
                items.forEach(item -> node.add(plain(item)));
                yield node;
            }
            case Map<?, ?> entries -> {
                ObjectNode node = NODES.objectNode();
                entries.forEach((key, entry) -> node.set(key.toString(), plain(entry)));
                yield node;
            }
            default ->
                throw new IllegalArgumentException("a plain value is a number, text, boolean, list or map, was "
                        + value.getClass().getSimpleName());
        };
    }

    private static void setTexts(ObjectNode node, String name, Map<String, String> texts) {
        if (!texts.isEmpty()) {
            ObjectNode entries = node.putObject(name);
            texts.forEach(entries::put);
        }
    }

    private static void setList(ObjectNode node, String name, List<String> texts) {
        if (!texts.isEmpty()) {
            ArrayNode items = node.putArray(name);
            texts.forEach(items::add);
        }
    }
}
