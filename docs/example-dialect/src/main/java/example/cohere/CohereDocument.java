package example.cohere;

import tollgate.dialect.answer.AnswerDocument;
import tollgate.dialect.json.NameTable;

/** One event of a stream, or a whole answer: both have what was generated in a message, and their usage behind it. */
final class CohereDocument extends AnswerDocument {
    private static final int UNITS_AN_EVENT = 8;

    private static final int IN_ROOT = 1;
    private static final int IN_DELTA = 2;

    private static final int ANSWER = FIRST_FLAG;
    private static final int END = 2 * FIRST_FLAG;
    private static final int FLAG_BITS = 4;

    private static final NameTable NAMES =
            new NameTable("", "type", "message", "delta", "usage", "error", "id", "role", "finish_reason");
    private static final int OTHER = 0;
    private static final int TYPE = 1;
    private static final int MESSAGE = 2;
    private static final int DELTA = 3;
    private static final int USAGE = 4;
    private static final int FAILURE = 5;
    private static final int ID = 6;
    private static final int ROLE = 7;
    private static final int NAME_BITS = 4;

    private static final NameTable LAST = new NameTable("message-end");

    private int top;
    private int second;
    private int leaf;

    @Override
    protected void begins() {
        top = OTHER;
        second = OTHER;
        leaf = OTHER;
        units += UNITS_AN_EVENT;
    }

    @Override
    protected long standing() {
        return (((long) leaf << NAME_BITS | second) << NAME_BITS | top) << FLAG_BITS | flags;
    }

    @Override
    protected void stand(long standing) {
        flags = (int) standing & (1 << FLAG_BITS) - 1;
        top = name(standing, 0);
        second = name(standing, 1);
        leaf = name(standing, 2);
    }

    private static int name(long standing, int place) {
        return (int) (standing >> (FLAG_BITS + place * NAME_BITS)) & (1 << NAME_BITS) - 1;
    }

    @Override
    protected boolean isAnswer() {
        return isObject() && is(ANSWER);
    }

    @Override
    protected boolean isUsageEvent() {
        return isObject() && is(END) && usage().isWhole();
    }

    @Override
    protected boolean isTerminal() {
        return false;
    }

    @Override
    protected boolean endsAtDone() {
        return true;
    }

    @Override
    protected boolean nameMatters() {
        return true;
    }

    @Override
    protected void nameEnds() {
        int name = keptCut() ? OTHER : Math.max(OTHER, NAMES.find(kept, keptLength, keptEscaped));
        if (depth == IN_ROOT) {
            top = name;
            second = OTHER;
        } else if (depth == IN_DELTA) {
            second = name;
        }
        leaf = name;
    }

    @Override
    protected int meaning(byte first, int index) {
        if (depth == 0) {
            set(OBJECT, first == '{');
            return SKIP;
        }
        if (depth == IN_ROOT) {
            if (top == TYPE) {
                return KEEP;
            }
            set(ANSWER, is(ANSWER) || (top == MESSAGE && first == '{'));
        }
        boolean field = depth == IN_ROOT || (depth == IN_DELTA && top == DELTA);
        if (field && leaf == USAGE && first == '{') {
            captureUsage(AT_TOP, index);
        } else if (depth == IN_DELTA && field && leaf == FAILURE) {
            return errorBegins(first, index);
        }
        return depth > IN_ROOT && (top == MESSAGE || second == MESSAGE) ? generated() : SKIP;
    }

    /** Ids, roles and kinds are the service's words, not the model's. */
    private int generated() {
        return leaf == ID || leaf == ROLE || leaf == TYPE ? COUNT_APART : COUNT;
    }

    @Override
    protected void keptEnds() {
        if (depth == IN_ROOT) {
            set(END, !keptCut() && LAST.find(kept, keptLength, keptEscaped) == 0);
        } else {
            errorTextEnds();
        }
    }

    @Override
    protected void containerCloses() {}
}
