package dev.sluice.trainer.task;

import dev.sluice.trainer.data.DataOrigin;
import dev.sluice.trainer.data.ModelForm;
import dev.sluice.trainer.data.RawInputs;
import dev.sluice.trainer.network.LossSpec;
import dev.sluice.trainer.network.NetSpec;
import dev.sluice.trainer.network.Network;
import dev.sluice.trainer.optimizer.LearningRateSchedule;
import dev.sluice.trainer.optimizer.OptimizerSpec;
import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.OptionSpec.Range;
import dev.sluice.trainer.option.Options;
import java.util.List;
import java.util.Optional;

/** The options by which every task says how weights are fitted: optimizer, learning rate and its schedule, decay. */
public final class FittingOptions {
    private static final Range SHARE = Range.halfOpen(0, 1);
    private static final Range FROM_ZERO = Range.atLeast(0);

    /** What a task declares, beside what is its own. */
    public static final List<OptionSpec> DECLARED = List.of(
            OptionSpec.real("learning_rate", "Highest step size of the optimizer.", 1e-3, Range.above(0)),
            OptionSpec.choice(
                    "optimizer",
                    "What moves the weights.",
                    "adam",
                    List.of("adam", "adamw", "sgd", "rmsprop", "adagrad")),
            OptionSpec.real("momentum", "Momentum of sgd and rmsprop; others take no notice of it.", 0, SHARE),
            OptionSpec.truth("nesterov", "Nesterov's form of sgd's momentum.", false),
            OptionSpec.real("beta1", "Share of adam's and adamw's first moment that stays at a step.", 0.9, SHARE),
            OptionSpec.real("beta2", "Share of adam's and adamw's second moment that stays at a step.", 0.999, SHARE),
            OptionSpec.real("smoothing", "Share of rmsprop's mean square that stays at a step.", 0.99, SHARE),
            OptionSpec.truth("centered", "Divides by the deviation of the gradient in rmsprop.", false),
            OptionSpec.real(
                    "rate_decay", "Adagrad divides the rate of step t by 1 + (t - 1) * rate_decay.", 0, FROM_ZERO),
            OptionSpec.real("epsilon", "Added to what the gradient is divided by; sgd has none.", 1e-8, Range.above(0)),
            OptionSpec.real(
                    "weight_decay",
                    "Pulls weights towards zero: decoupled from the gradient in adamw, added to it in the others.",
                    0,
                    FROM_ZERO),
            OptionSpec.choice(
                    "weight_decay_on",
                    "What weight decay applies to: weights alone, or biases and normalisations too.",
                    "weights",
                    List.of("weights", "all")),
            OptionSpec.choice(
                    "schedule",
                    "How the learning rate goes from step to step, after the warm-up.",
                    "constant",
                    List.of("constant", "linear", "cosine", "one-cycle", "step", "exponential")),
            OptionSpec.real("warmup", "Share of all steps in which the learning rate rises from zero.", 0, SHARE),
            OptionSpec.real(
                    "final_share",
                    "What the linear and the cosine schedule end at, as a share of the learning rate.",
                    0,
                    Range.closed(0, 1)),
            OptionSpec.real(
                    "rise_share",
                    "Share of its steps in which the one-cycle schedule rises.",
                    0.3,
                    new Range(0, true, 1, true)),
            OptionSpec.real(
                    "decay_factor",
                    "What step and exponential multiply the learning rate with in decay_epochs.",
                    0.1,
                    new Range(0, true, 1, false)),
            OptionSpec.real(
                    "decay_epochs",
                    "Epochs in which step and exponential apply decay_factor once.",
                    10,
                    Range.above(0)),
            OptionSpec.whole(
                    "accumulation",
                    "Batches whose gradients make one step, as one batch that many times as large would.",
                    1,
                    Range.closed(1, 65_536)));

    private final Options options;

    /** What was given for these options; others may be among them. */
    public FittingOptions(Options options) {
        this.options = options;
    }

