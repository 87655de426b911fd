package dev.sluice.trainer.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.sluice.trainer.djl.EngineStart;
import java.util.Map;
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
}
