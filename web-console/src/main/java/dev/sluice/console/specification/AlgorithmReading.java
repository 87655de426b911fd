package dev.sluice.console.specification;

import dev.sluice.search.catalog.Pruners;
import dev.sluice.search.catalog.Samplers;
import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.OptionException;
import dev.sluice.search.option.OptionSpec;
import dev.sluice.search.sampler.SamplerContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Reads {@code search} and {@code pruning}. Which algorithms there are, and what each one's options take, comes from the
 * search module's catalogues. Serves one file; not thread-safe.
 */
final class AlgorithmReading {
    /** What a sweep is searched with where its file does not say. */
    static final String DEFAULT_SEARCH = "auto";

    /** How a sweep is pruned where its file does not say. */
    static final String DEFAULT_PRUNING = "none";

    /** What steps are called where the file does not say. */
    static final String DEFAULT_RESOURCE = "step";

    /** What other tools call them. */
    private static final Map<String, String> SYNONYMS = Map.of(
            "bayesian", "gp",
            "bayes", "gp",
            "gaussianprocess", "gp",
            "nsgaii", "nsga2",
            "evolutionary", "genetic",
            "halton", "sobol",
            "successivehalving", "asha",
            "earlystopping", "patience");

    private static final long DRAWN_SEEDS = 1L << 31;

    private final RandomGenerator seeds;

    AlgorithmReading(RandomGenerator seeds) {
        this.seeds = seeds;
    }

    SearchSection readSearch(Section sweep) {
        Optional<Section> section = section(sweep, "search", Samplers.algorithms(), "{algorithm: auto, seed: 42}");
        OptionalLong seed = section.isEmpty()
                ? OptionalLong.empty()
                : section.get().whole("seed", 0, Section.LARGEST_EXACT, "the same seed gives the same points");
        String algorithm = section.flatMap(search -> algorithm(search, Samplers.algorithms(), "search algorithm"))
                .orElse(DEFAULT_SEARCH);
        Map<String, Object> options = options(section, List.of("algorithm", "seed"), algorithm, Samplers.algorithms());
        return new SearchSection(algorithm, seed.isPresent() ? seed.getAsLong() : seeds.nextLong(DRAWN_SEEDS), options);
    }

    PruningSection readPruning(Section sweep) {
        Optional<Section> section = section(
                sweep,
                "pruning",
                Pruners.algorithms(),
                "{algorithm: asha, resource: epoch, min: 1, max: 12, reduction: 3}");
        section.ifPresent(pruning -> pruning.require(
                "algorithm", Words.anyOf(names(Pruners.algorithms())) + "; leave 'pruning' out for none"));
        String resource = section.flatMap(
                        pruning -> pruning.line("resource", 50, "what a step is called, such as epoch"))
                .orElse(DEFAULT_RESOURCE);
        String algorithm = section.flatMap(pruning -> algorithm(pruning, Pruners.algorithms(), "pruning algorithm"))
                .orElse(DEFAULT_PRUNING);
        return new PruningSection(
                algorithm,
                resource,
                options(section, List.of("algorithm", "resource"), algorithm, Pruners.algorithms()));
    }

    /** As {@link Section#section}; an algorithm's name alone is shown where it goes. */
    private static Optional<Section> section(
            Section sweep, String key, List<AlgorithmSpec> algorithms, String example) {
        if (sweep.node(key) instanceof Node.Scalar scalar
                && scalar.value() instanceof String name
                && names(algorithms).contains(name)) {
            sweep.problem(
                    key,
                    "'" + key + "' must be a mapping, was the text " + Words.quoted(name) + "; write {algorithm: "
                            + name + "}");
            return Optional.empty();
        }
        return sweep.section(key, example);
    }

    /** What only the algorithms themselves know, such as which of two options must be the larger. */
    static void check(Section sweep, SearchSection search, PruningSection pruning, SamplerContext context) {
        int objectives = context.goals().objectives().size();
        check(
                sweep,
                "search",
                () -> Samplers.of(search.algorithm(), search.options(), context),
                () -> able(objectives, Samplers.algorithms(), name -> Samplers.of(name, Map.of(), context)));
        check(
                sweep,
                "pruning",
                () -> Pruners.of(
                        pruning.algorithm(), pruning.options(), context.goals().objectives()),
                () -> able(
                        objectives,
                        Pruners.algorithms(),
                        name -> Pruners.of(name, Map.of(), context.goals().objectives())));
    }

