package tollgate.dialect.openai;

import org.jspecify.annotations.Nullable;

/**
 * One chunk of a chat stream, or one whole chat answer, as it is fed: finds what metering needs by its place in the
 * document, so that no text inside a string can pass for it.
 *
 * <p>Usage stands at the top level; some vendors also, or only, repeat it under {@code x_groq} or in the first choice.
 * Of several places the top level wins, of repeated names the last.
 */
final class ChatDocument extends JsonWalk {
    /** Added to the bound for each choice of a chunk: role, finish reason, special tokens. */
    static final int UNITS_A_CHOICE = 16;
    /** Added to the bound for each piece of a tool call: the framing of a call. */
    static final int UNITS_A_TOOL_CALL = 32;

    private static final int IN_ROOT = 1;
    private static final int IN_CHOICES = 2;
    private static final int IN_CHOICE = 3;
    private static final int IN_DELTA = 4;
    private static final int IN_TOOL_CALLS = 5;

    private Name top = Name.OTHER;
    private Name second = Name.OTHER;
    private Name ofDelta = Name.OTHER;
    private Name nearest = Name.OTHER;
    private boolean object;
    private boolean choices;
    private boolean choicesEmpty;
    private boolean inDelta;
    private boolean error;

    private final Capture usage = new Capture();
    private final Capture failure = new Capture();
    private @Nullable Capture open;
    private int openDepth;
    private int usageRank;

    private long units;
    private final RepeatedText model = new RepeatedText();
    private final RepeatedText tier = new RepeatedText();

    @Override
    void restart() {
        super.restart();
        top = Name.OTHER;
        object = false;
        choices = false;
        choicesEmpty = false;
        inDelta = false;
        error = false;
        open = null;
        usageRank = 0;
        usage.forget();
        failure.forget();
    }

    /** Feeds the next bytes of the document. */
    void read(byte[] a, int from, int to) {
        Capture before = open;
        if (before != null) {
            before.resume(from);
        }
        feed(a, from, to);
        Capture after = open;
        if (after != null) {
            after.take(a, to);
        }
    }

    /** It is complete, and an object. */
    boolean isObject() {
        return object && finished();
    }

    /** It has choices, possibly none in them. */
    boolean hasChoices() {
        return choices;
    }

    /** Its choices are {@code []}. */
    boolean choicesEmpty() {
        return choices && choicesEmpty;
    }

    /** It reports an error: a value that a client library would raise on. */
    boolean isError() {
        return error;
    }

    /** The usage object it carries, whole; empty when it has none. */
    Capture usage() {
        return usage;
    }

    /** The error object it carries. */
    Capture failure() {
        return failure;
    }

    /** The last model named, in this document or an earlier one. */
    @Nullable String model() {
        return model.text();
    }

    /** The last service tier named, in this document or an earlier one. */
    @Nullable String tier() {
        return tier.text();
    }

    /** UTF-8 bytes of all that was generated, over all documents. */
    long contentBytes() {
        return counted - countedApart;
    }

    /** A bound of the tokens that was generated, over all documents. */
    long boundUnits() {
        return counted + units;
    }

    @Override
    protected boolean nameMatters() {
        return depth == IN_ROOT || inDelta || (top == Name.CHOICES && depth == IN_CHOICE) || inGroq();
    }

    private boolean inGroq() {
        return top == Name.X_GROQ && depth == IN_ROOT + 1;
    }

    @Override
    protected void nameEnds() {
        Name name = keptCut() ? Name.OTHER : Name.of(kept, keptLength, keptEscaped);
        if (depth == IN_ROOT) {
            top = name;
        } else if (inDelta) {
            nearest = name;
            if (depth == IN_DELTA) {
                ofDelta = name;
            }
        } else {
            second = name;
        }
    }

    @Override
    protected int valueBegins(byte first, int index) {
        if (inDelta) {
            return inDelta(first);
        }
        return switch (depth) {
            case 0 -> {
                object = first == '{';
                yield SKIP;
            }
            case IN_ROOT -> inRoot(first, index);
            case IN_CHOICES -> {
                if (top == Name.CHOICES) {
                    choicesEmpty = false;
                    if (first == '{') {
                        units += UNITS_A_CHOICE;
                        second = Name.OTHER;
                    }
                } else if (inGroq() && second == Name.USAGE && first == '{') {
                    captureUsage(2, index);
                }
                yield SKIP;
            }
            case IN_CHOICE -> {
                if (top == Name.CHOICES && first == '{') {
                    if (second == Name.DELTA || second == Name.MESSAGE) {
                        inDelta = true;
                        ofDelta = Name.OTHER;
                        nearest = Name.OTHER;
                    } else if (second == Name.USAGE) {
                        captureUsage(1, index);
                    }
                }
                yield SKIP;
            }
            default -> SKIP;
        };
    }

    private int inRoot(byte first, int index) {
        switch (top) {
            case MODEL, SERVICE_TIER -> {
                return KEEP;
            }
            case USAGE -> {
                if (first == '{') {
                    captureUsage(3, index);
                }
            }
            case CHOICES -> {
                choices = first == '[';
                choicesEmpty = choices;
            }
            case ERROR -> {
                if (first == '"') {
                    return KEEP;
                }
                error = first != 'n' && first != 'f' && first != '0';
                if (first == '{') {
                    capture(failure, index);
                }
            }
            default -> second = Name.OTHER;
        }
        return SKIP;
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

    private void captureUsage(int rank, int index) {
        if (rank >= usageRank) {
            usageRank = rank;
            capture(usage, index);
        }
    }

    private void capture(Capture capture, int index) {
        capture.begin(index);
        open = capture;
        openDepth = depth;
    }

    @Override
    protected void keptEnds() {
        if (top == Name.ERROR) {
            error = keptLength > 0;
        } else if (keptLength > 0 && !keptCut()) {
            (top == Name.MODEL ? model : tier).set(kept, keptLength, keptEscaped);
        }
    }

    @Override
    protected void closed(byte[] a, int index) {
        if (inDelta && depth < IN_DELTA) {
            inDelta = false;
        }
        Capture ending = open;
        if (ending != null && depth == openDepth) {
            ending.take(a, index + 1);
            ending.end();
            open = null;
        }
    }
}
