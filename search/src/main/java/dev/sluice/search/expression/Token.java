package dev.sluice.search.expression;

/** One word of an expression. For {@code NUMBER} the text is the number as written, for names and strings it is bare of its quotes. */
record Token(Kind kind, String text, int position) {
    enum Kind {
        NUMBER,
        STRING,
        /** A plain identifier; may turn out to be a keyword or a function. */
        WORD,
        /** A name in backquotes; never a keyword. */
        QUOTED_NAME,
        SYMBOL,
        END
    }

    boolean isSymbol(String symbol) {
        return kind == Kind.SYMBOL && text.equals(symbol);
    }

    boolean isWord(String word) {
        return kind == Kind.WORD && text.equals(word);
    }

    /** As it is shown in an error message. */
    String shown() {
        return switch (kind) {
            case END -> "the end";
            case STRING -> "the string \"" + text + "\"";
            case QUOTED_NAME -> "`" + text + "`";
            case NUMBER, WORD, SYMBOL -> "'" + text + "'";
        };
    }
}
