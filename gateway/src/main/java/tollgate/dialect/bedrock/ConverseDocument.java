package tollgate.dialect.bedrock;

import tollgate.dialect.answer.AnswerDocument;
import tollgate.dialect.json.NameTable;

/**
 * One event of a streamed conversation, a whole answer, or a count
 * (docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html): only the last event of a stream has usage.
 */
final class ConverseDocument extends AnswerDocument {
    /** Added to the bound for each block, and for each event. */
    static final int UNITS_A_BLOCK = 16;
    /** Added to the bound for each call of a tool. */
    static final int UNITS_A_CALL = 32;
    /** Added to the bound for each argument, for what is no string of it. */
    static final int UNITS_AN_ARGUMENT = 8;

    private static final int IN_ROOT = 1;
    private static final int IN_FIELD = 2;

    private static final int ANSWER = FIRST_FLAG;
    private static final int SPECIAL_TIER = 2 * FIRST_FLAG;
    private static final int FLAG_BITS = 4;

    /** What a model that ran as usual says. */
    private static final NameTable USUAL = new NameTable("default", "standard");

    private static final NameTable NAMES = new NameTable(
            "",
            "usage",
            "output",
            "delta",
            "start",
            "inputTokens",
            "serviceTier",
            "performanceConfig",
            "type",
            "latency",
            "text",
            "input",
            "name",
            "toolUse",
            "citation",
            "citations",
            "toolResult");
    private static final int OTHER = 0;
    private static final int USAGE = 1;
    private static final int OUTPUT = 2;
    private static final int DELTA = 3;
    private static final int START = 4;
    private static final int INPUT_TOKENS = 5;
    private static final int SERVICE_TIER = 6;
    private static final int PERFORMANCE = 7;
    private static final int TYPE = 8;
    private static final int LATENCY = 9;
    private static final int TEXT = 10;
    private static final int INPUT = 11;
    private static final int NAME = 12;
    private static final int TOOL_USE = 13;
    private static final int CITATION = 14;
    private static final int CITATIONS = 15;
    private static final int TOOL_RESULT = 16;
    private static final int NAME_BITS = 5;
    /** A depth that is remembered; deeper nesting is never jumped over. */
    private static final int DEPTH_BITS = 6;

    private final boolean counting;
    private int top;
    private int nearest;

    /** The depth of the arguments of a call that is open, and of what no model generated; 0: none is. */
    private int arguments;

    private int quoted;

    /** A document of a conversation, or where {@code counting}, what counting its tokens answers. */
    ConverseDocument(boolean counting) {
        this.counting = counting;
    }

    @Override
    protected void begins() {
        top = OTHER;
        nearest = OTHER;
        arguments = 0;
        quoted = 0;
        units += UNITS_A_BLOCK;
    }

    @Override
    protected long standing() {
        long depths = (long) quoted << DEPTH_BITS | arguments;
        long names = (depths << NAME_BITS | nearest) << NAME_BITS | top;
        return names << FLAG_BITS | flags;
    }

    @Override
    protected void stand(long standing) {
        flags = (int) standing & (1 << FLAG_BITS) - 1;
        long names = standing >> FLAG_BITS;
        top = (int) names & (1 << NAME_BITS) - 1;
        nearest = (int) (names >> NAME_BITS) & (1 << NAME_BITS) - 1;
        long depths = names >> (2 * NAME_BITS);
        arguments = (int) depths & (1 << DEPTH_BITS) - 1;
        quoted = (int) (depths >> DEPTH_BITS) & (1 << DEPTH_BITS) - 1;
    }

    @Override
    protected boolean repeatable() {
        return arguments < 1 << DEPTH_BITS && quoted < 1 << DEPTH_BITS;
    }

    @Override
    protected boolean isAnswer() {
        return isObject() && is(ANSWER);
    }

    @Override
    protected boolean isUsageEvent() {
        return isTerminal();
    }

    @Override
    protected boolean isTerminal() {
        return isObject() && usage().isWhole();
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
        return depth == IN_ROOT || top != OTHER;
    }

    @Override
    protected void nameEnds() {
        int name = keptCut() ? OTHER : Math.max(OTHER, NAMES.find(kept, keptLength, keptEscaped));
        if (depth == IN_ROOT) {
            top = name;
            return;
        }
        nearest = name;
        units += arguments > 0 ? keptLength : 0;
    }

    @Override
    protected int meaning(byte first, int index) {
        if (depth == 0) {
            set(OBJECT, first == '{');
            return SKIP;
        }
        if (depth == IN_ROOT) {
            nearest = OTHER;
            inRoot(first, index);
            return SKIP;
        }
        return switch (top) {
            case OUTPUT, DELTA, START -> first == '"' ? text() : container(first);
            case SERVICE_TIER -> depth == IN_FIELD && nearest == TYPE ? KEEP : SKIP;
            case PERFORMANCE -> depth == IN_FIELD && nearest == LATENCY ? KEEP : SKIP;
            default -> SKIP;
        };
    }

    private void inRoot(byte first, int index) {
        switch (top) {
            case USAGE -> {
                if (first == '{' && !counting) {
                    captureUsage(AT_TOP, index);
                }
            }
            case OUTPUT -> set(ANSWER, is(ANSWER) || (first == '{' && !counting));
            case INPUT_TOKENS -> set(ANSWER, is(ANSWER) || (counting && first >= '0' && first <= '9'));
            default -> {}
        }
    }

    /** What no model generated (roles, ids, signatures, sources, what tools found) counts in the bound only. */
    private int text() {
        if (quoted > 0) {
            return COUNT_APART;
        }
        return arguments > 0 || nearest == TEXT || nearest == INPUT || nearest == NAME ? COUNT : COUNT_APART;
    }

    private int container(byte first) {
        boolean opens = first == '{' || first == '[';
        if (arguments > 0 || quoted > 0) {
            units += arguments > 0 ? UNITS_AN_ARGUMENT : 0;
            return SKIP;
        }
        switch (nearest) {
            case TOOL_USE -> units += UNITS_A_CALL;
            case INPUT -> arguments = opens ? depth : 0;
            case CITATION, CITATIONS, TOOL_RESULT -> quoted = opens ? depth : 0;
            default -> units += first == '{' ? UNITS_A_BLOCK : 0;
        }
        return SKIP;
    }

    /** A tier and a speed are told apart: of both the one that is not as usual counts. */
    @Override
    protected void keptEnds() {
        boolean usual = USUAL.find(kept, keptLength, keptEscaped) >= 0;
        if (!usual || !is(SPECIAL_TIER)) {
            named(tier);
        }
        set(SPECIAL_TIER, is(SPECIAL_TIER) || !usual);
    }

    @Override
    protected void containerCloses() {
        if (depth == arguments) {
            arguments = 0;
        }
        if (depth == quoted) {
            quoted = 0;
        }
        nearest = OTHER;
    }
}
