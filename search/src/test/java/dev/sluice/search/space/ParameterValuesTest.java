package dev.sluice.search.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.search.sampler.RandomSampler;
import dev.sluice.search.sampler.Spaces;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ParameterValuesTest {
    private static Map<String, Object> plain(int names) {
        var plain = new LinkedHashMap<String, Object>();
        for (int i = 0; i < names; i++) {
            plain.put("p" + i, i % 3 == 0 ? (Object) (i + 0.5) : i % 3 == 1 ? (Object) (long) i : "text " + i);
        }
        return plain;
    }

    private static Map<String, Object> reversed(Map<String, Object> plain) {
        var names = new ArrayList<>(plain.keySet());
        Collections.reverse(names);
        var reversed = new LinkedHashMap<String, Object>();
        names.forEach(name -> reversed.put(name, plain.get(name)));
        return reversed;
    }

    @Test
    void fewAndManyNamesAreFoundAlike() {
        for (int size : new int[] {0, 1, 8, 9, 40}) {
            var plain = plain(size);
            var values = ParameterValues.ofPlain(plain);
            plain.forEach((name, value) -> assertThat(values.get(name).plain()).isEqualTo(value));
            assertThat(values.toPlain()).isEqualTo(plain);
            assertThat(values.toPlain().keySet()).containsExactlyElementsOf(plain.keySet());
            assertThat(values.size()).isEqualTo(size);
            assertThat(values.find("other")).isEmpty();
            assertThat(values.contains("other")).isFalse();
            assertThat(values.asMap().get("other")).isNull();
        }
    }

    @Test
    void theOrderOfNamesMakesNoDifference() {
        for (int size : new int[] {2, 8, 9, 40}) {
            var values = ParameterValues.ofPlain(plain(size));
            var turned = ParameterValues.ofPlain(reversed(plain(size)));
            assertThat(turned).isEqualTo(values).hasSameHashCodeAs(values);
            var other = plain(size);
            other.put("p1", 99L);
            assertThat(ParameterValues.ofPlain(other)).isNotEqualTo(values);
            other.remove("p1");
            other.put("q", 1L);
            assertThat(ParameterValues.ofPlain(other)).isNotEqualTo(values);
        }
    }

    @Test
    void isSeenAsAMapThatCannotBeChanged() {
        var map = ParameterValues.ofPlain(plain(3)).asMap();
        assertThat(map)
                .isEqualTo(Map.of("p0", new FloatValue(0.5), "p1", new IntValue(1), "p2", new TextValue("text 2")))
                .hasToString("{p0=0.5, p1=1, p2=\"text 2\"}");
        assertThat(map.keySet()).containsExactly("p0", "p1", "p2");
        assertThatThrownBy(() -> map.put("p0", new IntValue(1))).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> map.remove("p0")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> ParameterValues.ofPlain(plain(2)).get("p7"))
                .hasMessage("parameter p7 has no value; there are [p0, p1]");
    }

    @Test
    void pointsOfASpaceShareTheirNames() {
        var space = Spaces.everything();
        var random = new SplittableRandom(3);
        var sampler = RandomSampler.of(space);
        var shapes = new ArrayList<List<String>>();
        var shared = Collections.<Names>newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < 200; i++) {
            var drawn = sampler.draw(random);
            var read = space.compact(ParameterValues.ofPlain(drawn.toPlain()));
            assertThat(read).isEqualTo(drawn);
            assertThat(read.names()).isSameAs(drawn.names());
            var shape = List.copyOf(drawn.asMap().keySet());
            if (!shapes.contains(shape)) {
                shapes.add(shape);
            }
            shared.add(drawn.names());
        }
        assertThat(shared).hasSameSizeAs(shapes);
    }

    @Test
    void whatIsNoPointIsLeftAsItIs() {
        var values = ParameterValues.ofPlain(plain(3));
        assertThat(Spaces.everything().compact(values)).isEqualTo(values);
    }
}
