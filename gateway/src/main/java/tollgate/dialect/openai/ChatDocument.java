package tollgate.dialect.openai;

import tollgate.dialect.answer.AnswerDocument;

/**
 * One chunk of a stream, or one whole answer, of chat or completions.
 *
 * <p>Usage stands at the top level; some vendors also, or only, repeat it under {@code x_groq} or in the first choice.
 * Of several places the top level wins, of repeated names the last.
 */
final class ChatDocument extends AnswerDocument {
    /** Added to the bound for each piece of a tool call: the framing of a call. */
    static final int UNITS_A_TOOL_CALL = 32;

    // Depths of the values inside these.
    private static final int IN_ROOT = 1;
    private static final int IN_CHOICES = 2;
    private static final int IN_CHOICE = 3;
    private static final int IN_DELTA = 4;
    private static final int IN_TOOL_CALLS = 5;

    private static final int CHOICES = FIRST_FLAG;
    private static final int CHOICES_FILLED = 2 * FIRST_FLAG;
    private static final int DELTA_OPEN = 4 * FIRST_FLAG;

    private static final int FLAG_BITS = 5;

    private Name top = Name.OTHER;
    private Name second = Name.OTHER;
    private Name ofDelta = Name.OTHER;
    private Name nearest = Name.OTHER;

    @Override
    protected void begins() {
        top = Name.OTHER;
        second = Name.OTHER;
        ofDelta = Name.OTHER;
        nearest = Name.OTHER;
    }

    @Override
    protected long standing() {
        long names = nearest.number();
        names = names << Name.BITS | ofDelta.number();
        names = names << Name.BITS | second.number();
        names = names << Name.BITS | top.number();
        return names << FLAG_BITS | flags;
    }

    @Override
    protected void stand(long standing) {
        flags = (int) standing & (1 << FLAG_BITS) - 1;
        long names = standing >> FLAG_BITS;
        top = Name.at(names);
        second = Name.at(names >> Name.BITS);
        ofDelta = Name.at(names >> (2 * Name.BITS));
        nearest = Name.at(names >> (3 * Name.BITS));
    }

    /** It has choices, possibly none in them. */
    @Override
    protected boolean isAnswer() {
        return isObject() && is(CHOICES);
    }

    /** Its choices are {@code []}, and it has usage. */
    @Override
    protected boolean isUsageEvent() {
        return isAnswer() && !is(CHOICES_FILLED) && usage().isWhole();
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
        return depth == IN_ROOT || is(DELTA_OPEN) || (top == Name.CHOICES && depth == IN_CHOICE) || inGroq();
    }

    private boolean inGroq() {
        return top == Name.X_GROQ && depth == IN_ROOT + 1;
    }

    @Override
    protected void nameEnds() {
        Name name = keptCut() ? Name.OTHER : Name.of(kept, keptLength, keptEscaped);
        if (depth == IN_ROOT) {
            top = name;
        } else if (is(DELTA_OPEN)) {
            nearest = name;
            if (depth == IN_DELTA) {
                ofDelta = name;
            }
        } else {
            second = name;
        }
    }

    @Override
    protected int meaning(byte first, int index) {
        return is(DELTA_OPEN) ? inDelta(first) : outsideDelta(first, index);
    }

    private int outsideDelta(byte first, int index) {
        switch (depth) {
            case 0 -> set(OBJECT, first == '{');
            case IN_ROOT -> {
                return inRoot(first, index);
            }
            case IN_CHOICES -> {
                if (top == Name.CHOICES) {
                    set(CHOICES_FILLED, true);
                    if (first == '{') {
                        second = Name.OTHER;
                    }
                } else if (inGroq() && second == Name.USAGE && first == '{') {
                    captureUsage(2, index);
                }
            }
            case IN_CHOICE -> {
                if (top == Name.CHOICES && first == '{') {
                    inChoice(index);
                } else if (top == Name.CHOICES && first == '"' && second == Name.TEXT) {
                    return COUNT;
                }
            }
            default -> {}
        }
        return SKIP;
    }

    private int inRoot(byte first, int index) {
        switch (top) {
            case MODEL, SERVICE_TIER -> {
                return KEEP;
            }
            case ID -> {
                second = Name.OTHER;
                return made.answer() == null && first == '"' ? KEEP : SKIP;
            }
            case USAGE -> {
                if (first == '{') {
                    captureUsage(AT_TOP, index);
                }
            }
            case CHOICES -> {
                set(CHOICES, first == '[');
                set(CHOICES_FILLED, false);
            }
            case ERROR -> {
                return errorBegins(first, index);
            }
            default -> second = Name.OTHER;
        }
        return SKIP;
    }

    private void inChoice(int index) {
        if (second == Name.DELTA || second == Name.MESSAGE) {
            set(DELTA_OPEN, true);
            ofDelta = Name.OTHER;
            nearest = Name.OTHER;
        } else if (second == Name.USAGE) {
            captureUsage(1, index);
        }
    }

    private int inDelta(byte first) {
        if (first == '"') {
            // Roles, ids and types are strings of a delta that no model generated: they count in the bound only.
            return nearest == Name.ROLE || nearest == Name.ID || nearest == Name.TYPE ? COUNT_APART : COUNT;
        }
        if (first == '{'
                && ((depth == IN_TOOL_CALLS && ofDelta == Name.TOOL_CALLS)
                        || (depth == IN_DELTA && ofDelta == Name.FUNCTION_CALL))) {
            units += UNITS_A_TOOL_CALL;
        }
        return SKIP;
    }

    @Override
    protected void keptEnds() {
        if (top == Name.ERROR) {
            errorTextEnds();
        } else if (top == Name.ID) {
            if (!keptCut()) {
                made.answer(kept, keptLength, keptEscaped);
            }
        } else {
            named(top == Name.MODEL ? model : tier);
        }
    }

    @Override
    protected void containerCloses() {
        if (is(DELTA_OPEN) && depth < IN_DELTA) {
            set(DELTA_OPEN, false);
        }
    }
}
