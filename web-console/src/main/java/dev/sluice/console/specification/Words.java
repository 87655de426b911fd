package dev.sluice.console.specification;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The wording that error messages share: quoting, lists, and what a misspelt word may have meant. */
final class Words {
    private static final int LONGEST_QUOTE = 60;
    private static final int LONGEST_COMPARED = 64;

    private Words() {}

    /** Between single quotes, shortened, with control characters shown as {@code \}{@code uXXXX}. */
    static String quoted(String text) {
        return "'" + clipped(text) + "'";
    }

    static String clipped(String text) {
        return clippedTo(text, LONGEST_QUOTE);
    }

    static String clippedTo(String text, int longest) {
        StringBuilder shown = new StringBuilder();
        int count = 0;
        for (int index = 0; index < text.length(); ) {
            int codePoint = text.codePointAt(index);
            if (count++ == longest) {
                return shown.append('…').toString();
            }
            int type = Character.getType(codePoint);
            if (Character.isISOControl(codePoint)
                    || type == Character.SURROGATE
                    || type == Character.FORMAT
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR) {
                shown.append(String.format(Locale.ROOT, "\\u%04x", codePoint));
            } else {
                shown.appendCodePoint(codePoint);
            }
            index += Character.charCount(codePoint);
        }
        return shown.toString();
    }

    /** {@code a, b or c}. */
    static String anyOf(Collection<String> words) {
        return joined(words, " or ");
    }

    /** {@code a, b and c}. */
    static String allOf(Collection<String> words) {
        return joined(words, " and ");
    }

    private static String joined(Collection<String> words, String last) {
        List<String> shown = new ArrayList<>();
        for (String word : words) {
            if (shown.size() == 20 && words.size() > 21) {
                shown.add((words.size() - 20) + " others");
                break;
            }
            shown.add(clipped(word));
        }
        int size = shown.size();
        return size < 2
                ? String.join("", shown)
                : String.join(", ", shown.subList(0, size - 1)) + last + shown.get(size - 1);
    }

    /** {@code ; did you mean 'x'?}, or nothing where no known word is near. */
    static String suggestion(String word, Collection<String> known) {
        return nearest(word, known, Map.of())
                .map(name -> "; did you mean " + quoted(name) + "?")
                .orElse("");
    }

    /**
     * The known word that was most likely meant: the same but for case, {@code _} and {@code -}; else what {@code synonyms}
     * (by lower case) says; else the nearest by edit distance, if it is near.
     */
    static Optional<String> nearest(String word, Collection<String> known, Map<String, String> synonyms) {
        if (word.length() > LONGEST_COMPARED) {
            return Optional.empty();
        }
        String plain = plain(word);
        for (String candidate : known) {
            if (plain(candidate).equals(plain)) {
                return Optional.of(candidate);
            }
        }
        String synonym = synonyms.get(plain);
        if (synonym != null && known.contains(synonym)) {
            return Optional.of(synonym);
        }
        String best = null;
        int bestDistance = Integer.MAX_VALUE;
        for (String candidate : known) {
            if (candidate.length() > LONGEST_COMPARED) {
                continue;
            }
            int distance = distance(plain, plain(candidate));
            int allowed = Math.max(1, Math.min(plain.length(), candidate.length()) / 3);
            if (distance <= allowed && distance < bestDistance) {
                best = candidate;
                bestDistance = distance;
            }
        }
        return Optional.ofNullable(best);
    }

    private static String plain(String word) {
        return word.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
    }

    /** Optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours. */
    static int distance(String left, String right) {
        int[] beforeLast = new int[right.length() + 1];
        int[] last = new int[right.length() + 1];
        for (int j = 0; j <= right.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= left.length(); i++) {
            int[] current = new int[right.length() + 1];
            current[0] = i;
            for (int j = 1; j <= right.length(); j++) {
                int cost = left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1;
                current[j] = Math.min(Math.min(last[j] + 1, current[j - 1] + 1), last[j - 1] + cost);
                if (i > 1
                        && j > 1
                        && left.charAt(i - 1) == right.charAt(j - 2)
                        && left.charAt(i - 2) == right.charAt(j - 1)) {
                    current[j] = Math.min(current[j], beforeLast[j - 2] + 1);
                }
            }
            beforeLast = last;
            last = current;
        }
        return last[right.length()];
    }
}
