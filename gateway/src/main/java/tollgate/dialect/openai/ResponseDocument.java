package tollgate.dialect.openai;

import org.jspecify.annotations.Nullable;
import tollgate.dialect.answer.AnswerDocument;
import tollgate.dialect.json.NameTable;

/**
 * One event of a stream of Responses, or one whole response
 * (platform.openai.com/docs/api-reference/responses-streaming).
 *
 * <p>What an event is, is said by the {@code type} of its data. Usage stands in the response that the last event carries,
 * or at the top of a whole one. Generated text is counted in deltas, and in the items of a whole response.
 */
final class ResponseDocument extends AnswerDocument {
    /** Added to the bound for each item that begins or is done: its framing, and what of it no delta shows. */
    static final int UNITS_AN_ITEM = 32;

    // Depths of the values inside these.
    private static final int IN_ROOT = 1;
    private static final int IN_RESPONSE = 2;

    private static final NameTable KINDS = new NameTable(
            "",
            "response.completed",
            "response.incomplete",
            "response.failed",
            "response.cancelled",
            "response.output_item.done",
            "error");
    private static final int COMPLETED = 1;
    private static final int INCOMPLETE = 2;
    private static final int FAILED = 3;
    private static final int CANCELLED = 4;
    private static final int ITEM_DONE = 5;
    private static final int FAILURE = 6;
    private static final int KIND_BITS = 3;

    private static final NameTable ITEMS = new NameTable("", "web_search_call", "file_search_call");
    private static final String[] STATUS_NAMES = {
        "", "queued", "in_progress", "completed", "incomplete", "failed", "cancelled"
    };
    private static final NameTable STATUSES = new NameTable(STATUS_NAMES);

    private static final NameTable SEARCH = new NameTable("search");

    private static final int OUTPUT = FIRST_FLAG;
    private static final int SAID = 2 * FIRST_FLAG;
    private static final int FLAG_BITS = 4;

    /** Without text, as the events of chat that tell a role and why it ended: estimates start from those. */
    private static final int USUAL_SILENCE = 2;

    private final ToolCalls calls = new ToolCalls();
    private ResponseName top = ResponseName.OTHER;
    private ResponseName second = ResponseName.OTHER;
    private ResponseName ofItem = ResponseName.OTHER;
    private ResponseName nearest = ResponseName.OTHER;
    private int kind;
    private int status;

    // Of the item that is read, or was read last in this document; no part of what can be jumped over.
    private boolean itemSeen;
    private int item;
    private boolean otherAction;
    private boolean billed;
    private int silent;

    @Override
    protected void begins() {
        billed = false;
        top = ResponseName.OTHER;
        second = ResponseName.OTHER;
        ofItem = ResponseName.OTHER;
        nearest = ResponseName.OTHER;
        kind = 0;
        itemSeen = false;
        item = ToolCalls.OTHER;
        otherAction = false;
        calls.forgetList();
    }

    @Override
    protected long standing() {
        long names = nearest.number();
        names = names << ResponseName.BITS | ofItem.number();
        names = names << ResponseName.BITS | second.number();
        names = names << ResponseName.BITS | top.number();
        return (names << KIND_BITS | kind) << FLAG_BITS | flags;
    }

    @Override
    protected void stand(long standing) {
        flags = (int) standing & (1 << FLAG_BITS) - 1;
        kind = (int) (standing >> FLAG_BITS) & (1 << KIND_BITS) - 1;
        long names = standing >> (FLAG_BITS + KIND_BITS);
        top = ResponseName.at(names);
        second = ResponseName.at(names >> ResponseName.BITS);
        ofItem = ResponseName.at(names >> (2 * ResponseName.BITS));
        nearest = ResponseName.at(names >> (3 * ResponseName.BITS));
    }

    @Override
    protected @Nullable String status() {
        return status == 0 ? null : STATUS_NAMES[status];
    }

    @Override
    protected boolean isAnswer() {
        return isObject() && is(OUTPUT);
    }

