package tollgate.dialect.openai;

import tollgate.dialect.answer.AnswerDocument;

/** One whole answer that is a list, of embeddings or of judgements: nothing in it was generated. */
final class ListDocument extends AnswerDocument {
    private static final int IN_ROOT = 1;

    private static final int LIST = FIRST_FLAG;
    private static final int FLAG_BITS = 3;

    private final Name list;
    private Name top = Name.OTHER;

    /** A document whose list has a name. */
    ListDocument(Name list) {
        this.list = list;
    }

    @Override
    protected void begins() {
        top = Name.OTHER;
    }

    @Override
    protected long standing() {
        return (long) top.number() << FLAG_BITS | flags;
    }

    @Override
    protected void stand(long standing) {
        flags = (int) standing & (1 << FLAG_BITS) - 1;
        top = Name.at(standing >> FLAG_BITS);
    }

    @Override
    protected boolean isAnswer() {
        return isObject() && is(LIST);
    }

    @Override
    protected boolean isUsageEvent() {
        return false;
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
        return depth == IN_ROOT;
    }

    @Override
    protected void nameEnds() {
        top = keptCut() ? Name.OTHER : Name.of(kept, keptLength, keptEscaped);
    }

    @Override
    protected int meaning(byte first, int index) {
        if (depth == 0) {
            set(OBJECT, first == '{');
        } else if (depth == IN_ROOT) {
            return inRoot(first, index);
        }
        return SKIP;
    }

    private int inRoot(byte first, int index) {
        if (top == list) {
            set(LIST, first == '[');
            return SKIP;
        }
        switch (top) {
            case MODEL -> {
                return KEEP;
            }
            case USAGE -> {
                if (first == '{') {
                    captureUsage(AT_TOP, index);
                }
            }
            case ERROR -> {
                return errorBegins(first, index);
            }
            default -> {}
        }
        return SKIP;
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
