package dev.sluice.console.specification;

import static dev.sluice.console.specification.SweepFiles.SMALLEST;
import static dev.sluice.console.specification.SweepFiles.WHOLE;
import static dev.sluice.console.specification.SweepFiles.having;
import static dev.sluice.console.specification.SweepFiles.parameter;
import static dev.sluice.console.specification.SweepFiles.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each kind of wrong file, with the place and the words that a person needs to mend it. */
class InvalidFilesTest {

    static Stream<Arguments> files() {
        return Stream.of(
                // the text
                wrong("empty file", "", "", 1, "empty"),
                wrong("only a comment", "# nothing\n", "", 1, "empty"),
                wrong("a list", "- name: x\n", "", 1, "mapping", "a list"),
                wrong("a word", "hello\n", "", 1, "mapping", "'hello'"),
                wrong("two documents", SMALLEST + "---\nname: other\n", "", 7, "second document"),
                wrong("tab", "name: x\n\tobjective: y\n", "", 2, "tab", "spaces"),
                wrong("unclosed brace", "name: x\nlabels: {a: b\nbudget: {trials: 3}\n", "", 3, "'{'", "not closed"),
                wrong("unclosed quote", "name: \"x\nlabels: 1\n", "", 3, "quote"),
                wrong("indentation", "name: x\n  objective: y\n", "", 2, "':'"),
                wrong("control character", "name: a\u0007b\n", "", 1, "\\u0007", "not allowed"),
                wrong("escaped control character", with("description: \"a\\eb\""), "/description", 7, "control"),
                wrong("key twice", with("name: again"), "/name", 7, "'name'", "twice", "line 1"),
                wrong("merge key", "<<: {a: 1}\n", "", 1, "YAML 1.1"),
                wrong("unknown alias", with("labels: *team"), "/labels", 7, "anchor"),
                wrong("alias to itself", with("labels: &a {b: *a}"), "/labels/b", 7, "never end"),
                wrong("tag", with("labels: !!python/object:os.system {}"), "/labels", 7, "tag"),
                wrong("complex key", "? {a: b}\n: c\n", "", 1, "key must be a plain word"),
                wrong("YAML 2.0", "%YAML 2.0\n---\nname: x\n", "", 0, "1.2"),
                // top level
                wrong("unknown key", with("paramaters: {}"), "/paramaters", 7, "'paramaters'", "'parameters'"),
                wrong(
                        "snake case",
                        with("parameter_constraints: []"),
                        "/parameter_constraints",
                        7,
                        "'parameterConstraints'"),
                wrong("another tool's key", with("sampler: tpe"), "/sampler", 7, "'search'"),
                wrong("no name", having("name", "description: d"), "/name", 1, "missing"),
                wrong("name a number", having("name", "name: 12"), "/name", 1, "12", "quotes"),
                wrong("name empty", having("name", "name: ''"), "/name", 1, "empty"),
                wrong("name long", having("name", "name: " + "x".repeat(201)), "/name", 1, "200"),
                wrong("name nothing", having("name", "name:"), "/name", 1, "nothing"),
                wrong("label a number", with("labels: {year: 2026}"), "/labels/year", 7, "text", "2026", "quotes"),
                wrong("labels a list", with("labels: [a]"), "/labels", 7, "mapping", "a list"),
                // objective
                wrong("no objective", having("objective", "labels: {}"), "/objective", 1, "'objective'", "missing"),
                wrong("both objectives", with("objectives: [{metric: a, goal: minimize}]"), "/objectives", 7, "both"),
                wrong(
                        "both objectives on one metric",
                        with("objectives: [{metric: loss, goal: minimize}, {metric: ms, goal: minimize}]\n"
                                + "promotion: {model: m}"),
                        "/objectives",
                        7,
                        "both"),
                wrong(
                        "two objectives of one metric",
                        having("objective", "objectives: [{metric: a, goal: minimize}, {metric: a, goal: maximize}]"),
                        "/objectives/1",
                        2,
                        "objective 1",
                        "'a'",
                        "so is one before it"),
                wrong(
                        "objective a list",
                        having("objective", "objective: [{metric: a, goal: minimize}]"),
                        "/objective",
                        2,
                        "was a list",
                        "'objectives'"),
                wrong(
                        "objectives a mapping",
                        having("objective", "objectives: {metric: a, goal: minimize}"),
                        "/objectives",
                        2,
                        "was a mapping",
                        "'objective'"),
                wrong(
                        "an algorithm for one objective",
                        having(
                                "objective",
                                "objectives: [{metric: a, goal: minimize}, {metric: b, goal: minimize}]\n"
                                        + "search: {algorithm: cmaes}"),
                        "/search",
                        3,
                        "one objective, was given 2: a, b",
                        "with several objectives there are auto, random",
                        "nsga2 and ehvi"),
                wrong("an algorithm alone", with("search: tpe"), "/search", 7, "'tpe'", "write {algorithm: tpe}"),
                wrong(
                        "another tool's algorithm",
                        with("search: {algorithm: bayesian}"),
                        "/search/algorithm",
                        7,
                        "'bayesian'",
                        "did you mean 'gp'?"),
                wrong(
                        "constraint the other way round",
                        with("constraints: [\"20 >= ms\"]"),
                        "/constraints/0",
                        7,
                        "write the metric first: ms <= 20"),
                wrong(
                        "constraint on both sides",
                        with("constraints: [\"5 <= ms <= 20\"]"),
                        "/constraints/0",
                        7,
                        "two constraints",
                        "ms >= 5 and ms <= 20"),
                wrong(
                        "constraint that reckons",
                        with("constraints: [\"ms * 2 <= 20\"]"),
                        "/constraints/0",
                        7,
                        "'*'",
                        "one metric, as trials report it"),
                wrong(
                        "constraint a mapping",
                        with("constraints: [{metric: ms, max: 20}]"),
                        "/constraints/0",
                        7,
                        "must be text",
                        "latency_ms <= 20"),
                wrong(
                        "nine objectives",
                        having(
                                "objective",
                                "objectives: ["
                                        + "{metric: a, goal: minimize}, ".repeat(8)
                                        + "{metric: b, goal: minimize}]"),
                        "/objectives",
                        2,
                        "at most 8, was 9"),
                wrong(
                        "promotion of one of several",
                        having(
                                "objective",
                                "objectives: [{metric: a, goal: minimize}, {metric: b, goal: minimize}]\n"
                                        + "promotion: {model: m}"),
                        "/promotion",
                        3,
                        "no single best"),
                wrong(
                        "constraint without a number",
                        with("constraints: [\"latency_ms <= fast\"]"),
                        "/constraints/0",
                        7,
                        "'fast'",
                        "no number"),
                wrong(
                        "constraint on a parameter",
                        with("constraints: [\"lr <= 0.1\"]"),
                        "/constraints/0",
                        7,
                        "lr is a parameter",
                        "parameterConstraints"),
                wrong(
                        "constraint twice",
                        with("constraints: [\"ms <= 5\", \"ms <= 6\"]"),
                        "/constraints",
                        7,
                        "ms <= is there twice"),
                wrong("objectives empty", having("objective", "objectives: []"), "/objectives", 2, "[]"),
                wrong(
                        "goal misspelt",
                        having("objective", "objective: {metric: a, goal: maximise}"),
                        "/objective/goal",
                        2,
                        "'maximise'",
                        "'maximize'"),
                wrong(
                        "goal short",
                        having("objective", "objective: {metric: a, goal: max}"),
                        "/objective/goal",
                        2,
                        "'maximize'"),
                wrong(
                        "no goal",
                        having("objective", "objective: {metric: a}"),
                        "/objective/goal",
                        2,
                        "missing",
                        "minimize"),
                wrong(
                        "direction",
                        having("objective", "objective: {metric: a, direction: minimize}"),
                        "/objective/direction",
                        2,
                        "'goal'"),
                wrong(
                        "report",
                        having("objective", "objective: {metric: a, goal: minimize, report: median}"),
                        "/objective/report",
                        2,
                        "best or last"),
                wrong(
                        "metric name",
                        having("objective", "objective: {metric: a+b, goal: minimize}"),
                        "/objective/metric",
                        2,
                        "'+'"),
                wrong(
                        "metric not reported",
                        WHOLE.replace("metric: val_accuracy", "metric: val_acuracy"),
                        "/objective/metric",
                        4,
                        "'val_acuracy'",
                        "'val_accuracy'"),
                // parameters
                wrong("no parameters", having("parameters", "labels: {}"), "/parameters", 1, "missing"),
                wrong("parameters empty", having("parameters", "parameters: {}"), "/parameters", 3, "at least one"),
                wrong("parameters a list", having("parameters", "parameters: [lr]"), "/parameters", 3, "mapping"),
                wrong("bare number", parameter("12"), "/parameters/x", 5, "{value: 12}"),
                wrong("bare list", parameter("[a, b]"), "/parameters/x", 5, "{values: […]}"),
                wrong("no range", parameter("{default: 1}"), "/parameters/x", 5, "min and max"),
                wrong("min alone", parameter("{min: 1}"), "/parameters/x/max", 5, "'max'", "missing"),
                wrong("range and choices", parameter("{min: 1, max: 2, values: [1]}"), "/parameters/x", 5, "both"),
                wrong("low and high", parameter("{low: 1, high: 2}"), "/parameters/x/low", 5, "'low'", "'min'"),
                wrong("empty range", parameter("{min: 3, max: 1}"), "/parameters/x/min", 5, "3", "1", "empty"),
                wrong(
                        "log from zero",
                        parameter("{min: 0, max: 1.0, log: true}"),
                        "/parameters/x/min",
                        5,
                        "greater than 0",
                        "'log'"),
                wrong(
                        "log below zero",
                        parameter("{min: -1, max: 10, log: true}"),
                        "/parameters/x/min",
                        5,
                        "greater than 0"),
                wrong(
                        "log a word",
                        parameter("{min: 1, max: 2, log: yes}"),
                        "/parameters/x/log",
                        5,
                        "true or false",
                        "'yes'"),
                wrong(
                        "step zero",
                        parameter("{min: 0.0, max: 1.0, step: 0.0}"),
                        "/parameters/x/step",
                        5,
                        "greater than 0"),
                wrong(
                        "step negative",
                        parameter("{min: 0, max: 10, step: -2}"),
                        "/parameters/x/step",
                        5,
                        "at least 1",
                        "-2"),
                wrong("step too long", parameter("{min: 0, max: 10, step: 20}"), "/parameters/x/step", 5, "20", "fit"),
                wrong(
                        "step a fraction",
                        parameter("{min: 0, max: 1, step: 0.1}"),
                        "/parameters/x/step",
                        5,
                        "0.1",
                        "type: float"),
                wrong(
                        "step with choices",
                        parameter("{values: [1, 2], step: 1}"),
                        "/parameters/x/step",
                        5,
                        "no meaning"),
                wrong(
                        "ordered range",
                        parameter("{min: 1, max: 2, ordered: true}"),
                        "/parameters/x/ordered",
                        5,
                        "no meaning"),
                wrong("min a word", parameter("{min: small, max: 2}"), "/parameters/x/min", 5, "number", "'small'"),
                wrong("min NaN", parameter("{min: .nan, max: 2}"), "/parameters/x/min", 5, ".nan"),
                wrong("max infinite", parameter("{min: 0.0, max: .inf}"), "/parameters/x/max", 5, ".inf"),
                wrong("too wide", parameter("{min: -1e308, max: 1e308}"), "/parameters/x", 5, "wide"),
                wrong(
                        "beyond 2^53",
                        parameter("{min: 0, max: 9007199254740993}"),
                        "/parameters/x/max",
                        5,
                        "2^53",
                        "9007199254740993"),
                wrong(
                        "beyond a long",
                        parameter("{value: 123456789012345678901234567890}"),
                        "/parameters/x/value",
                        5,
                        "2^53"),
                wrong(
                        "type misspelt",
                        parameter("{type: integer, min: 0, max: 2}"),
                        "/parameters/x/type",
                        5,
                        "'integer'",
                        "'int'"),
                wrong(
                        "int with fraction",
                        parameter("{type: int, min: 0.5, max: 2}"),
                        "/parameters/x/min",
                        5,
                        "whole",
                        "0.5"),
                wrong(
                        "string range",
                        parameter("{type: string, min: 0, max: 2}"),
                        "/parameters/x/type",
                        5,
                        "int or float"),
                wrong("no choices", parameter("{values: []}"), "/parameters/x/values", 5, "[]"),
                wrong("choices no list", parameter("{values: adam}"), "/parameters/x/values", 5, "list", "'adam'"),
                wrong("choice twice", parameter("{values: [1, 1.0]}"), "/parameters/x/values/1", 5, "twice"),
                wrong("choice nothing", parameter("{values: [a, ~]}"), "/parameters/x/values/1", 5, "nothing"),
                wrong("choice a list", parameter("{values: [[1, 2]]}"), "/parameters/x/values/0", 5, "a list"),
                wrong(
                        "typed choice",
                        parameter("{type: int, values: [1, two]}"),
                        "/parameters/x/values/1",
                        5,
                        "int",
                        "'two'"),
                wrong(
                        "default outside",
                        parameter("{min: 0.0, max: 1.0, default: 2}"),
                        "/parameters/x/default",
                        5,
                        "from 0.0 to 1.0",
                        "2"),
                wrong(
                        "default no choice",
                        parameter("{values: [adam, sgd], default: adamw}"),
                        "/parameters/x/default",
                        5,
                        "adam or sgd",
                        "'adamw'"),
                wrong(
                        "default off the grid",
                        parameter("{min: 16, max: 64, step: 16, default: 20}"),
                        "/parameters/x/default",
                        5,
                        "steps of 16",
                        "20"),
                wrong(
                        "default a fraction",
                        parameter("{min: 0, max: 1, default: 0.5}"),
                        "/parameters/x/default",
                        5,
                        "type: float"),
                wrong(
                        "unknown key in parameter",
                        parameter("{min: 0, max: 1, stpe: 1}"),
                        "/parameters/x/stpe",
                        5,
                        "'stpe'",
                        "'step'"),
                wrong(
                        "parameter name",
                        SMALLEST.replace("  lr:", "  l*r:").replace("params.lr", "params.l*r"),
                        "/parameters/l*r",
                        4,
                        "'*'"),
                wrong(
                        "parameter name with slashes",
                        SMALLEST.replace("  lr:", "  a//b:").replace("params.lr", "params.a//b"),
                        "/parameters/a~1~1b",
                        4,
                        "MLflow"),
                wrong(
                        "parameter name long",
                        SMALLEST.replace("lr", "x".repeat(201)),
                        "/parameters/" + "x".repeat(201),
                        4,
                        "200"),
                // when
                wrong(
                        "when on nothing",
                        parameter("{min: 0, max: 1, when: {lrr: 1}}"),
                        "/parameters/x/when/lrr",
                        5,
                        "'lrr'",
                        "'lr'"),
                wrong(
                        "when on itself",
                        parameter("{min: 0, max: 1, when: {x: 1}}"),
                        "/parameters/x/when/x",
                        5,
                        "circle"),
                wrong(
                        "when in a circle",
                        parameter("{min: 0, max: 1, when: {y: 1}}\n  y: {min: 0, max: 1, when: {x: 1}}"),
                        "/parameters/x/when",
                        5,
                        "circle",
                        "x → y → x"),
                wrong(
                        "when cannot be",
                        parameter("{min: 0, max: 1, when: {o: sdg}}\n  o: {values: [adam, sgd]}"),
                        "/parameters/x/when/o",
                        5,
                        "'sdg'",
                        "adam or sgd",
                        "'sgd'"),
                wrong(
                        "when out of range",
                        parameter("{min: 0, max: 1, when: {lr: {min: 2}}}"),
                        "/parameters/x/when/lr",
                        5,
                        "never hold"),
                wrong(
                        "when of two",
                        parameter("{min: 0, max: 1, when: {lr: 0.1, y: 1}}\n  y: {value: 1}"),
                        "/parameters/x/when",
                        5,
                        "exactly one"),
                wrong("when of none", parameter("{min: 0, max: 1, when: {}}"), "/parameters/x/when", 5, "exactly one"),
                wrong("when a word", parameter("{min: 0, max: 1, when: sgd}"), "/parameters/x/when", 5, "mapping"),
                wrong(
                        "when an empty list",
                        parameter("{min: 0, max: 1, when: {lr: []}}"),
                        "/parameters/x/when/lr",
                        5,
                        "at least one"),
                // constraints
                wrong(
                        "constraint unreadable",
                        with("parameterConstraints: ['lr <= ']"),
                        "/parameterConstraints/0",
                        7,
                        "lr <= "),
                wrong(
                        "constraint on nothing",
                        with("parameterConstraints: ['lt < 1']"),
                        "/parameterConstraints/0",
                        7,
                        "'lt'",
                        "'lr'"),
                wrong(
                        "constraint no condition",
                        with("parameterConstraints: ['lr + 1']"),
                        "/parameterConstraints/0",
                        7,
                        "comparison"),
                wrong(
                        "constraint of kinds",
                        with("parameterConstraints: ['lr == \"a\"']"),
                        "/parameterConstraints/0",
                        7,
                        "string"),
                wrong("constraint a text", with("parameterConstraints: lr < 1"), "/parameterConstraints", 7, "list"),
                wrong("constraint a number", with("parameterConstraints: [1]"), "/parameterConstraints/0", 7, "text"),
                wrong(
                        "nothing satisfies",
                        with("parameterConstraints: ['lr > 1']"),
                        "/parameterConstraints",
                        7,
                        "nothing to try"),
                // enqueue
                wrong(
                        "point outside",
                        with("enqueue: [{lr: 0.01}, {lr: 2}]"),
                        "/enqueue/1/lr",
                        7,
                        "point 1",
                        "0.0001 to 0.3",
                        "2"),
                wrong("point unknown", with("enqueue: [{rl: 0.01}]"), "/enqueue/0/rl", 7, "'rl'", "'lr'"),
                wrong(
                        "point breaks constraint",
                        with("parameterConstraints: ['lr < 0.1']\nenqueue: [{lr: 0.2}]"),
                        "/enqueue/0",
                        8,
                        "lr < 0.1"),
                wrong("point no mapping", with("enqueue: [0.01]"), "/enqueue/0", 7, "mapping"),
                wrong("enqueue no list", with("enqueue: {lr: 0.01}"), "/enqueue", 7, "list"),
                // search and pruning
                wrong(
                        "algorithm misspelt",
                        with("search: {algorithm: radnom}"),
                        "/search/algorithm",
                        7,
                        "'radnom'",
                        "'random'"),
                wrong("search a word", with("search: tpe"), "/search", 7, "mapping"),
                wrong(
                        "search option",
                        with("search: {algorithm: random, startup: 10}"),
                        "/search/startup",
                        7,
                        "'startup'",
                        "random"),
                wrong("seed negative", with("search: {seed: -1}"), "/search/seed", 7, "-1"),
                wrong("seed a fraction", with("search: {seed: 1.5}"), "/search/seed", 7, "whole", "1.5"),
                wrong(
                        "pruning without algorithm",
                        with("pruning: {resource: epoch}"),
                        "/pruning/algorithm",
                        7,
                        "missing",
                        "asha"),
                wrong("pruner misspelt", with("pruning: {algorithm: medain}"), "/pruning/algorithm", 7, "'median'"),
                wrong("asha swapped", with("pruning: {algorithm: asha, min: 12, max: 1}"), "/pruning/max", 7, "max"),
                wrong(
                        "asha reduction",
                        with("pruning: {algorithm: asha, min: 1, max: 9, reduction: 1}"),
                        "/pruning/reduction",
                        7,
                        "1"),
                // warmStart
                wrong(
                        "warm start from nothing",
                        with("warmStart: {trials: 3}"),
                        "/warmStart/from",
                        7,
                        "missing",
                        "digits-cnn"),
                wrong(
                        "warm start from no list",
                        with("warmStart: {from: digits}"),
                        "/warmStart/from",
                        7,
                        "must be a list"),
                wrong("warm start from an empty list", with("warmStart: {from: []}"), "/warmStart/from", 7, "1 to 20"),
                wrong(
                        "warm start from a number",
                        with("warmStart: {from: [7]}"),
                        "/warmStart/from/0",
                        7,
                        "must be text"),
                wrong(
                        "warm start from one twice",
                        with("warmStart: {from: [a, b, a]}"),
                        "/warmStart/from/2",
                        7,
                        "twice"),
                wrong("warm start from a blank", with("warmStart: {from: ['  ']}"), "/warmStart/from/0", 7, "such as"),
                wrong("warm start misspelt", with("warm_strat: {from: [a]}"), "/warm_strat", 7, "'warmStart'"),
                wrong("prior runs", with("prior_runs: [a]"), "/prior_runs", 7, "'warmStart'"),
                wrong("warm start of W&B", with("warmStart: {sweeps: [a]}"), "/warmStart/sweeps", 7, "'from'"),
                wrong(
                        "fewer than no trials",
                        with("warmStart: {from: [a], trials: -1}"),
                        "/warmStart/trials",
                        7,
                        "at least 0"),
                wrong(
                        "a warm start that takes nothing",
                        with("warmStart: {from: [a], trials: 0, points: 0}"),
                        "/warmStart",
                        7,
                        "leave it out"),
                // budget
                wrong(
                        "regret of nothing",
                        having("budget", "budget: {trials: 9, regret: 0}"),
                        "/budget/regret",
                        5,
                        "greater than 0",
                        "0"),
                wrong(
                        "regret in words",
                        having("budget", "budget: {trials: 9, regret: little}"),
                        "/budget/regret",
                        5,
                        "must be a number"),
                wrong("no budget", having("budget", "labels: {}"), "/budget", 1, "missing", "trials"),
                wrong(
                        "no trials",
                        having("budget", "budget: {parallel: 2}"),
                        "/budget/trials",
                        5,
                        "missing",
                        "wallTime"),
                wrong("trials zero", having("budget", "budget: {trials: 0}"), "/budget/trials", 5, "at least 1", "0"),
                wrong(
                        "trials a text",
                        having("budget", "budget: {trials: '40'}"),
                        "/budget/trials",
                        5,
                        "whole number",
                        "'40'"),
                wrong(
                        "parallel zero",
                        having("budget", "budget: {trials: 1, parallel: 0}"),
                        "/budget/parallel",
                        5,
                        "at least 1"),
                wrong(
                        "time without unit",
                        having("budget", "budget: {wallTime: 30}"),
                        "/budget/wallTime",
                        5,
                        "unit",
                        "'30m'"),
                wrong(
                        "time in words",
                        having("budget", "budget: {wallTime: half an hour}"),
                        "/budget/wallTime",
                        5,
                        "1h30m"),
                wrong(
                        "time in wrong order",
                        having("budget", "budget: {wallTime: 30m1h}"),
                        "/budget/wallTime",
                        5,
                        "'30m1h'"),
                wrong(
                        "time zero",
                        having("budget", "budget: {trials: 1, trialTime: 0s}"),
                        "/budget/trialTime",
                        5,
                        "longer than zero"),
                wrong(
                        "stall a number",
                        having("budget", "budget: {trials: 1, stall: 20}"),
                        "/budget/stall",
                        5,
                        "{trials: 20}"),
                wrong(
                        "walltime",
                        having("budget", "budget: {trials: 1, wall_time: 30m}"),
                        "/budget/wall_time",
                        5,
                        "'wallTime'"),
                // trial
                wrong("no trial", having("trial", "labels: {}"), "/trial", 1, "missing", "command"),
                wrong(
                        "trial without kind",
                        having("trial", "trial: {env: {A: b}}"),
                        "/trial",
                        6,
                        "exactly one",
                        "none"),
                wrong(
                        "trial of two kinds",
                        having("trial", "trial: {external: true, command: [a]}"),
                        "/trial",
                        6,
                        "command and external"),
                wrong(
                        "command a text",
                        having("trial", "trial: {command: python train.py}"),
                        "/trial/command",
                        6,
                        "list",
                        "[python, train.py]"),
                wrong("command empty", having("trial", "trial: {command: []}"), "/trial/command", 6, "program"),
                wrong(
                        "command with a mapping",
                        having("trial", "trial: {command: [a, {b: c}]}"),
                        "/trial/command/1",
                        6,
                        "a mapping",
                        "quotes"),
                wrong(
                        "placeholder unknown",
                        having("trial", "trial: {command: [a, '${params.rl}']}"),
                        "/trial/command/1",
                        6,
                        "${params.rl}",
                        "'lr'"),
                wrong(
                        "placeholder of no kind",
                        having("trial", "trial: {command: [a, '${lr}']}"),
                        "/trial/command/1",
                        6,
                        "${params.lr}"),
                wrong(
                        "placeholder of the shell",
                        having("trial", "trial: {command: [a, '${HOME}/x']}"),
                        "/trial/command/1",
                        6,
                        "'${HOME}'",
                        "no shell"),
                wrong(
                        "placeholder open",
                        having("trial", "trial: {command: [a, '${params.lr']}"),
                        "/trial/command/1",
                        6,
                        "closing"),
                wrong(
                        "checkpoint in command",
                        having("trial", "trial: {command: [a, '${checkpoint.path}']}"),
                        "/trial/command/1",
                        6,
                        "'resume'"),
                wrong(
                        "resume of a trainer",
                        WHOLE.replace("  env:", "  resume: [a]\n  env:"),
                        "/trial/resume",
                        20,
                        "no meaning"),
                wrong(
                        "env of external",
                        having("trial", "trial: {external: true, env: {A: b}}"),
                        "/trial/env",
                        6,
                        "no meaning"),
                wrong(
                        "external false",
                        having("trial", "trial: {external: false}"),
                        "/trial/external",
                        6,
                        "must be true"),
                wrong(
                        "env a number",
                        having("trial", "trial: {command: [a], env: {A: 1}}"),
                        "/trial/env/A",
                        6,
                        "quotes"),
                wrong(
                        "env name",
                        having("trial", "trial: {command: [a], env: {A-B: '1'}}"),
                        "/trial/env/A-B",
                        6,
                        "'A-B'"),
                wrong(
                        "env of ours",
                        having("trial", "trial: {command: [a], env: {SLUICE_TOKEN: '1'}}"),
                        "/trial/env/SLUICE_TOKEN",
                        6,
                        "Sluice"),
                wrong(
                        "env with placeholder",
                        having("trial", "trial: {command: [a], env: {A: '${params.lr}'}}"),
                        "/trial/env/A",
                        6,
                        "'command'"),
                wrong(
                        "metrics from file",
                        having("trial", "trial: {command: [a], metrics: [{from: file, path: log.jsonl}]}"),
                        "/trial/metrics/0/from",
                        6,
                        "not available in this version",
                        "stdout"),
                wrong(
                        "checkpoints",
                        having("trial", "trial: {command: [a], checkpoints: {every: 0}}"),
                        "/trial/checkpoints/every",
                        6,
                        "at least 1"),
                wrong(
                        "task misspelt",
                        WHOLE.replace("task: digits", "task: digit"),
                        "/trial/trainer/task",
                        19,
                        "'digit'",
                        "'digits'"),
                wrong(
                        "model misspelt",
                        WHOLE.replace("model: mlp", "model: mpl"),
                        "/trial/trainer/model",
                        19,
                        "'mpl'",
                        "'mlp'"),
                wrong(
                        "no model",
                        WHOLE.replace(", model: mlp", ""),
                        "/trial/trainer/model",
                        19,
                        "missing",
                        "mlp or cnn"),
                wrong(
                        "no options of a task that needs some",
                        WHOLE.replace("task: digits, model: mlp", "task: tabular-classification, model: mlp"),
                        "/trial/trainer",
                        19,
                        "needs 'options' with data and target"),
                wrong(
                        "option of a task missing",
                        WHOLE.replace(
                                "task: digits, model: mlp",
                                "task: tabular-classification, model: mlp, options: {data: a.csv}"),
                        "/trial/trainer/options/target",
                        19,
                        "missing"),
                wrong(
                        "option of a task misspelt",
                        WHOLE.replace(
                                "task: digits, model: mlp",
                                "task: image-classification, model: mlp, options: {dta: a}"),
                        "/trial/trainer/options/dta",
                        19,
                        "'data'"),
                wrong(
                        "option of a task out of range",
                        WHOLE.replace(
                                "task: digits, model: mlp",
                                "task: image-classification, model: mlp, options: {data: a, validation: 1}"),
                        "/trial/trainer/options/validation",
                        19,
                        "below 1"),
                wrong(
                        "option of a task of a type",
                        WHOLE.replace(
                                "task: digits, model: mlp",
                                "task: tabular-classification, model: mlp, options: {data: a, target: b, columns: x}"),
                        "/trial/trainer/options/columns",
                        19,
                        "must be a mapping"),
                wrong(
                        "path of a jar",
                        WHOLE.replace("task: digits,", "task: digits, jars: [../own.jar],"),
                        "/trial/trainer/jars/0",
                        19,
                        "no paths",
                        "'../own.jar'"),
                wrong(
                        "no jar",
                        WHOLE.replace("task: digits,", "task: digits, jars: [own.zip],"),
                        "/trial/trainer/jars/0",
                        19,
                        "'own.zip'"),
                wrong(
                        "repeats misspelt",
                        WHOLE.replace("task: digits,", "task: digits, repeat: 3,"),
                        "/trial/trainer/repeat",
                        19,
                        "'repeats'"),
                wrong(
                        "seeds for repeats",
                        WHOLE.replace("task: digits,", "task: digits, seeds: 3,"),
                        "/trial/trainer/seeds",
                        19,
                        "'repeats'"),
                wrong(
                        "one fold",
                        WHOLE.replace("task: digits,", "task: digits, folds: 1,"),
                        "/trial/trainer/folds",
                        19,
                        "from 2 to 100",
                        "leave it out for none"),
                wrong(
                        "too many trainings",
                        WHOLE.replace("task: digits,", "task: digits, folds: 10, repeats: 11,"),
                        "/trial/trainer/repeats",
                        19,
                        "at most 100 trainings of a trial, was 11 times 10"),
                wrong(
                        "deviation of what trains once",
                        WHOLE.replace("metric: val_accuracy", "metric: val_accuracy_std"),
                        "/objective/metric",
                        4,
                        "'val_accuracy'"),
                wrong(
                        "deviation for a callback, which sees one training",
                        WHOLE.replace("task: digits,", "task: digits, repeats: 3,")
                                .replace("monitor: val_loss", "monitor: val_loss_std"),
                        "/trial/trainer/callbacks/0/monitor",
                        19,
                        "does not report 'val_loss_std'"),
                wrong(
                        "callback misspelt",
                        WHOLE.replace("type: early-stopping", "type: early-stoping"),
                        "/trial/trainer/callbacks/0/type",
                        19,
                        "'early-stopping'"),
                wrong(
                        "callback option misspelt",
                        WHOLE.replace("patience: 4", "patiens: 4"),
                        "/trial/trainer/callbacks/0/patiens",
                        19,
                        "'patience'"),
                wrong(
                        "callback option out of range",
                        WHOLE.replace("patience: 4", "patience: 0"),
                        "/trial/trainer/callbacks/0/patience",
                        19,
                        "at least 1",
                        "0"),
                wrong(
                        "callback option of a type",
                        WHOLE.replace("patience: 4", "patience: long"),
                        "/trial/trainer/callbacks/0/patience",
                        19,
                        "whole number",
                        "'long'"),
                wrong(
                        "callback monitor",
                        WHOLE.replace("monitor: val_loss", "monitor: val_los"),
                        "/trial/trainer/callbacks/0/monitor",
                        19,
                        "'val_loss'"),
                wrong(
                        "parameter of no model",
                        WHOLE.replace("dropout:   ", "drop_out:").replace("dropout: 0.1", "drop_out: 0.1"),
                        "/parameters/drop_out",
                        8,
                        "'dropout'"),
                wrong(
                        "parameter of a type",
                        WHOLE.replace("{min: 16, max: 256, step: 16}", "{min: 16.0, max: 256.0}"),
                        "/parameters/hidden",
                        7,
                        "whole number"),
                wrong(
                        "parameter out of the model's range",
                        WHOLE.replace("max: 0.6", "max: 1.5"),
                        "/parameters/dropout",
                        8,
                        "below 1.0"),
                // the rest
                wrong("gpus negative", with("resources: {gpus: -1}"), "/resources/gpus", 7, "-1"),
                wrong("gpus and a half", with("resources: {gpus: 1.5}"), "/resources/gpus", 7, "whole above 1"),
                wrong(
                        "share of several",
                        with("resources: {gpus: 2, share: memory}"),
                        "/resources/share",
                        7,
                        "one GPU"),
                wrong("share of what", with("resources: {gpus: 1, share: time}"), "/resources/share", 7, "memory"),
                wrong("priority", with("priority: 1001"), "/priority", 7, "from -1000 to 1000"),
                wrong("priority in words", with("priority: high"), "/priority", 7, "whole number"),
                wrong("cpus zero", with("resources: {cpus: 0}"), "/resources/cpus", 7, "from 1"),
                wrong("memory without unit", with("resources: {memory: 2048}"), "/resources/memory", 7, "2GiB"),
                wrong("memory unit", with("resources: {memory: 2GiBs}"), "/resources/memory", 7, "'2GiBs'"),
                wrong("retries negative", with("retries: {max: -1}"), "/retries/max", 7, "-1"),
                wrong("backoff", with("retries: {backoff: soon}"), "/retries/backoff", 7, "duration"),
                wrong(
                        "pattern",
                        with("failurePolicies: [{log: 'out (of', as: FAILED}]"),
                        "/failurePolicies/0/log",
                        7,
                        "regular expression",
                        "Unclosed group"),
                wrong(
                        "policy state",
                        with("failurePolicies: [{log: x, as: infeasible}]"),
                        "/failurePolicies/0/as",
                        7,
                        "'INFEASIBLE'"),
                wrong("alert type", with("alerts: [{type: loss}]"), "/alerts/0/type", 7, "'loss'", "rising"),
                wrong(
                        "alert without type",
                        with("alerts: [{metric: loss}]"),
                        "/alerts/0/type",
                        7,
                        "missing",
                        "nan, rising"),
                wrong("alerts a mapping", with("alerts: {type: nan}"), "/alerts", 7, "list"),
                wrong("alert a word", with("alerts: [nan]"), "/alerts/0", 7, "mapping"),
                wrong("alert twice", with("alerts: [{type: nan}, {type: nan}]"), "/alerts/1", 7, "already"),
                wrong("alert key", with("alerts: [{type: nan, metric: loss}]"), "/alerts/0/metric", 7, "'metric'"),
                wrong(
                        "rising without reports",
                        with("alerts: [{type: rising, metric: loss}]"),
                        "/alerts/0/reports",
                        7,
                        "missing",
                        "in a row"),
                wrong(
                        "rising never",
                        with("alerts: [{type: rising, metric: loss, reports: 0}]"),
                        "/alerts/0/reports",
                        7,
                        "from 1"),
                wrong(
                        "limit a word",
                        with("alerts: [{type: above, metric: loss, limit: high}]"),
                        "/alerts/0/limit",
                        7,
                        "number",
                        "'high'"),
                wrong(
                        "alert's metric",
                        with("alerts: [{type: below, metric: 'a?', limit: 1}]"),
                        "/alerts/0/metric",
                        7,
                        "'a?'"),
                wrong("stall zero", with("alerts: [{type: stall, after: 0s}]"), "/alerts/0/after", 7, "zero"),
                wrong("idle percent", with("alerts: [{type: idle-gpu, below: 5}]"), "/alerts/0/below", 7, "share", "5"),
                wrong("data set", with("tracking: {dataset: {source: a}}"), "/tracking/dataset/name", 7, "missing"),
                wrong(
                        "digest",
                        with("tracking: {dataset: {name: a, digest: " + "d".repeat(37) + "}}"),
                        "/tracking/dataset/digest",
                        7,
                        "36"),
                wrong("tag a number", with("tracking: {tags: {a: 1}}"), "/tracking/tags/a", 7, "quotes"),
                wrong(
                        "gate unreadable",
                        with("promotion: {model: m, gate: ['loss <']}"),
                        "/promotion/gate/0",
                        7,
                        "loss <"),
                wrong(
                        "gate no condition",
                        with("promotion: {model: m, gate: ['loss']}"),
                        "/promotion/gate/0",
                        7,
                        "comparison"),
                wrong(
                        "gate metric",
                        WHOLE.replace("val_accuracy >= 0.9", "val_acc >= 0.9"),
                        "/promotion/gate/0",
                        27,
                        "'val_acc'"),
                wrong("no model name", with("promotion: {alias: a}"), "/promotion/model", 7, "missing"),
                wrong("model name", with("promotion: {model: a/b}"), "/promotion/model", 7, "'/'"),
                wrong("alias latest", with("promotion: {model: m, alias: latest}"), "/promotion/alias", 7, "'latest'"),
                wrong(
                        "betterThan",
                        with("promotion: {model: m, betterThan: 'val_accuracy > 0.9'}"),
                        "/promotion/betterThan",
                        7,
                        "'latest'"));
    }