    @Override
    protected boolean isError() {
        return super.isError() || kind == FAILED || kind == FAILURE;
    }

    /** It is never hidden: it ends the stream. */
    @Override
    protected boolean isUsageEvent() {
        return isTerminal() && usage().isWhole();
    }

    @Override
    protected boolean isTerminal() {
        return isObject() && (kind == COMPLETED || kind == INCOMPLETE || kind == FAILED || kind == CANCELLED);
    }

    @Override
    protected boolean endsAtDone() {
        return false;
    }

    /** An item that bills tells something, too: a stream that is cut behind it owes for it. */
    @Override
    protected boolean tells() {
        return usage().isWhole() || billed;
    }

    @Override
    protected void ends() {
        silent += is(SAID) ? 0 : 1;
        if (itemSeen && kind == ITEM_DONE && isObject()) {
            int billing = billing();
            calls.done(billing);
            billed |= billing != ToolCalls.OTHER;
        }
    }

    private int billing() {
        return item == ToolCalls.WEB_SEARCH && otherAction ? ToolCalls.OTHER : item;
    }

    @Override
    protected int silentEvents() {
        return Math.max(0, silent - USUAL_SILENCE);
    }

    /** Items are read every time: what they count is more than where they lead to. */
    @Override
    protected boolean repeatable() {
        return !itemSeen && !aside().isWhole();
    }

    /** What the tools were called for. */
    ToolCalls calls() {
        if (aside().isWhole()) {
            calls.reported(aside().bytes(), aside().length());
        }
        return calls;
    }

    /** How deep the fields of a response stand: at the top, or inside an event. */
    private int responseDepth() {
        return top == ResponseName.RESPONSE ? IN_RESPONSE : IN_ROOT;
    }

    private boolean inList() {
        return (top == ResponseName.RESPONSE && second == ResponseName.OUTPUT) || top == ResponseName.OUTPUT;
    }

    /** How deep the fields of the item stand that is read now; 0: none is. */
    private int itemDepth() {
        if (top == ResponseName.ITEM) {
            return IN_RESPONSE;
        }
        return inList() ? responseDepth() + 2 : 0;
    }

    @Override
    protected boolean nameMatters() {
        if (depth == IN_ROOT || (top == ResponseName.RESPONSE && depth == IN_RESPONSE)) {
            return true;
        }
        int fields = itemDepth();
        return fields > 0 && depth >= fields;
    }

    @Override
    protected void nameEnds() {
        ResponseName name = keptCut() ? ResponseName.OTHER : ResponseName.of(kept, keptLength, keptEscaped);
        if (depth == IN_ROOT) {
            top = name;
            second = ResponseName.OTHER;
        } else if (top == ResponseName.RESPONSE && depth == IN_RESPONSE) {
            second = name;
        } else {
            nearest = name;
            if (depth == itemDepth()) {
                ofItem = name;
            }
        }
    }

    @Override
    protected int meaning(byte first, int index) {
        if (depth == 0) {
            set(OBJECT, first == '{');
            return SKIP;
        }
        if (depth == responseDepth()) {
            return inResponse(depth == IN_ROOT ? top : second, first, index);
        }
        int fields = itemDepth();
        if (fields == 0) {
            return SKIP;
        }
        return depth == fields - 1 ? itemBegins() : depth >= fields ? inItem(fields, first) : SKIP;
    }

    private int inResponse(ResponseName name, byte first, int index) {
        switch (name) {
            case MODEL, SERVICE_TIER -> {
                return KEEP;
            }
            case TYPE, STATUS -> {
                return depth == IN_ROOT ? KEEP : SKIP;
            }
            case ID -> {
                return made.answer() == null && first == '"' ? KEEP : SKIP;
            }
            case USAGE -> {
                if (first == '{') {
                    captureUsage(AT_TOP, index);
                }
            }
            case TOOL_USAGE -> {
                if (first == '{') {
                    captureAside(index);
                }
            }
            case OUTPUT -> {
                set(OUTPUT, depth == IN_ROOT && first == '[');
                calls.listBegins();
            }
            case ERROR -> {
                return error(first, index);
            }
            case DELTA -> {
                boolean text = depth == IN_ROOT && first == '"';
                set(SAID, is(SAID) || text);
                return text ? COUNT : SKIP;
            }
            case ITEM -> {
                if (depth == IN_ROOT) {
                    itemBegins();
                }
            }
            default -> {}
        }
        return SKIP;
    }

