package dev.sluice.tracker;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * MLflow's limits on keys and values, and how what lies outside is brought inside. Pure functions, thread-safe.
 *
 * <p>A legal key has 1 to {@value #MAX_KEY} characters out of letters, digits, {@code _ - . / :} and space, and does
 * not change when read as a path ({@code /a}, {@code a//b}, {@code ..} are refused). An illegal character becomes
 * {@code _xHHHH_} with its UTF-16 code in four hexadecimal digits, as in SQL/XML; the underscore of a text that looks
 * like such an escape is escaped itself. So {@link #originalKey} gives back every key that was not too long.
 */
public final class TrackingText {
    /** Most metric points of one request. */
    public static final int MAX_METRICS = 1000;
    /** Most parameters of one request. */
    public static final int MAX_PARAMS = 100;
    /** Most tags of one request. */
    public static final int MAX_TAGS = 100;
    /** Longest key, in characters. */
    public static final int MAX_KEY = 250;
    /** Longest value of a parameter, in characters: MLflow drops the rest silently. */
    public static final int MAX_PARAM = 6000;
    /** Longest value of a tag, in characters: MLflow drops the rest silently. */
    public static final int MAX_TAG = 8000;

    private static final Pattern ESCAPE = Pattern.compile("_x([0-9A-F]{4})_");
    private static final Pattern ESCAPE_START = Pattern.compile("_x[0-9A-F]{4}");
    private static final int HASH_DIGITS = 16;

    private TrackingText() {}

    /**
     * The key under which MLflow takes what we call {@code key}. Of a key that stays too long the start and a hash of
     * the whole are kept, so that different keys stay different.
     *
     * @throws IllegalArgumentException if the key is empty
     */
    public static String legalKey(String key) {
        if (key.isEmpty()) {
            throw new IllegalArgumentException("key must not be empty");
        }
        StringBuilder legal = new StringBuilder(key.length() + 8);
        for (int i = 0; i < key.length(); ) {
            int point = key.codePointAt(i);
            if (isLegal(point) && !breaksPath(key, i) && !looksEscaped(key, i)) {
                legal.appendCodePoint(point);
            } else {
                for (int unit = i; unit < i + Character.charCount(point); unit++) {
                    legal.append("_x")
                            .append(HexFormat.of().withUpperCase().toHexDigits(key.charAt(unit)))
                            .append('_');
                }
            }
            i += Character.charCount(point);
        }
        if (legal.length() <= MAX_KEY) {
            return legal.toString();
        }
        return head(legal.toString(), MAX_KEY - HASH_DIGITS - 1) + "-" + hash(key);
    }

    /** What {@link #legalKey} made {@code legal} from, unless that was too long. */
    public static String originalKey(String legal) {
        Matcher escape = ESCAPE.matcher(legal);
        StringBuilder key = new StringBuilder();
        while (escape.find()) {
            char original = (char) Integer.parseInt(escape.group(1), 16);
            escape.appendReplacement(key, Matcher.quoteReplacement(String.valueOf(original)));
        }
        return escape.appendTail(key).toString();
    }

    /** A parameter's value within the limit: cut visibly, with its length at the end, where it is longer. */
    public static String param(String value) {
        return cut(value, MAX_PARAM);
    }

    /** A tag's value within the limit: cut visibly, with its length at the end, where it is longer. */
    public static String tag(String value) {
        return cut(value, MAX_TAG);
    }

    /** Whether a value has more characters than that. */
    public static boolean isLonger(String value, int limit) {
        return value.length() > limit && value.codePointCount(0, value.length()) > limit;
    }

    private static String cut(String value, int limit) {
        return cut(value, limit, "");
    }

    /**
     * A value within a limit: cut visibly, with its length at the end, where it is longer.
     *
     * @param limit in characters, > 200
     * @param whole the artifact that holds the whole value, named at the end too; empty for none
     */
    public static String cut(String value, int limit, String whole) {
        if (!isLonger(value, limit)) {
            return value;
        }
        String length = "… [cut: " + value.codePointCount(0, value.length()) + " characters";
        String place = whole.isEmpty() ? "" : ", whole in " + whole;
        // A name may be as long as the limit of a key, times six.
        String mark = length + (place.length() > limit / 2 ? "" : place) + "]";
        return head(value, limit - mark.length()) + mark;
    }

    /** The first characters, at most {@code length} UTF-16 units, never half a surrogate pair. */
    private static String head(String text, int length) {
        int end = Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length;
        return text.substring(0, end);
    }

    private static boolean isLegal(int point) {
        return Character.isLetterOrDigit(point) || (point < 128 && "_-. :/".indexOf(point) >= 0);
    }

    /** Whether the character makes the key one that a path's normal form differs from. */
    private static boolean breaksPath(String key, int at) {
        char c = key.charAt(at);
        if (c == '/') {
            return at == 0 || at == key.length() - 1 || key.charAt(at - 1) == '/';
        }
        if (c != '.' || (at > 0 && key.charAt(at - 1) != '/')) {
            return false;
        }
        int end = key.indexOf('/', at);
        String segment = key.substring(at, end < 0 ? key.length() : end);
        // MLflow refuses what begins with "..", whatever follows.
        return segment.equals(".") || segment.equals("..") || (at == 0 && segment.startsWith(".."));
    }

    private static boolean looksEscaped(String key, int at) {
        return key.charAt(at) == '_'
                && ESCAPE_START.matcher(key).region(at, key.length()).lookingAt();
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, HASH_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
