package dev.sluice.trainer.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.sluice.trainer.checkpoint.Tensor;
import dev.sluice.trainer.djl.EngineStart;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** Minimises {@code (w - 3)^2} from {@code w = 0} and compares with the papers' formulas in double precision. */
class NetOptimizerTest {
    private static final double RATE = 0.1;
    private static final int STEPS = 50;

    private static double run(OptimizerSpec spec) {
        Engine engine = EngineStart.load(1);
        try (NDManager manager = engine.newBaseManager()) {
            NDArray w = manager.create(new float[] {0f});
            w.setRequiresGradient(true);
            try (NetOptimizer optimizer = new NetOptimizer(spec, manager, Map.of("w", w))) {
                for (int step = 1; step <= STEPS; step++) {
                    try (GradientCollector collector = engine.newGradientCollector()) {
                        collector.backward(w.sub(3f).square().sum());
                    }
                    optimizer.step(RATE);
                }
            }
            return w.toFloatArray()[0];
        }
    }

    @Test
    void stepsAsAdamDoes() {
        double w = 0;
        double m = 0;
        double v = 0;
        for (int step = 1; step <= STEPS; step++) {
            double gradient = 2 * (w - 3);
            m = 0.9 * m + 0.1 * gradient;
            v = 0.999 * v + 0.001 * gradient * gradient;
            w -= RATE * (m / (1 - Math.pow(0.9, step))) / (Math.sqrt(v / (1 - Math.pow(0.999, step))) + 1e-8);
        }

        assertThat(run(OptimizerSpec.Adam.standard())).isCloseTo(w, within(1e-5));
    }

    @Test
    void stepsAsMomentumDoes() {
        double w = 0;
        double velocity = 0;
        for (int step = 1; step <= STEPS; step++) {
            velocity = 0.9 * velocity + RATE * 2 * (w - 3);
            w -= velocity;
        }

        assertThat(run(new OptimizerSpec.Sgd(0.9))).isCloseTo(w, within(1e-5));
    }

    @Test
    void stepsAlongThePlainGradientWithoutMomentum() {
        double w = 0;
        for (int step = 1; step <= STEPS; step++) {
            w -= RATE * 2 * (w - 3);
        }

        assertThat(run(new OptimizerSpec.Sgd(0))).isCloseTo(w, within(1e-5));
    }

    @Test
    void refusesAStateThatDoesNotFit() {
        try (NDManager manager = EngineStart.load(1).newBaseManager()) {
            NDArray w = manager.create(new float[] {0f});
            try (NetOptimizer optimizer = new NetOptimizer(OptimizerSpec.Adam.standard(), manager, Map.of("w", w))) {
                assertThatThrownBy(() -> optimizer.restore(Map.of()))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("m.w")
                        .hasMessageContaining("missing");
            }
        }
    }

    @Test
    void refusesTheStateOfAnotherOptimizerThatHasAMomentumToo() {
        try (NDManager manager = EngineStart.load(1).newBaseManager()) {
            NDArray w = manager.create(new float[] {0f});
            try (NetOptimizer one = new NetOptimizer(
                            new OptimizerSpec.RmsProp(0.99, 1e-8, 0.9, false, 0), manager, Map.of("w", w));
                    NetOptimizer less = new NetOptimizer(
                            new OptimizerSpec.RmsProp(0.99, 1e-8, 0, false, 0), manager, Map.of("w", w));
                    NetOptimizer other = new NetOptimizer(new OptimizerSpec.Sgd(0.9), manager, Map.of("w", w))) {
                assertThatThrownBy(() -> other.restore(one.state()))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("optimizer state square.w is of another optimizer");
                less.restore(one.state());
            }
        }
    }

    /** Gives what a look at an optimizer gives, after one backward pass that left the gradients {@code factors}. */
    private static <T> T afterBackward(float[] factors, BiFunction<NetOptimizer, NDArray, T> look) {
        Engine engine = EngineStart.load(1);
        try (NDManager manager = engine.newBaseManager()) {
            NDArray w = manager.create(new float[factors.length]);
            w.setRequiresGradient(true);
            try (NetOptimizer optimizer = new NetOptimizer(new OptimizerSpec.Sgd(0), manager, Map.of("w", w))) {
                try (GradientCollector collector = engine.newGradientCollector()) {
                    collector.backward(w.mul(manager.create(factors)).sum());
                }
                return look.apply(optimizer, w);
            }
        }
    }

    @Test
    void scalesGradientsBeforeAStep() {
        float[] moved = afterBackward(new float[] {3, -4}, (optimizer, w) -> {
            optimizer.step(0.1, 0.5);
            return w.toFloatArray();
        });

        assertThat(moved).containsExactly(new float[] {-0.15f, 0.2f}, within(1e-7f));
    }

    @Test
    void leavesWeightsAndCountAloneWhenAStepIsSkipped() {
        float[] moved = afterBackward(new float[] {3, Float.NaN}, (optimizer, w) -> {
            Map<String, Tensor> before = optimizer.state();
            optimizer.skip();
            assertThat(optimizer.state()).isEqualTo(before);
            optimizer.step(0.1); // along gradients that are zero now
            return w.toFloatArray();
        });

        assertThat(moved).containsExactly(0, 0);
    }

    @Test
    void stepsByTheScriptThatLiesBesideIt() throws Exception {
        byte[] script = Files.readAllBytes(Path.of("src/main/python/optimizer_steps.py"));
        String digest =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(script));
        String made;
        try (ZipFile module = new ZipFile("src/main/resources/dev/sluice/trainer/optimizer/steps.pt")) {
            ZipEntry entry = Objects.requireNonNull(module.getEntry("steps/extra/source.sha256"));
            made = new String(module.getInputStream(entry).readAllBytes(), StandardCharsets.US_ASCII);
        }

        assertThat(made)
                .as("run src/main/python/optimizer_steps.py after a change of it")
                .isEqualTo(digest);
    }
}