    private int error(byte first, int index) {
        if (first == '"') {
            return KEEP;
        }
        set(ERROR, is(ERROR) || (first != 'n' && first != 'f' && first != '0'));
        if (first == '{') {
            captureFailure(index);
        }
        return SKIP;
    }

    private int itemBegins() {
        itemSeen = true;
        item = ToolCalls.OTHER;
        otherAction = false;
        units += UNITS_AN_ITEM;
        ofItem = ResponseName.OTHER;
        nearest = ResponseName.OTHER;
        return SKIP;
    }

    private int inItem(int fields, byte first) {
        if (first != '"') {
            return SKIP;
        }
        if (depth == fields && (ofItem == ResponseName.TYPE || ofItem == ResponseName.ID)) {
            return KEEP;
        }
        if (depth == fields + 1 && ofItem == ResponseName.ACTION && nearest == ResponseName.TYPE) {
            return KEEP;
        }
        boolean container = (depth == fields && ofItem == ResponseName.CONTAINER_ID)
                || (depth == fields + 1 && ofItem == ResponseName.ENVIRONMENT && nearest == ResponseName.CONTAINER_ID);
        if (container) {
            return KEEP;
        }
        boolean whole = top == ResponseName.OUTPUT;
        if (ofItem == ResponseName.ACTION) {
            // what a search looked for comes in no delta
            return whole ? COUNT : COUNT_APART;
        }
        return whole && generated(fields) ? COUNT : SKIP;
    }

    private boolean generated(int fields) {
        return switch (ofItem) {
            case CONTENT, SUMMARY -> nearest == ResponseName.TEXT || nearest == ResponseName.REFUSAL;
            case ARGUMENTS, CODE, INPUT, NAME -> depth == fields;
            default -> false;
        };
    }

    @Override
    protected void keptEnds() {
        int fields = itemDepth();
        if (fields > 0 && depth >= fields) {
            itemText(fields);
        } else if (depth == IN_ROOT && top == ResponseName.TYPE) {
            kind = keptCut() ? 0 : Math.max(0, KINDS.find(kept, keptLength, keptEscaped));
        } else {
            ResponseName name = depth == IN_ROOT ? top : second;
            switch (name) {
                case ERROR -> set(ERROR, is(ERROR) || keptLength > 0);
                case ID -> {
                    if (!keptCut()) {
                        made.answer(kept, keptLength, keptEscaped);
                    }
                }
                case STATUS -> status = keptCut() ? 0 : Math.max(0, STATUSES.find(kept, keptLength, keptEscaped));
                default -> named(name == ResponseName.MODEL ? model : tier);
            }
        }
    }

    private void itemText(int fields) {
        if (depth == fields && ofItem == ResponseName.ID) {
            if (!keptCut()) {
                made.item(kept, keptLength, keptEscaped);
            }
        } else if (nearest == ResponseName.CONTAINER_ID) {
            calls.container(kept, keptLength);
            if (!keptCut()) {
                // it may be used again, by who had it made
                made.item(kept, keptLength, keptEscaped);
            }
            billed = true;
        } else if (depth == fields) {
            item = Math.max(0, ITEMS.find(kept, keptLength, keptEscaped));
        } else {
            otherAction = SEARCH.find(kept, keptLength, keptEscaped) < 0;
        }
    }

    @Override
    protected void containerCloses() {
        if (inList() && depth == itemDepth() - 1) {
            calls.inList(billing());
        }
    }
}
