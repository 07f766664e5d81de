package tollgate.dialect.gemini;

import org.jspecify.annotations.Nullable;
import tollgate.dialect.Service;
import tollgate.dialect.answer.AnswerDocument;

/**
 * One piece of a streamed answer, or a whole one (ai.google.dev/api/generate-content): candidates and usage so far, vectors,
 * or a count.
 *
 * <p>Every piece of a stream has usage at its top, and the last one stands: the counts may fall again.
 */
final class GeminiDocument extends AnswerDocument {
    /** Added to the bound for each candidate of a piece. */
    static final int UNITS_A_CANDIDATE = 16;
    /** Added to the bound for each call of a function. */
    static final int UNITS_A_CALL = 32;
    /** Added to the bound for each argument, for what is no string of it. */
    static final int UNITS_AN_ARGUMENT = 8;

    // Depths of the values inside these.
    private static final int IN_ROOT = 1;
    private static final int IN_CANDIDATES = 2;
    private static final int IN_CANDIDATE = 3;
    private static final int IN_CONTENT = 4;
    private static final int IN_LIST = 5;
    private static final int IN_PART = 6;

    private static final int ANSWER = FIRST_FLAG;
    private static final int LAST = 2 * FIRST_FLAG;
    private static final int FLAG_BITS = 4;

    private final Service service;
    private Name top = Name.OTHER;
    private Name ofCandidate = Name.OTHER;
    private Name ofContent = Name.OTHER;
    private Name ofPart = Name.OTHER;
    private Name nearest = Name.OTHER;

    // Of the piece that is read; what has any is never jumped over.
    private long queries;
    private boolean places;
    private final Grounding grounding = new Grounding();

    /** A document of what a service answers. */
    GeminiDocument(Service service) {
        this.service = service;
    }

    @Override
    protected void begins() {
        top = Name.OTHER;
        ofCandidate = Name.OTHER;
        ofContent = Name.OTHER;
        ofPart = Name.OTHER;
        nearest = Name.OTHER;
        queries = 0;
        places = false;
    }

    @Override
    protected long standing() {
        long names = nearest.number();
        names = names << Name.BITS | ofPart.number();
        names = names << Name.BITS | ofContent.number();
        names = names << Name.BITS | ofCandidate.number();
        names = names << Name.BITS | top.number();
        return names << FLAG_BITS | flags;
    }

    @Override
    protected void stand(long standing) {
        flags = (int) standing & (1 << FLAG_BITS) - 1;
        long names = standing >> FLAG_BITS;
        top = Name.at(names);
        ofCandidate = Name.at(names >> Name.BITS);
        ofContent = Name.at(names >> (2 * Name.BITS));
        ofPart = Name.at(names >> (3 * Name.BITS));
        nearest = Name.at(names >> (4 * Name.BITS));
    }

    @Override
    protected boolean isAnswer() {
        return isObject() && is(ANSWER);
    }

    /** It is never hidden. Its usage is the whole answer's. */
    @Override
    protected boolean isUsageEvent() {
        return isObject() && is(LAST) && usage().isWhole();
    }

    @Override
    protected boolean isTerminal() {
        return false;
    }

    @Override
    protected boolean endsAtDone() {
        return false;
    }

    /** Two of Google's own libraries fail on any. */
    @Override
    protected boolean bearsComments() {
        return false;
    }

    @Override
    protected boolean repeatable() {
        return queries == 0 && !places;
    }

    @Override
    protected boolean tells() {
        return usage().isWhole() || !repeatable();
    }

    @Override
    protected void ends() {
        grounding.seen(queries, places);
    }

    /** What the answer is grounded in, so far. */
    Grounding grounding() {
        return grounding;
    }

    /** The model that answered, as last named. */
    @Nullable
    String answered() {
        return model();
    }

    /** Something was generated that shows, and it does not say that this was all. */
    boolean goesOn() {
        return counted > countedApart && !is(LAST);
    }

    private boolean inParts() {
        return ofCandidate == Name.CONTENT && ofContent == Name.PARTS;
    }

