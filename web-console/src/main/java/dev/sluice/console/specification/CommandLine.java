package dev.sluice.console.specification;

import dev.sluice.console.specification.TrialSection.CommandTrial;
import dev.sluice.search.space.ParameterValue;
import dev.sluice.search.space.ParameterValues;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The argument vector of a command trial. Placeholders inside the arguments are replaced; nothing else is: no shell ever
 * sees them, and a value never becomes more than one argument.
 *
 * <ul>
 *   <li>{@code ${params.NAME}}: the parameter's value, numbers as {@link NumberText} prints them
 *   <li>{@code ${trial.dir}}, {@code ${trial.number}}, {@code ${trial.seed}}: the trial's folder, number and seed
 *   <li>{@code ${checkpoint.path}}: the checkpoint to resume from; in {@code resume} alone
 *   <li><code>$${</code>: the two characters <code>${</code>
 * </ul>
 *
 * <p>An argument that shows a parameter which is not active in this trial is left out; so is the argument before it where
 * that is a bare option ({@code --momentum} or {@code -m}: one or two dashes and a letter, no {@code =}, no placeholder). So
 * {@code [--momentum, "${params.momentum}"]} disappears as a whole, as does {@code "--momentum=${params.momentum}"}.
 *
 * <p>Stateless.
 */
public final class CommandLine {
    private static final Pattern BARE_OPTION = Pattern.compile("--?\\p{L}[^=]*");

    private CommandLine() {}

    /**
     * What placeholders can show beside parameters.
     *
     * @param folder     the trial's own folder, absolute
     * @param number     the trial's number in its sweep
     * @param seed       in [0, 2^31)
     * @param checkpoint the checkpoint to resume from; with it the {@code resume} arguments are appended
     */
    public record TrialFacts(Path folder, int number, long seed, Optional<Path> checkpoint) {}

    /**
     * Program and arguments for one attempt of a trial.
     *
     * @throws IllegalArgumentException if the trial's section holds a placeholder that the reader would have refused
     */
    public static List<String> of(CommandTrial trial, ParameterValues values, TrialFacts facts) {
        List<String> arguments = new ArrayList<>();
        append(trial.command(), values, facts, arguments);
        if (facts.checkpoint().isPresent()) {
            append(trial.resume(), values, facts, arguments);
        }
        return List.copyOf(arguments);
    }

    private static void append(List<String> texts, ParameterValues values, TrialFacts facts, List<String> arguments) {
        boolean bareOptionLast = false;
        for (String text : texts) {
            Template template = Template.parse(text);
            Optional<String> argument = fill(template, values, facts);
            if (argument.isPresent()) {
                arguments.add(argument.get());
                bareOptionLast = isBareOption(template);
            } else {
                if (bareOptionLast) {
                    arguments.removeLast();
                }
                bareOptionLast = false;
            }
        }
    }

    private static boolean isBareOption(Template template) {
        return template.parts().size() == 1
                && template.parts().get(0) instanceof Template.Literal literal
                && BARE_OPTION.matcher(literal.text()).matches();
    }

    private static Optional<String> fill(Template template, ParameterValues values, TrialFacts facts) {
        StringBuilder text = new StringBuilder();
        for (Template.Part part : template.parts()) {
            switch (part) {
                case Template.Literal literal -> text.append(literal.text());
                case Template.ParameterReference reference -> {
                    Optional<ParameterValue> value = values.find(reference.name());
                    if (value.isEmpty()) {
                        return Optional.empty();
                    }
                    text.append(NumberText.of(value.get()));
                }
                case Template.FactReference reference -> text.append(fact(reference.fact(), facts));
            }
        }
        return Optional.of(text.toString());
    }

    private static String fact(Template.Fact fact, TrialFacts facts) {
        return switch (fact) {
            case TRIAL_DIR -> facts.folder().toString();
            case TRIAL_NUMBER -> Integer.toString(facts.number());
            case TRIAL_SEED -> Long.toString(facts.seed());
            case CHECKPOINT_PATH ->
                facts.checkpoint()
                        .orElseThrow(() -> new IllegalArgumentException(
                                "${checkpoint.path} must stand in 'resume' only: there may be no checkpoint"))
                        .toString();
        };
    }
}
