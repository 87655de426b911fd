package dev.sluice.console.specification;

/** What both readers, YAML's and JSON's, refuse alike. */
final class TreeLimits {
    /** The largest file, in bytes of UTF-8. */
    static final int BYTES = 1 << 20;

    /** The deepest nesting of mappings and lists. */
    static final int DEPTH = 32;

    /** The most values and keys, aliases counted as often as they are used. */
    static final int NODES = 200_000;

    private TreeLimits() {}

    static void repeatedKey(String key, Position first, String parent, Position second, Problems problems) {
        String where = first.line() > 0 ? ", first on line " + first.line() : "";
        problems.add(
                Pointers.child(parent, key),
                second,
                "the key " + Words.quoted(key) + " stands twice" + where + "; which of the two is meant?");
    }

    /** Control characters and halves of surrogate pairs: no name, argument or label can carry them further. */
    static void checkText(String text, String pointer, Position position, Problems problems) {
        for (int index = 0; index < text.length(); ) {
            int codePoint = text.codePointAt(index);
            boolean control =
                    Character.isISOControl(codePoint) && codePoint != '\n' && codePoint != '\t' && codePoint != '\r';
            if (control || Character.getType(codePoint) == Character.SURROGATE) {
                problems.add(
                        pointer,
                        position,
                        "the text " + Words.quoted(text) + " holds the control character "
                                + Words.quoted(Character.toString(codePoint)) + ", which is not allowed; remove it");
                return;
            }
            index += Character.charCount(codePoint);
        }
    }
}
