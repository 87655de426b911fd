package dev.sluice.trainer;

import dev.sluice.trainer.export.ModelSample;
import dev.sluice.trainer.export.OnnxCheck;
import dev.sluice.trainer.protocol.ModelCheckCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs a packaged model on the sample that its trainer left and says on one line of stdout how far they are apart. Started by
 * the service before an alias moves, in a process of its own: onnxruntime's natives stay out of the service, and a model
 * that takes the process down takes nothing else with it.
 */
public final class ModelCheckMain {
    private ModelCheckMain() {}

    /** What there is to say, and the exit code, one of {@link ModelCheckCommand}'s. */
    record Answer(int code, String sentence) {}

    /**
     * Ends the process with an exit code of {@link ModelCheckCommand}.
     *
     * @param arguments the graph's file, the sample's file, and the milliseconds after which the process ends in any case
     */
    public static void main(String[] arguments) {
        Answer answer = new Answer(
                ModelCheckCommand.EXIT_INVALID,
                "three arguments are expected, a graph, a sample and a limit in milliseconds, was "
                        + List.of(arguments));
        try {
            if (arguments.length == 3) {
                endAfter(Long.parseLong(arguments[2]));
                answer = check(Path.of(arguments[0]), Path.of(arguments[1]));
            }
        } catch (IllegalArgumentException e) {
            answer = new Answer(ModelCheckCommand.EXIT_INVALID, String.valueOf(e.getMessage()));
        }
        System.out.println(answer.sentence().lines().findFirst().orElse(""));
        System.out.flush();
        Runtime.getRuntime().halt(answer.code());
    }

    /** Compares the graph's outputs with the sample's. */
    static Answer check(Path graph, Path sample) {
        ModelSample expected;
        try {
            expected = ModelSample.ofJson(Files.readString(sample));
        } catch (IllegalArgumentException | IOException e) {
            return new Answer(ModelCheckCommand.EXIT_INVALID, "the sample cannot be read: " + e.getMessage());
        }
        OnnxCheck.Comparison comparison;
        try {
            comparison = expected.compare(Files.readAllBytes(graph));
        } catch (IOException e) {
            return new Answer(ModelCheckCommand.EXIT_DIFFERS, String.valueOf(e.getMessage()));
        }
        if (!comparison.agrees()) {
            return new Answer(
                    ModelCheckCommand.EXIT_DIFFERS,
                    "largest difference %s at sample %d: %s where the trainer gave %s, %s is let pass"
                            .formatted(
                                    comparison.largest(),
                                    comparison.row(),
                                    comparison.given(),
                                    comparison.expected(),
                                    OnnxCheck.TOLERANCE));
        }
        return new Answer(
                ModelCheckCommand.EXIT_AGREES,
                "%d predictions agree with the trainer's own, largest difference %s of %s let pass"
                        .formatted(expected.rows(), comparison.largest(), OnnxCheck.TOLERANCE));
    }

    /** Whoever started the process may be gone. */
    private static void endAfter(long millis) {
        Thread.ofPlatform().daemon().name("model-check-limit").start(() -> {
            try {
                Thread.sleep(millis);
            } catch (InterruptedException e) {
                return;
            }
            Runtime.getRuntime().halt(ModelCheckCommand.EXIT_DIFFERS);
        });
    }
}
