package dev.sluice.tracker.artifact;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The place of an artifact below the root of its run or model: names joined by {@code /}, none of them empty, {@code .}
 * or {@code ..}. The root itself is the empty path.
 */
public record ArtifactPath(String value) {
    /** The folder that all artifacts of a run or model lie in. */
    public static final ArtifactPath ROOT = new ArtifactPath("");

    public ArtifactPath {
        for (String name : value.isEmpty() ? new String[0] : value.split("/", -1)) {
            if (name.isEmpty() || name.equals(".") || name.equals("..")) {
                throw new IllegalArgumentException(
                        "artifact path must be names joined by single slashes, without . and .., was \"" + value
                                + "\"");
            }
        }
        if (value.indexOf('\\') >= 0 || value.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "artifact path must not hold backslashes or control characters, was \"" + value + "\"");
        }
    }

    public static ArtifactPath of(String value) {
        return value.isEmpty() ? ROOT : new ArtifactPath(value);
    }

    /** The path of something in this folder. */
    public ArtifactPath resolve(String path) {
        return value.isEmpty() ? of(path) : of(value + "/" + path);
    }

    /** The names along the path, none for the root. */
    public List<String> names() {
        return value.isEmpty() ? List.of() : List.of(value.split("/", -1));
    }

    /** The path with each name percent-encoded, as it stands in a URL. */
    public String encoded() {
        return encode(value);
    }

    static String encode(String path) {
        return Arrays.stream(path.split("/", -1))
                .map(name -> URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20"))
                .collect(Collectors.joining("/"));
    }

    @Override
    public String toString() {
        return value;
    }
}
