package tollgate.dialect.ollama;

import tollgate.dialect.answer.AnswerDocument;
import tollgate.dialect.json.NameTable;

/**
 * One line of a streamed answer, or a whole one (docs.ollama.com/api): its counts stand beside its other fields, behind all
 * of them.
 */
final class OllamaDocument extends AnswerDocument {
    /** Added to the bound for each line. */
    static final int UNITS_A_LINE = 16;
    /** Added to the bound for each value of a tool's call. */
    static final int UNITS_AN_ARGUMENT = 8;

    private static final int IN_ROOT = 1;
    private static final int IN_MESSAGE = 2;

    private static final int ANSWER = FIRST_FLAG;
    private static final int DONE = 2 * FIRST_FLAG;
    private static final int FLAG_BITS = 4;

    private static final NameTable NAMES = new NameTable(
            "",
            "model",
            "done",
            "error",
            "message",
            "response",
            "thinking",
            "content",
            "tool_calls",
            "embeddings",
            "total_duration",
            "prompt_eval_count",
            "eval_count");
    private static final int OTHER = 0;
    private static final int MODEL = 1;
    private static final int DONE_NAME = 2;
    private static final int ERROR_NAME = 3;
    private static final int MESSAGE = 4;
    private static final int RESPONSE = 5;
    private static final int THINKING = 6;
    private static final int CONTENT = 7;
    private static final int TOOL_CALLS = 8;
    private static final int EMBEDDINGS = 9;
    private static final int TOTAL_DURATION = 10;
    private static final int PROMPT_EVAL_COUNT = 11;
    private static final int EVAL_COUNT = 12;
    private static final int NAME_BITS = 4;

    private int top;
    private int inside;
    private int firstCount;

    @Override
    protected void begins() {
        top = OTHER;
        inside = OTHER;
        units += UNITS_A_LINE;
    }

    @Override
    protected long standing() {
        return ((long) inside << NAME_BITS | top) << FLAG_BITS | flags;
    }

    @Override
    protected void stand(long standing) {
        flags = (int) standing & (1 << FLAG_BITS) - 1;
        top = (int) (standing >> FLAG_BITS) & (1 << NAME_BITS) - 1;
        inside = (int) (standing >> (FLAG_BITS + NAME_BITS)) & (1 << NAME_BITS) - 1;
    }

    @Override
    protected boolean isAnswer() {
        return isObject() && is(ANSWER);
    }

    /** It is never hidden: it ends the stream. */
    @Override
    protected boolean isUsageEvent() {
        return isTerminal() && usage().isWhole();
    }

    @Override
    protected boolean isTerminal() {
        return isObject() && is(DONE);
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
        return depth == IN_ROOT || (top == MESSAGE && depth == IN_MESSAGE);
    }

    @Override
    protected void nameEnds() {
        int name = keptCut() ? OTHER : Math.max(OTHER, NAMES.find(kept, keptLength, keptEscaped));
        if (depth == IN_ROOT) {
            top = name;
        } else {
            inside = name;
        }
    }

    @Override
    protected int meaning(byte first, int index) {
        if (depth == 0) {
            set(OBJECT, first == '{');
            return SKIP;
        }
        return depth == IN_ROOT ? inRoot(first, index) : top == MESSAGE ? inMessage(first) : SKIP;
    }

    private int inRoot(byte first, int index) {
        switch (top) {
            case MODEL -> {
                return KEEP;
            }
            case DONE_NAME -> set(DONE, first == 't');
            case ERROR_NAME -> {
                return errorBegins(first, index);
            }
            case MESSAGE -> {
                inside = OTHER;
                set(ANSWER, first == '{');
            }
            case EMBEDDINGS -> set(ANSWER, first == '[');
            case RESPONSE, THINKING -> {
                set(ANSWER, is(ANSWER) || (first == '"' && top == RESPONSE));
                return COUNT;
            }
            case TOTAL_DURATION, PROMPT_EVAL_COUNT, EVAL_COUNT -> {
                firstCount = usageRank() == 0 ? top : firstCount;
                captureRest(index);
            }
            default -> {}
        }
        return SKIP;
    }

    private int inMessage(byte first) {
        if (depth == IN_MESSAGE) {
            return inside == CONTENT || inside == THINKING ? COUNT : COUNT_APART;
        }
        units += first != '"' ? UNITS_AN_ARGUMENT : 0;
        return inside == TOOL_CALLS ? COUNT : COUNT_APART;
    }

    /** The name of the count that what is kept of them begins with the value of. */
    String firstCount() {
        return switch (firstCount) {
            case PROMPT_EVAL_COUNT -> "prompt_eval_count";
            case EVAL_COUNT -> "eval_count";
            default -> "total_duration";
        };
    }

    @Override
    protected void keptEnds() {
        if (top == ERROR_NAME) {
            errorTextEnds();
        } else {
            named(model);
        }
    }

    @Override
    protected void containerCloses() {}
}
