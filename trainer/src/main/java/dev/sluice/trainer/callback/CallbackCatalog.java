package dev.sluice.trainer.callback;

import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.Options;
import dev.sluice.trainer.option.Suggestion;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The callbacks that a sweep file can declare. Immutable. */
public final class CallbackCatalog {
    private final Map<String, CallbackType> types = new LinkedHashMap<>();

    /** A catalogue of these types. */
    public CallbackCatalog(List<CallbackType> types) {
        types.forEach(type -> this.types.put(type.type(), type));
    }

    /** The types that come with the trainer. */
    public static CallbackCatalog standard() {
        return new CallbackCatalog(List.of(new EarlyStoppingType(), new JsonLinesLogType()));
    }

    /** The types, in order. */
    public List<CallbackType> types() {
        return List.copyOf(types.values());
    }

    /**
     * Makes the callbacks that a sweep file declares, in its order.
     *
     * @param declarations each {@code {type, option…}}
     * @throws IllegalArgumentException naming the declaration and what is wrong with it
     */
    public List<Callback> create(List<? extends Map<String, ?>> declarations, CallbackSetting setting) {
        List<Callback> callbacks = new ArrayList<>();
        Map<String, Integer> seen = new HashMap<>();
        for (Map<String, ?> declaration : declarations) {
            String where = "callbacks[" + callbacks.size() + "]";
            if (!(declaration.get("type") instanceof String word)) {
                throw new IllegalArgumentException(where + " has no type");
            }
            CallbackType type = types.get(word);
            if (type == null) {
                throw new IllegalArgumentException(where + ".type \"" + word + "\" is unknown"
                        + Suggestion.of(word, types.keySet()) + "; there are " + String.join(", ", types.keySet()));
            }
            Map<String, Object> given = new LinkedHashMap<>(declaration);
            given.remove("type");
            int count = seen.merge(word, 1, Integer::sum);
            String name = count == 1 ? word : word + "-" + count;
            callbacks.add(type.create(name, Options.read(where + " (" + word + ")", type.options(), given), setting));
        }
        return callbacks;
    }

    private static final class EarlyStoppingType implements CallbackType {
        @Override
        public String type() {
            return "early-stopping";
        }

        @Override
        public String doc() {
            return "Ends training once a metric has not got better for a number of epochs.";
        }

        @Override
        public List<OptionSpec> options() {
            return List.of(
                    OptionSpec.text("monitor", "The metric to watch; the objective's by default."),
                    OptionSpec.choice(
                            "mode",
                            "Which way the metric gets better; auto: the objective's way, else by the metric's name.",
                            "auto",
                            List.of("auto", "min", "max")),
                    OptionSpec.whole(
                            "patience",
                            "Epochs without progress after which training ends.",
                            5,
                            OptionSpec.Range.atLeast(1)),
                    OptionSpec.real(
                            "minDelta",
                            "By how much a value must beat the best one to count as progress, in the metric's unit.",
                            0,
                            OptionSpec.Range.atLeast(0)));
        }

        @Override
        public Callback create(String name, Options options, CallbackSetting setting) {
            String monitor = options.optionalText("monitor").orElse(setting.objective());
            setting.requireMeasured(name + ".monitor", monitor);
            Mode mode = switch (options.text("mode")) {
                case "min" -> Mode.MIN;
                case "max" -> Mode.MAX;
                default -> setting.modeOf(name, monitor);
            };
            return new EarlyStopping(name, monitor, mode, options.whole("patience"), options.real("minDelta"));
        }
    }

    private static final class JsonLinesLogType implements CallbackType {
        @Override
        public String type() {
            return "json-lines";
        }

        @Override
        public String doc() {
            return "Appends one JSON object a line for each epoch to a file in the trial's folder.";
        }

        @Override
        public List<OptionSpec> options() {
            return List.of(
                    OptionSpec.text("file", "The file, relative to the trial's folder, within it.", "logging.jsonl"));
        }

        @Override
        public Callback create(String name, Options options, CallbackSetting setting) {
            String file = options.text("file");
            Path folder = setting.folder().toAbsolutePath().normalize();
            Optional<Path> path = within(folder, file);
            if (path.isEmpty()) {
                throw new IllegalArgumentException(
                        name + ".file must name a file within the trial's folder, was \"" + file + "\"");
            }
            return new JsonLinesLog(name, path.get(), setting.labels());
        }

        private static Optional<Path> within(Path folder, String file) {
            try {
                Path path = folder.resolve(file).normalize();
                return path.startsWith(folder) && !path.equals(folder) ? Optional.of(path) : Optional.empty();
            } catch (InvalidPathException e) {
                return Optional.empty();
            }
        }
    }
}
