package tollgate.dialect.anthropic;

import tollgate.dialect.answer.AnswerDocument;
import tollgate.dialect.json.NameTable;

/**
 * One event of a message stream, or one whole message
 * (platform.claude.com/docs/en/build-with-claude/streaming).
 *
 * <p>What an event is, is said by the {@code type} of its data. Usage stands at the top of {@code message_delta} and of whole
 * messages, and inside the message of {@code message_start}.
 */
public final class MessagesDocument extends AnswerDocument {
    /** Added to the bound for each block of content: its framing. */
    static final int UNITS_A_BLOCK = 16;
    /** Added to the bound for each call of a tool. */
    static final int UNITS_A_TOOL_CALL = 32;

    // Depths of the values inside these.
    private static final int IN_ROOT = 1;
    private static final int IN_PART = 2;
    private static final int IN_CONTENT_BLOCK = 3;

    private static final int IN_MESSAGE_START = 2;

    private static final NameTable KINDS =
            new NameTable("", "message", "message_start", "message_delta", "message_stop", "error");
    private static final int MESSAGE = 1;
    private static final int MESSAGE_DELTA = 3;
    private static final int MESSAGE_STOP = 4;
    private static final int FAILURE = 5;
    private static final int KIND_BITS = 3;

    private static final int CONTENT = FIRST_FLAG;
    private static final int COUNTED = 2 * FIRST_FLAG;
    private static final int FLAG_BITS = 4;

    private final boolean counting;
    private Name top = Name.OTHER;
    private Name inside = Name.OTHER;
    private int kind;

    /** A document that is an event or a message, or where {@code counting}, what counting its tokens answers. */
    public MessagesDocument(boolean counting) {
        this.counting = counting;
    }

    @Override
    protected void begins() {
        top = Name.OTHER;
        inside = Name.OTHER;
        kind = 0;
    }

    @Override
    protected long standing() {
        long names = (long) inside.number() << Name.BITS | top.number();
        return (names << KIND_BITS | kind) << FLAG_BITS | flags;
    }

    @Override
    protected void stand(long standing) {
        flags = (int) standing & (1 << FLAG_BITS) - 1;
        kind = (int) (standing >> FLAG_BITS) & (1 << KIND_BITS) - 1;
        top = Name.at(standing >> (FLAG_BITS + KIND_BITS));
        inside = Name.at(standing >> (FLAG_BITS + KIND_BITS + Name.BITS));
    }

    @Override
    protected boolean isAnswer() {
        return isObject() && (counting ? is(COUNTED) : kind == MESSAGE && is(CONTENT));
    }

    @Override
    protected boolean isError() {
        return super.isError() || kind == FAILURE;
    }

    @Override
    protected boolean isUsageEvent() {
        return isObject() && kind == MESSAGE_DELTA && usage().isWhole() && usageRank() == AT_TOP;
    }

    @Override
    protected boolean isTerminal() {
        return isObject() && kind == MESSAGE_STOP;
    }

    @Override
    protected boolean endsAtDone() {
        return false;
    }

    /** The depth of what stands in the part of the document that is read now: a message, a delta, a block. */
    private int partDepth() {
        return switch (top) {
            case MESSAGE, DELTA, CONTENT_BLOCK -> IN_PART;
            case CONTENT -> IN_CONTENT_BLOCK;
            default -> IN_ROOT;
        };
    }

    @Override
    protected boolean nameMatters() {
        return depth == IN_ROOT || depth == partDepth();
    }

    @Override
    protected void nameEnds() {
        Name name = keptCut() ? Name.OTHER : Name.of(kept, keptLength, keptEscaped);
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
        if (depth == IN_ROOT) {
            inside = Name.OTHER;
            return inRoot(first, index);
        }
        return switch (top) {
            case MESSAGE -> inMessage(first, index);
            case DELTA, CONTENT_BLOCK -> inBlock(first);
            case CONTENT -> inContent(first);
            default -> SKIP;
        };
    }

    private int inRoot(byte first, int index) {
        switch (top) {
            case TYPE, MODEL -> {
                return KEEP;
            }
            case USAGE -> {
                if (first == '{') {
                    captureUsage(AT_TOP, index);
                }
            }
            case CONTENT -> set(CONTENT, first == '[');
            case CONTENT_BLOCK -> units += UNITS_A_BLOCK;
            case INPUT_TOKENS -> set(COUNTED, first >= '0' && first <= '9');
            case ERROR -> {
                return errorBegins(first, index);
            }
            default -> {}
        }
        return SKIP;
    }

    private int inMessage(byte first, int index) {
        if (depth == IN_PART && inside == Name.MODEL) {
            return KEEP;
        }
        if (depth == IN_PART && inside == Name.USAGE && first == '{') {
            captureUsage(IN_MESSAGE_START, index);
        }
        return SKIP;
    }

    private int inContent(byte first) {
        if (depth == IN_PART) {
            inside = Name.OTHER;
            units += UNITS_A_BLOCK;
            return SKIP;
        }
        return inBlock(first);
    }

    /** What no model generated (ids, signatures, citations, what the provider's tools found) counts in the bound only. */
    private int inBlock(byte first) {
        boolean ownField = depth == partDepth();
        if (first == '"') {
            boolean generated = switch (inside) {
                case INPUT -> true;
                case TEXT, THINKING, PARTIAL_JSON, NAME -> ownField;
                default -> false;
            };
            return generated ? COUNT : COUNT_APART;
        }
        if (first == '{' && ownField && inside == Name.INPUT) {
            units += UNITS_A_TOOL_CALL;
        }
        return SKIP;
    }

    @Override
    protected void keptEnds() {
        if (depth == IN_ROOT && top == Name.TYPE) {
            kind = keptCut() ? 0 : Math.max(0, KINDS.find(kept, keptLength, keptEscaped));
        } else if (depth == IN_ROOT && top == Name.ERROR) {
            errorTextEnds();
        } else {
            named(model);
        }
    }

    @Override
    protected void containerCloses() {}
}
