package tollgate.dialect.answer;

import java.nio.charset.StandardCharsets;

/** Compares a value with a word as the value comes in. */
final class Word {
    private final byte[] text;
    private int matched;
    private boolean differs;
    private boolean longer;

    Word(String text) {
        this.text = text.getBytes(StandardCharsets.US_ASCII);
    }

    void restart() {
        matched = 0;
        differs = false;
        longer = false;
    }

    void read(byte[] a, int from, int to) {
        int i = from;
        while (i < to && !differs && matched < text.length) {
            differs = a[i++] != text[matched];
            matched++;
        }
        longer |= i < to;
    }

    /** The value so far may still begin with the word, or does. */
    boolean possible() {
        return !differs;
    }

    /** The value begins with the word. */
    boolean begun() {
        return !differs && matched == text.length;
    }

    /** The value is the word, and no more. */
    boolean whole() {
        return begun() && !longer;
    }
}
