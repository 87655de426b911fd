package dev.sluice.search.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every sampler keeps that draws from the random generator it is given. */
public abstract class RandomisedSamplerContract extends SamplerContract {
    @Test
    void answersDifferentlyForAnotherSeed() {
        var study = study(richest(), 4, new ArrayList<>());
        for (int i = 0; i < trialsToWarmUp(); i++) {
            live(study);
        }
        var answers = IntStream.range(0, 10)
                .mapToObj(seed -> suggest(richest(), study.history(), seed).values())
                .distinct();
        assertThat(answers).hasSizeGreaterThan(5);
    }
}
