package dev.sluice.console.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.specification.Format;
import dev.sluice.console.specification.ReadResult;
import dev.sluice.console.specification.SpecificationReader;
import dev.sluice.console.specification.SweepSpecification;
import dev.sluice.console.specification.TrainerCatalog;
import dev.sluice.console.study.TrialSnapshot;
import dev.sluice.search.trial.TrialState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The front over REST: JSON has no infinite numbers. */
final class ParetoViewTest {
    private static final SweepSpecification PAIR = pair();

    @Test
    void saysWhatTheFrontCovers() {
        var view = ParetoView.of(1, PAIR, List.of(trial(0, 0, 1), trial(1, 1, 0)));

        assertThat(view.hypervolume()).isNotNull().isPositive();
        assertThat(view.reason()).isNull();
    }

    @Test
    void whatCoversInfinitelyMuchIsNamedInsteadOfANumber() {
        var view = ParetoView.of(1, PAIR, List.of(trial(0, Double.NEGATIVE_INFINITY, 1), trial(1, 1, 0)));

        assertThat(view.hypervolume()).isNull();
        assertThat(view.reason()).isEqualTo("trial 0 has loss -Infinity, which covers infinitely much");
        assertThat(view.reference().values()).allMatch(Double::isFinite);
    }

    @Test
    void aProductBeyondTheLargestNumberIsNoNumber() {
        var view = ParetoView.of(1, PAIR, List.of(trial(0, -1e308, 1e308), trial(1, 1e308, -1e308)));

        assertThat(view.hypervolume()).isNull();
        assertThat(view.reason()).contains("beyond the largest number");
    }

    @Test
    void saysWhyThereIsNoFront() {
        assertThat(ParetoView.of(1, PAIR, List.of()).reason())
                .isEqualTo("no trial is complete with a value of each objective");
    }

    private static SweepSpecification pair() {
        var read = new SpecificationReader(TrainerCatalog.absent(), new Random(1)).read("""
                name: pair
                objectives: [{metric: loss, goal: minimize}, {metric: ms, goal: minimize}]
                parameters: {x: {min: 0.0, max: 1.0}}
                budget: {trials: 3}
                trial: {external: true}
                """, Format.YAML);
        return switch (read) {
            case ReadResult.Valid valid -> valid.specification();
            case ReadResult.Invalid invalid -> throw new AssertionError(invalid.errors());
        };
    }

    private static TrialSnapshot trial(int number, double loss, double ms) {
        var now = Instant.parse("2026-01-01T00:00:00Z");
        return new TrialSnapshot(
                new UUID(2, number),
                new UUID(1, 1),
                number,
                TrialState.COMPLETE,
                Map.of("x", 0.5),
                Map.of("loss", loss, "ms", ms),
                1,
                "",
                "",
                1,
                1,
                now,
                Optional.of(now),
                Optional.of(now),
                1,
                Optional.empty());
    }
}
