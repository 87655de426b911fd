package dev.sluice.console.specification;

import java.util.List;
import java.util.Map;

/** What a trial is: the bundled trainer, any command, or work done elsewhere. */
public sealed interface TrialSection {

    /** Which checkpoints are written and kept. */
    Checkpoints checkpoints();

    /** Environment variables of a trial's process, beside the service's own; none for external trials. */
    Map<String, String> env();

    /** Where reports are read from when the trial does not send them itself. */
    List<MetricSource> metricsFrom();

    /**
     * A trial of Sluice's own trainer.
     *
     * @param task      a name of the trainer's catalogue
     * @param model     one of the task's models
     * @param options   of the task, plain values by name: String, Boolean, Long, Double, List or Map of such
     * @param jars      names of jars in the operator's folder, which are put on the trial's class path
     * @param repeats   with how many seeds each trial trains, from 1
     * @param folds     on how many folds of a cross-validation it trains; 0: on none
     * @param callbacks in the order in which they are told
     */
    record TrainerTrial(
            String task,
            String model,
            Map<String, Object> options,
            List<String> jars,
            int repeats,
            int folds,
            List<CallbackDeclaration> callbacks,
            Map<String, String> env,
            Checkpoints checkpoints)
            implements TrialSection {
        public TrainerTrial {
            options = SweepSpecification.ordered(options);
            jars = List.copyOf(jars);
            callbacks = List.copyOf(callbacks);
            env = SweepSpecification.ordered(env);
        }

        /** Whether a trial's metrics are means over several trainings. */
        boolean isJoint() {
            return repeats > 1 || folds > 0;
        }

        @Override
        public List<MetricSource> metricsFrom() {
            return List.of();
        }
    }

    /**
     * A program as a trial.
     *
     * @param command the argument vector with placeholders (see {@link CommandLine}); at least the program
     * @param resume  arguments appended where there is a checkpoint to resume from; may be empty
     */
    record CommandTrial(
            List<String> command,
            List<String> resume,
            List<MetricSource> metricsFrom,
            Map<String, String> env,
            Checkpoints checkpoints)
            implements TrialSection {
        public CommandTrial {
            command = List.copyOf(command);
            resume = List.copyOf(resume);
            metricsFrom = List.copyOf(metricsFrom);
            env = SweepSpecification.ordered(env);
            if (command.isEmpty()) {
                throw new IllegalArgumentException("command must hold the program at least, was []");
            }
        }
    }

    /** Trials that workers elsewhere lease over REST. */
    record ExternalTrial() implements TrialSection {
        @Override
        public Checkpoints checkpoints() {
            return Checkpoints.DEFAULT;
        }

        @Override
        public Map<String, String> env() {
            return Map.of();
        }

        @Override
        public List<MetricSource> metricsFrom() {
            return List.of();
        }
    }

    /**
     * A callback of the trainer.
     *
     * @param type    a name of the trainer's catalogue
     * @param options plain values by name: String, Boolean, Long, Double, List or Map of such
     */
    record CallbackDeclaration(String type, Map<String, Object> options) {
        public CallbackDeclaration {
            options = SweepSpecification.ordered(options);
        }
    }

    /**
     * Which checkpoints are written and kept.
     *
     * @param every      one every so many steps, from 1
     * @param everySteps within our trainer's epochs: one every so many optimizer steps; 0: none
     * @param keepLast   how many of the newest are kept, from 1
     * @param keepBest   how many of the best are kept, from 0
     * @param compression how our trainer keeps their tensors
     */
    record Checkpoints(int every, int everySteps, int keepLast, int keepBest, Compression compression) {
        /** Every step, the last and the best. */
        public static final Checkpoints DEFAULT = new Checkpoints(1, 0, 1, 1, Compression.NONE);
    }

    /** How tensors are kept. */
    enum Compression {
        /** As they are. */
        NONE,
        /** Zstandard. */
        ZSTD
    }

    /** Where a command's reports come from. */
    enum MetricSource {
        /** JSON objects alone on a line of standard output. */
        STDOUT
    }
}