    /**
     * The plan of a classification of rows as they are, whose classes are called by their numbers, as {@link
     * #plan(Network, LabelledRows, LabelledRows, LabelledRows, LossSpec, ModelForm, RawInputs, Optional)} makes it.
     */
    public TrainingPlan plan(
            NetSpec network, LabelledRows train, LabelledRows validation, LabelledRows test, LossSpec loss) {
        return plan(
                network,
                train,
                validation,
                test,
                loss,
                ModelForm.plain(network.inputs(), network.outputs()),
                new RawInputs.Reals(test.features(), test.width()),
                Optional.empty());
    }

    /**
     * The plan of a training with these options, {@code batch_size} and {@code epochs} being among what was given.
     *
     * @param rawTest the test rows before any preparation
     * @param origin where the rows come from; empty: they are the task's own
     * @throws IllegalArgumentException for Nesterov's momentum without a momentum
     */
    public TrainingPlan plan(
            Network network,
            LabelledRows train,
            LabelledRows validation,
            LabelledRows test,
            LossSpec loss,
            ModelForm form,
            RawInputs rawTest,
            Optional<DataOrigin> origin) {
        int batchSize = options.whole("batch_size");
        int epochs = options.whole("epochs");
        int accumulation = options.whole("accumulation");
        long rowsPerStep = Math.min((long) batchSize * accumulation, train.rows());
        return new TrainingPlan(
                network,
                train,
                validation,
                test,
                loss,
                optimizer(),
                options.text("weight_decay_on").equals("all")
                        ? TrainingPlan.DecayScope.ALL
                        : TrainingPlan.DecayScope.WEIGHTS,
                options.real("learning_rate"),
                schedule(Math.ceilDiv(train.rows(), rowsPerStep), epochs),
                batchSize,
                accumulation,
                epochs,
                form,
                rawTest,
                origin);
    }

    private OptimizerSpec optimizer() {
        double momentum = options.real("momentum");
        double epsilon = options.real("epsilon");
        double decay = options.real("weight_decay");
        String name = options.text("optimizer");
        return switch (name) {
            case "adam" -> new OptimizerSpec.Adam(options.real("beta1"), options.real("beta2"), epsilon, decay);
            case "adamw" -> new OptimizerSpec.AdamW(options.real("beta1"), options.real("beta2"), epsilon, decay);
            case "sgd" -> {
                if (options.truth("nesterov") && momentum == 0) {
                    throw options.wrong("nesterov needs a momentum > 0, was 0.0");
                }
                yield new OptimizerSpec.Sgd(momentum, options.truth("nesterov"), decay);
            }
            case "rmsprop" ->
                new OptimizerSpec.RmsProp(
                        options.real("smoothing"), epsilon, momentum, options.truth("centered"), decay);
            case "adagrad" -> new OptimizerSpec.Adagrad(options.real("rate_decay"), epsilon, decay);
            default -> throw new IllegalStateException("the declared optimizer " + name + " is not made here");
        };
    }

    private LearningRateSchedule schedule(long stepsPerEpoch, int epochs) {
        long steps = stepsPerEpoch * epochs;
        long rising = Math.min(Math.round(options.real("warmup") * (double) steps), steps - 1);
        long left = steps - rising;
        double share = options.real("final_share");
        double factor = options.real("decay_factor");
        double period = options.real("decay_epochs") * (double) stepsPerEpoch;
        String name = options.text("schedule");
        LearningRateSchedule after = switch (name) {
            case "constant" -> new LearningRateSchedule.Constant();
            case "linear" -> new LearningRateSchedule.Linear(left, share);
            case "cosine" -> new LearningRateSchedule.Cosine(left, share);
            case "one-cycle" -> new LearningRateSchedule.OneCycle(left, options.real("rise_share"));
            case "step" -> new LearningRateSchedule.Staircase(period, factor);
            case "exponential" -> new LearningRateSchedule.Exponential(period, factor);
            default -> throw new IllegalStateException("the declared schedule " + name + " is not made here");
        };
        return rising == 0 ? after : new LearningRateSchedule.WarmUp(rising, after);
    }
}
