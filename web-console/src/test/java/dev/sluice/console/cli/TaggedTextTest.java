package dev.sluice.console.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.console.specification.Format;
import dev.sluice.console.specification.ReadResult;
import dev.sluice.console.specification.SpecificationReader;
import dev.sluice.console.specification.TrainerCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

final class TaggedTextTest {
    private static final Map<String, String> TAGS = Map.of("git.commit", "abc");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name: a\nbudget: {trials: 3}\n",
                "# a comment\n---\n  name: a\n  budget: {trials: 3}\n...\n",
                "{name: a, budget: {trials: 3}}",
                "{\"name\": \"a\",\n\t\"budget\": {\"trials\": 3}}",
                "name: a\nbudget: {trials: 3}\ntracking: {}\n",
                "name: a\ntracking: {tags: {}}\nbudget: {trials: 3}\n",
                "name: a # \uD83D\uDE80\ntracking:\n    tags:\n  # here\n        {}\nbudget: {trials: 3}\n",
            })
    void setsTagsWhereThereAreNone(String text) {
        var tagged = TaggedText.of(text, TAGS).orElseThrow();

        assertThat(yaml(tagged))
                .isEqualTo(Map.of(
                        "name",
                        "a",
                        "budget",
                        Map.of("trials", 3),
                        "tracking",
                        Map.of("tags", Map.of("git.commit", "abc"))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tracking: {experiment: e, tags: {b: c}}\nbudget: [{tags: {x: y}}]\n",
                "tracking:\n  experiment: e\n  tags:\n    b: c\nbudget: [{tags: {x: y}}]\n",
                "tracking:\n  tags: {b: c,}\n  experiment: e\nbudget:\n- tags:\n    x: y\n",
                "budget: [{tags: {x: y}}]\n\"tracking\": {\"tags\": {\"b\": \"c\"}, \"experiment\": \"e\"}\n",
            })
    void addsThemToThoseThatThereAre(String text) {
        assertThat(yaml(TaggedText.of(text, TAGS).orElseThrow()))
                .isEqualTo(Map.of(
                        "tracking",
                        Map.of("experiment", "e", "tags", Map.of("b", "c", "git.commit", "abc")),
                        "budget",
                        List.of(Map.of("tags", Map.of("x", "y")))));
    }

    @Test
    void addsTagsToATrackingSectionWithoutAny() {
        for (var text : new String[] {"tracking:\n  experiment: e\n", "tracking: {experiment: e}"}) {
            assertThat(yaml(TaggedText.of(text, TAGS).orElseThrow()))
                    .isEqualTo(Map.of("tracking", Map.of("experiment", "e", "tags", TAGS)));
        }
    }

    @Test
    void leavesJsonJson() throws IOException {
        for (var text : new String[] {"{}", "{\"tracking\": {}}", "{\"tracking\": {\"tags\": {}}}"}) {
            assertThat(new ObjectMapper().readTree(TaggedText.of(text, TAGS).orElseThrow()))
                    .hasToString("{\"tracking\":{\"tags\":{\"git.commit\":\"abc\"}}}");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "- a\n",
                "text",
                "a: [",
                "a: 1\n--- \nb: 2\n",
                "tracking:\n",
                "tracking: text\n",
                "tracking: {tags: [a]}\n",
                "base: &b {experiment: e}\ntracking: *b\n",
                "tracking: &b {experiment: e}\nother: *b\n",
                "tracking: {tags: {git.commit: mine}}\n",
                "? [a]\n: b\n",
            })
    void leavesAloneWhatItSetsItselfOrHasNoPlace(String text) {
        assertThat(TaggedText.of(text, TAGS)).isEmpty();
    }

    @Test
    void everyExampleMeansTheSameButForTheTags() throws IOException {
        var reader = new SpecificationReader(TrainerCatalog.absent(), new SplittableRandom(1));
        try (var examples = Files.newDirectoryStream(Path.of("../examples"), "*.yaml")) {
            for (var example : examples) {
                var text = Files.readString(example);
                var before = reader.read(text, Format.YAML);
                var after = reader.read(TaggedText.of(text, TAGS).orElseThrow(), Format.YAML);

                assertThat(before).as(example.toString()).isInstanceOf(ReadResult.Valid.class);
                assertThat(withoutTags(after)).as(example.toString()).isEqualTo(withoutTags(before));
                assertThat(json(after).at("/tracking/tags/git.commit").asText()).isEqualTo("abc");
            }
        }
    }

    private static ObjectNode json(ReadResult read) {
        return ((ReadResult.Valid) read).specification().toJson();
    }

    private static ObjectNode withoutTags(ReadResult read) {
        var json = json(read);
        json.withObject("/tracking").remove("tags");
        json.withObject("/search").remove("seed"); // drawn where the file has none
        return json;
    }

    private static Object yaml(String text) {
        return new Load(LoadSettings.builder().build()).loadFromString(text);
    }
}