    private static Arguments wrong(String kind, String file, String pointer, int line, String... words) {
        return arguments(kind, file, pointer, line, List.of(words));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void saysWhatIsWrongAndWhere(String kind, String file, String pointer, int line, List<String> words) {
        List<SpecificationError> errors = SweepFiles.errors(file);

        assertThat(errors).as(kind).anySatisfy(error -> {
            assertThat(error.pointer()).isEqualTo(pointer);
            assertThat(error.line().orElse(0)).isEqualTo(line);
            assertThat(error.detail()).contains(words);
        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void saysNothingElse(String kind, String file, String pointer, int line, List<String> words) {
        // A missing section is found where it should be; replacing it by 'labels' must not add errors of its own.
        List<SpecificationError> errors = SweepFiles.errors(file);

        assertThat(errors).as(kind).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void whatIsMisspeltIsNotMissingAsWell() {
        for (var file : List.of(
                having("budget", "budget: {trails: 5}"),
                having("budget", "budget: {waltime: 5m}"),
                having("budget", "budgt: {trials: 5}"),
                having("name", "nme: tiny"),
                parameter("{min: 1, mx: 3}"),
                with("promotion: {modle: m}"))) {
            assertThat(SweepFiles.errors(file))
                    .singleElement()
                    .satisfies(error -> assertThat(error.detail()).contains("did you mean"));
        }
    }

    @Test
    void findsAllErrorsInOneGo() {
        List<SpecificationError> errors = SweepFiles.errors("""
                name: 12
                objective: {metric: loss, goal: down}
                parameters:
                  lr: {min: 1, max: 0}
                  x: {min: 0.0, max: 1.0, log: true}
                budget: {parallel: 0}
                trial: {command: [], external: true}
                extra: 1
                """);

        assertThat(errors)
                .extracting(SpecificationError::pointer)
                .containsExactly(
                        "/name",
                        "/objective/goal",
                        "/parameters/lr/min",
                        "/parameters/x/min",
                        "/budget/trials",
                        "/budget/parallel",
                        "/trial",
                        "/trial/command",
                        "/extra");
    }

    @Test
    void showsErrorsInOneLineForATerminal() {
        SpecificationError error =
                SweepFiles.errors(parameter("{min: 3, max: 1}")).get(0);

        assertThat(error.toString())
                .isEqualTo(
                        "line 5, /parameters/x/min: 'min' of parameter 'x' must not be above 'max', was 3 with max 1: the"
                                + " range is empty; are the two swapped?");
    }

    @Test
    void namesTheColumn() {
        SpecificationError error =
                SweepFiles.errors(parameter("{min: 3, max: 1}")).get(0);

        assertThat(error.column()).hasValue(12);
    }

    @Test
    void keepsOnlySoManyErrors() {
        StringBuilder file = new StringBuilder(SMALLEST);
        for (int index = 0; index < 1000; index++) {
            file.append("extra").append(index).append(": 1\n");
        }

        List<SpecificationError> errors = SweepFiles.errors(file.toString());

        assertThat(errors).hasSize(Problems.MOST + 1);
        assertThat(errors.get(Problems.MOST).detail()).contains("900 more");
    }
}
