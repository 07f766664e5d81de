package tollgate.dialect.openai;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One chunk of a chat stream, or one whole chat answer, as it is fed: finds what metering needs by its place in the
 * document, so that no text inside a string can pass for it.
 *
 * <p>Usage stands at the top level; some vendors also, or only, repeat it under {@code x_groq} or in the first choice.
 * Of several places the top level wins, of repeated names the last.
 *
 * <p>Stretches between generated texts are learnt, and jumped over where they come again.
 */
final class ChatDocument extends JsonWalk {
    /** Added to the bound for each choice of a chunk: role, finish reason, special tokens. */
    static final int UNITS_A_CHOICE = 16;
    /** Added to the bound for each piece of a tool call: the framing of a call. */
    static final int UNITS_A_TOOL_CALL = 32;

    // Depths of the values inside these.
    private static final int IN_ROOT = 1;
    private static final int IN_CHOICES = 2;
    private static final int IN_CHOICE = 3;
    private static final int IN_DELTA = 4;
    private static final int IN_TOOL_CALLS = 5;

    private static final int TOP_LEVEL = 3;

    private static final int OBJECT = 1;
    private static final int CHOICES = 2;
    private static final int CHOICES_FILLED = 4;
    private static final int DELTA_OPEN = 8;
    private static final int ERROR = 16;

    private static final int FLAG_BITS = 5;
    private static final int STRETCHES = 6;

    private Name top = Name.OTHER;
    private Name second = Name.OTHER;
    private Name ofDelta = Name.OTHER;
    private Name nearest = Name.OTHER;
    private int flags;

    private final Capture usage = new Capture();
    private final Capture failure = new Capture();
    private @Nullable Capture open;
    private int openDepth;
    private int usageRank;
    private int usageEnd = -1;

    /** The first leads to the first generated text, the others each from the end of one to the next string. */
    private final Stretch[] stretches = new Stretch[STRETCHES];

    private int stretch;
    private @Nullable Stretch learning;
    private int learningFrom;
    private boolean stringBegan;
    private boolean countEnded;

    private long units;
    private final RepeatedText model = new RepeatedText();
    private final RepeatedText tier = new RepeatedText();

    ChatDocument() {
        Arrays.setAll(stretches, index -> new Stretch());
    }

    @Override
    void restart() {
        super.restart();
        top = Name.OTHER;
        second = Name.OTHER;
        ofDelta = Name.OTHER;
        nearest = Name.OTHER;
        flags = 0;
        open = null;
        usageRank = 0;
        usage.forget();
        failure.forget();
        stretch = 0;
        learning = null;
    }

    /** Feeds the next bytes of the document. */
    void read(byte[] a, int from, int to) {
        Capture before = open;
        if (before != null) {
            before.resume(from);
        }
        int i = stretch == 0 ? jump(a, from, to) : from;
        while (i < to) {
            i = feed(a, i, to);
            if (stringBegan || (learning != null && finished())) {
                learn(a, i);
            }
            if (countEnded) {
                countEnded = false;
                i = jump(a, i, to);
            }
        }
        learning = null;
        Capture after = open;
        if (after != null) {
            after.take(a, to);
        }
    }

    /** Jumps over a stretch that is the same as before; where it is not, learning it begins. */
    private int jump(byte[] a, int from, int to) {
        if (stretch == STRETCHES) {
            return from;
        }
        Stretch known = stretches[stretch++];
        if (!known.matches(wholePlace(), openObjects(), a, from, to)) {
            if (to > from) {
                learning = known;
                learningFrom = from;
                known.begin(wholePlace(), openObjects(), units, counted, countedApart);
                model.watch();
                tier.watch();
            }
            return from;
        }
        standAfter(known);
        return from + known.length();
    }

    private void standAfter(Stretch stretch) {
        long names = stretch.endPlace() >> PLACE_BITS;
        flags = (int) names & (1 << FLAG_BITS) - 1;
        names >>= FLAG_BITS;
        top = Name.at(names);
        second = Name.at(names >> Name.BITS);
        ofDelta = Name.at(names >> (2 * Name.BITS));
        nearest = Name.at(names >> (3 * Name.BITS));
        units += stretch.units();
        counted += stretch.counted();
        countedApart += stretch.countedApart();
        model.repeat(stretch.model());
        tier.repeat(stretch.tier());
        standAt(stretch.endPlace() & (1 << PLACE_BITS) - 1, stretch.endObjects());
    }