    @Override
    protected boolean nameMatters() {
        if (depth == IN_ROOT) {
            return true;
        }
        if (top != Name.CANDIDATES) {
            return false;
        }
        return switch (depth) {
            case IN_CANDIDATE -> true;
            case IN_CONTENT, IN_PART -> ofCandidate == Name.CONTENT || ofCandidate == Name.GROUNDING;
            default -> depth > IN_PART && inParts();
        };
    }

    @Override
    protected void nameEnds() {
        Name name = keptCut() ? Name.OTHER : Name.of(kept, keptLength, keptEscaped);
        switch (depth) {
            case IN_ROOT -> top = name;
            case IN_CANDIDATE -> ofCandidate = name;
            case IN_CONTENT -> ofContent = name;
            case IN_PART -> ofPart = name;
            default -> {
                nearest = name;
                units += ofPart == Name.FUNCTION_CALL ? keptLength : 0;
            }
        }
    }

    @Override
    protected int meaning(byte first, int index) {
        if (depth == 0) {
            set(OBJECT, first == '{');
            return SKIP;
        }
        if (depth == IN_ROOT) {
            return inRoot(first, index);
        }
        return top == Name.CANDIDATES ? inCandidates(first) : SKIP;
    }

    private int inRoot(byte first, int index) {
        switch (top) {
            case MODEL_VERSION -> {
                return KEEP;
            }
            case USAGE -> {
                if (first == '{') {
                    captureUsage(AT_TOP, index);
                }
            }
            case CANDIDATES, EMBEDDINGS -> answers(first == '[');
            case PROMPT_FEEDBACK, EMBEDDING -> answers(first == '{');
            case TOTAL_TOKENS -> answers(first >= '0' && first <= '9');
            case ERROR -> {
                return errorBegins(first, index);
            }
            default -> {}
        }
        return SKIP;
    }

    private void answers(boolean wellFormed) {
        boolean ours = switch (top) {
            case CANDIDATES, PROMPT_FEEDBACK -> service == Service.CHAT;
            case TOTAL_TOKENS -> service == Service.COUNT_TOKENS;
            default -> service == Service.EMBEDDINGS;
        };
        set(ANSWER, is(ANSWER) || (ours && wellFormed));
    }

    private int inCandidates(byte first) {
        switch (depth) {
            case IN_CANDIDATES -> {
                units += UNITS_A_CANDIDATE;
                ofCandidate = Name.OTHER;
            }
            case IN_CANDIDATE -> {
                ofContent = Name.OTHER;
                set(LAST, is(LAST) || (ofCandidate == Name.FINISH_REASON && first == '"'));
            }
            case IN_LIST -> {
                ofPart = Name.OTHER;
                if (ofCandidate == Name.GROUNDING && ofContent == Name.WEB_SEARCH_QUERIES) {
                    queries++;
                }
            }
            default -> {
                if (depth >= IN_PART && inParts()) {
                    return inPart();
                }
                places |= depth == IN_PART && ofCandidate == Name.GROUNDING && ofPart == Name.MAPS && first == '{';
            }
        }
        return SKIP;
    }

    /** What no model generated (signatures, ids, files, what tools answered) counts in the bound only. */
    private int inPart() {
        boolean call = ofPart == Name.FUNCTION_CALL;
        if (depth == IN_PART) {
            nearest = Name.OTHER;
            units += call ? UNITS_A_CALL : 0;
            return ofPart == Name.TEXT ? COUNT : COUNT_APART;
        }
        if (!call) {
            return ofPart == Name.EXECUTABLE_CODE && nearest == Name.CODE ? COUNT : COUNT_APART;
        }
        units += UNITS_AN_ARGUMENT;
        boolean label = nearest == Name.JSON_PATH || (nearest == Name.ID && depth == IN_PART + 1);
        return label ? COUNT_APART : COUNT;
    }

    @Override
    protected void keptEnds() {
        if (top == Name.ERROR) {
            errorTextEnds();
        } else {
            named(model);
        }
    }

    @Override
    protected void containerCloses() {}
}