    /** Which algorithms would work where this one does not, if the number of objectives may be why. */
    private static String able(int objectives, List<AlgorithmSpec> algorithms, Consumer<String> making) {
        List<String> able = objectives < 2
                ? List.of()
                : names(algorithms).stream().filter(name -> works(name, making)).toList();
        return able.isEmpty() ? "" : "; with several objectives there are " + Words.allOf(able);
    }

    private static boolean works(String name, Consumer<String> making) {
        try {
            making.accept(name);
            return true;
        } catch (IllegalArgumentException cannot) {
            return false;
        }
    }

    private static void check(Section sweep, String key, Runnable making, Supplier<String> others) {
        try {
            making.run();
        } catch (OptionException wrong) {
            Node node = sweep.node(key);
            if (node instanceof Node.Mapping mapping) {
                new Section(sweep.pointer(key), "'" + key + "'", mapping, sweep.problems())
                        .problem(wrong.option(), "'" + key + "': " + wrong.getMessage());
            } else {
                sweep.problem(key, "'" + key + "': " + wrong.getMessage());
            }
        } catch (IllegalArgumentException wrong) {
            sweep.problem(key, "'" + key + "' cannot work here: " + wrong.getMessage() + others.get());
        }
    }

    private static Optional<String> algorithm(Section section, List<AlgorithmSpec> algorithms, String what) {
        Optional<String> word =
                section.text("algorithm", "such as " + names(algorithms).get(0));
        List<String> names = names(algorithms);
        return word.filter(name -> {
            if (names.contains(name)) {
                return true;
            }
            section.problem(
                    "algorithm",
                    "there is no " + what + " " + Words.quoted(name)
                            + Words.nearest(name, names, SYNONYMS)
                                    .map(near -> "; did you mean " + Words.quoted(near) + "?")
                                    .orElse("; there are " + Words.allOf(names)));
            return false;
        });
    }

    /** The options with the algorithm's defaults filled in. */
    private static Map<String, Object> options(
            Optional<Section> section, List<String> ownKeys, String algorithm, List<AlgorithmSpec> algorithms) {
        Map<String, Object> options = new LinkedHashMap<>();
        Optional<AlgorithmSpec> spec = algorithms.stream()
                .filter(candidate -> candidate.name().equals(algorithm))
                .findFirst();
        boolean known = section.isEmpty()
                || !section.get().has("algorithm")
                || section.get().shown("algorithm").equals(algorithm);
        if (spec.isEmpty() || !known) {
            return options;
        }
        section.ifPresent(given -> {
            List<String> keys = new ArrayList<>(ownKeys);
            spec.get().options().forEach(option -> keys.add(option.name()));
            given.allow(keys, Map.of(), "with the algorithm " + algorithm + " its keys");
        });
        for (OptionSpec option : spec.get().options()) {
            option.defaultValue().ifPresent(value -> options.put(option.name(), value));
            section.filter(given -> given.has(option.name()))
                    .flatMap(given -> option(given, option))
                    .ifPresent(value -> options.put(option.name(), value));
        }
        return options;
    }

    private static Optional<Object> option(Section section, OptionSpec option) {
        Node node = section.node(option.name());
        Object value = node instanceof Node.Scalar scalar ? scalar.value() : null;
        boolean readable = value != null
                && (!(value instanceof Number)
                        || (node != null && Section.finite(node).isPresent()));
        if (readable && value != null) {
            try {
                return Optional.of(option.kind().read(option.name(), value));
            } catch (OptionException wrong) {
                // Said below, with the value as it was written.
            }
        }
        section.problem(
                option.name(),
                section.field(option.name()) + " must be " + option.kind().describe() + ", was "
                        + (node == null ? "nothing" : node.inWords()));
        return Optional.empty();
    }

    private static List<String> names(List<AlgorithmSpec> algorithms) {
        return algorithms.stream().map(AlgorithmSpec::name).toList();
    }
}