    private void learn(byte[] a, int to) {
        Stretch learnt = learning;
        learning = null;
        stringBegan = false;
        // What was kept of the document is no part of a stretch: those with usage or errors are read every time.
        boolean plain = usageRank == 0 && open == null && !failure.isWhole();
        if (plain && learnt != null) {
            learnt.learn(wholePlace(), openObjects(), units, counted, countedApart, a, learningFrom, to);
            learnt.says(model.saidSince(), tier.saidSince());
        }
    }

    /** All that decides how the document is read on, but {@link #openObjects}. */
    private long wholePlace() {
        long names = nearest.number();
        names = names << Name.BITS | ofDelta.number();
        names = names << Name.BITS | second.number();
        names = names << Name.BITS | top.number();
        long place = place();
        return place < 0 ? -1 : (names << FLAG_BITS | flags) << PLACE_BITS | place;
    }

    private boolean is(int flag) {
        return (flags & flag) != 0;
    }

    private void set(int flag, boolean on) {
        flags = on ? flags | flag : flags & ~flag;
    }

    /** It is complete, and an object. */
    boolean isObject() {
        return is(OBJECT) && finished();
    }

    /** It has choices, possibly none in them. */
    boolean hasChoices() {
        return is(CHOICES);
    }

    /** Its choices are {@code []}. */
    boolean choicesEmpty() {
        return is(CHOICES) && !is(CHOICES_FILLED);
    }

    /** It reports an error: a value that a client library would raise on. */
    boolean isError() {
        return is(ERROR);
    }

    /** The usage object it carries, whole; empty when it has none. */
    Capture usage() {
        return usage;
    }

    /**
     * The index, in the array read last, of the brace that closed a usage object at the top level with something in it;
     * -1 where none did. Asked once.
     */
    int usageEnd() {
        int end = usageEnd;
        usageEnd = -1;
        return end;
    }

    /** The error object it carries. */
    Capture failure() {
        return failure;
    }

    /** The last model named, in this document or an earlier one. */
    @Nullable
    String model() {
        return model.text();
    }

    /** The last service tier named, in this document or an earlier one. */
    @Nullable
    String tier() {
        return tier.text();
    }

    /** UTF-8 bytes of all that was generated, over all documents. */
    long contentBytes() {
        return counted - countedApart;
    }

    /** A bound of the tokens that were generated, over all documents. */
    long boundUnits() {
        return counted + units;
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
    protected int valueBegins(byte first, int index) {
        int purpose = is(DELTA_OPEN) ? inDelta(first) : outsideDelta(first, index);
        if (learning != null && first == '"' && (purpose == COUNT || stretch > 1)) {
            stringBegan = true;
            stop();
        }
        return purpose;
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
                        units += UNITS_A_CHOICE;
                        second = Name.OTHER;
                    }
                } else if (inGroq() && second == Name.USAGE && first == '{') {
                    captureUsage(2, index);
                }
            }
            case IN_CHOICE -> {
                if (top == Name.CHOICES && first == '{') {
                    inChoice(index);
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
            case USAGE -> {
                if (first == '{') {
                    captureUsage(TOP_LEVEL, index);
                }
            }
            case CHOICES -> {
                set(CHOICES, first == '[');
                set(CHOICES_FILLED, false);
            }
            case ERROR -> {
                if (first == '"') {
                    return KEEP;
                }
                set(ERROR, first != 'n' && first != 'f' && first != '0');
                if (first == '{') {
                    capture(failure, index);
                }
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
            set(ERROR, keptLength > 0);
        } else if (keptLength > 0 && !keptCut()) {
            (top == Name.MODEL ? model : tier).set(kept, keptLength, keptEscaped);
        }
    }

    @Override
    protected void countEnds() {
        countEnded = true;
        stop();
    }

    @Override
    protected void closed(byte[] a, int index) {
        if (is(DELTA_OPEN) && depth < IN_DELTA) {
            set(DELTA_OPEN, false);
        }
        Capture ending = open;
        if (ending != null && depth == openDepth) {
            ending.take(a, index + 1);
            ending.end();
            open = null;
            if (ending == usage && usageRank == TOP_LEVEL && !usage.isBare()) {
                usageEnd = index;
            }
        }
    }
}
