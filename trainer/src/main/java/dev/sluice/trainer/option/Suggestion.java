package dev.sluice.trainer.option;

import java.util.Collection;
import java.util.Locale;

/** "Did you mean": the nearest known word to a misspelt one. */
public final class Suggestion {
    private Suggestion() {}

    /** {@code " (did you mean \"word\"?)"} for the nearest known word, or nothing if none is near. */
    public static String of(String misspelt, Collection<String> known) {
        String nearest = "";
        int fewest = Math.max(2, misspelt.length() / 3) + 1;
        for (String word : known) {
            int edits = edits(misspelt.toLowerCase(Locale.ROOT), word.toLowerCase(Locale.ROOT));
            if (edits < fewest) {
                fewest = edits;
                nearest = word;
            }
        }
        return nearest.isEmpty() ? "" : " (did you mean \"" + nearest + "\"?)";
    }

    /** Levenshtein's distance, O(n m). */
    private static int edits(String a, String b) {
        int[] above = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int swap = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(swap, Math.min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[b.length()];
    }
}
