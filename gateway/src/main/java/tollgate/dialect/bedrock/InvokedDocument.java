package tollgate.dialect.bedrock;

import tollgate.dialect.answer.AnswerDocument;
import tollgate.dialect.json.NameTable;

/**
 * One piece of a stream, or a whole answer, in the language of whichever model was asked: texts are generated where a name says
 * so, and the piece with Bedrock's own metrics is the last one.
 */
final class InvokedDocument extends AnswerDocument {
    /** Added to the bound for each piece: what frames it, and what is no string of it. */
    static final int UNITS_A_PIECE = 16;

    private static final int IN_ROOT = 1;
    private static final int BELOW_TOP = 2;
    private static final int LAST = FIRST_FLAG;
    private static final int FLAG_BITS = 3;

    private static final NameTable NAMES = new NameTable(
            "",
            "amazon-bedrock-invocationMetrics",
            "usage",
            "text",
            "content",
            "generation",
            "outputText",
            "completion",
            "output",
            "message",
            "reasoning",
            "reasoning_content",
            "thinking",
            "arguments",
            "name");
    private static final int OTHER = 0;
    private static final int METRICS = 1;
    private static final int USAGE = 2;
    private static final int FIRST_TEXT = 3;
    private static final int NAME_BITS = 4;

    private final InvokedUsage told;
    private int nearest;

    /** A document whose head may tell its usage. */
    InvokedDocument(InvokedUsage told) {
        this.told = told;
    }

    @Override
    protected void begins() {
        nearest = OTHER;
        units += UNITS_A_PIECE;
    }

    @Override
    protected long standing() {
        return (long) nearest << FLAG_BITS | flags;
    }

    @Override
    protected void stand(long standing) {
        flags = (int) standing & (1 << FLAG_BITS) - 1;
        nearest = (int) (standing >> FLAG_BITS) & (1 << NAME_BITS) - 1;
    }

    @Override
    protected boolean isAnswer() {
        return isObject();
    }

    @Override
    protected boolean isUsageEvent() {
        return false;
    }

    @Override
    protected boolean isTerminal() {
        return isObject() && is(LAST);
    }

    @Override
    protected boolean tells() {
        return told.told() || super.tells();
    }

    @Override
    protected boolean endsAtDone() {
        return false;
    }

    @Override
    protected boolean bearsComments() {
        return false;
    }

    @Override
    protected boolean nameMatters() {
        return true;
    }

    @Override
    protected void nameEnds() {
        nearest = keptCut() ? OTHER : Math.max(OTHER, NAMES.find(kept, keptLength, keptEscaped));
    }

    @Override
    protected int meaning(byte first, int index) {
        if (depth == 0) {
            set(OBJECT, first == '{');
            return SKIP;
        }
        if (depth == IN_ROOT && first == '{') {
            if (nearest == METRICS) {
                set(LAST, true);
                captureUsage(AT_TOP, index);
            } else if (nearest == USAGE) {
                captureUsage(BELOW_TOP, index);
            }
        }
        return nearest >= FIRST_TEXT ? COUNT : COUNT_APART;
    }

    @Override
    protected void keptEnds() {}

    @Override
    protected void containerCloses() {}
}
