package tollgate.dialect.answer;

/** Recognises {@code [DONE]}, the text that ends a chat stream, at the beginning of an event's data. */
final class DoneMark {
    private static final byte[] TEXT = {'[', 'D', 'O', 'N', 'E', ']'};
    private static final int NOT = -1;

    private int matched;

    void restart() {
        matched = 0;
    }

    /** Reads the next bytes of the data. */
    void read(byte[] a, int from, int to) {
        for (int i = from; i < to && matched >= 0 && matched < TEXT.length; i++) {
            if (a[i] == TEXT[matched]) {
                matched++;
            } else if (matched > 0 || (a[i] != ' ' && a[i] != '\t')) {
                matched = NOT;
            }
        }
    }

    /** The data begins with it; client libraries compare no more than that. */
    boolean found() {
        return matched == TEXT.length;
    }

    /** The data cannot begin with it any more. */
    boolean impossible() {
        return matched == NOT;
    }
}
