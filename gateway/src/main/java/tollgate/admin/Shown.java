package tollgate.admin;

/** How a text that somebody sent is quoted in a message. Stateless. */
final class Shown {
    private static final int LONGEST = 60;

    private Shown() {}

    /** The text, cut to a readable length, without what a terminal or a log would obey. */
    static String text(String text) {
        StringBuilder shown = new StringBuilder();
        text.codePoints()
                .limit(LONGEST)
                .map(each -> isText(each) ? each : '\uFFFD')
                .forEach(shown::appendCodePoint);
        return text.codePointCount(0, text.length()) > LONGEST
                ? shown.append('…').toString()
                : shown.toString();
    }

    /** Whether a code point is part of a text: no control, no half of a pair, no line or paragraph separator. */
    static boolean isText(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                false;
            default -> true;
        };
    }
}
