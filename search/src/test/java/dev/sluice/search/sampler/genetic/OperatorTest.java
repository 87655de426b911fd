package dev.sluice.search.sampler.genetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class OperatorTest {
    @Test
    void isReadFromTheReasonOfATrial() {
        assertThat(Operator.of("genetic: exchange of trials 3 and 7, out of the best 15"))
                .contains(Operator.EXCHANGE);
        assertThat(Operator.of("auto: genetic, mutant of trial 3, out of the best 15"))
                .contains(Operator.MUTANT);
        assertThat(Operator.of(
                        "auto: genetic, since every second trial is bred: blend of trials 3 and 7, out of the best 15"))
                .contains(Operator.BLEND);
        assertThat(Operator.of("genetic: spread over the space, 3 of 10 startup trials"))
                .isEmpty();
        assertThat(Operator.of("enqueued")).isEmpty();
    }

    @Test
    void isUsedMoreTheBetterItsChildrenAre() {
        var rates = new Operator.Rates();
        for (int i = 0; i < 100; i++) {
            rates.credit(Operator.EXCHANGE, 0.9);
            rates.credit(Operator.BLEND, 0.1);
            rates.credit(Operator.MUTANT, 0);
        }
        assertThat(rates.rate(Operator.EXCHANGE)).isGreaterThan(0.6);
        assertThat(rates.rate(Operator.MUTANT)).isCloseTo(0.1, within(0.01));
        assertThat(Arrays.stream(Operator.values()).mapToDouble(rates::rate).sum())
                .isCloseTo(1, within(1e-9));
    }

    /** Ten thousand fixed draws; a deviation of 0.02 is more than four standard errors. */
    @Test
    void isDrawnByItsRate() {
        var rates = new Operator.Rates();
        rates.credit(Operator.BLEND, 1);
        var random = new SplittableRandom(1);
        var counts = new EnumMap<Operator, Integer>(Operator.class);
        for (int i = 0; i < 10_000; i++) {
            counts.merge(rates.draw(random), 1, Integer::sum);
        }
        for (Operator operator : Operator.values()) {
            assertThat(counts.getOrDefault(operator, 0) / 10_000.0).isCloseTo(rates.rate(operator), within(0.02));
        }
    }
}
