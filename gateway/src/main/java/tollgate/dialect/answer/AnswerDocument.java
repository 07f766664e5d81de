package tollgate.dialect.answer;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.json.JsonWalk;

/**
 * One event's data, or one whole answer, as it is fed: a dialect finds in it what metering needs by its place, so that no
 * text inside a string can pass for it. Counts run on over all documents of an answer.
 *
 * <p>Stretches between generated texts are learnt, and jumped over where they come again: events of a stream differ in
 * little but their text.
 */
public abstract class AnswerDocument extends JsonWalk {
    /** The rank of a usage object at the place where the dialect's clients look. */
    public static final int AT_TOP = 3;

    /** The flag of a document that is an object. */
    protected static final int OBJECT = 1;

    /** The flag of a document that has an error. */
    protected static final int ERROR = 2;

    /** The lowest flag that a dialect may give a meaning to. */
    protected static final int FIRST_FLAG = 4;

    private static final int STRETCHES = 6;

    private final Capture usage = new Capture();
    private final Capture failure = new Capture();
    private final Capture aside = new Capture();
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

    /** What is known of the document that is read, each a bit; forgotten when a new one begins. */
    protected int flags;

    /** What the bound of generated tokens has beyond the bytes of strings. */
    protected long units;

    /** The model, as last named. */
    protected final RepeatedText model = new RepeatedText();

    /** The service tier, as last named outside of the usage object. */
    protected final RepeatedText tier = new RepeatedText();

    /** What it leaves at the provider. */
    protected final MadeObjects made = new MadeObjects();

    /** A document of nothing yet. */
    protected AnswerDocument() {
        Arrays.setAll(stretches, index -> new Stretch());
    }

    /** A new document begins: what the dialect remembers of the last one is forgotten. */
    protected abstract void begins();

    /** A value begins, as {@link #valueBegins}. */
    protected abstract int meaning(byte first, int index);

    /** A container closed; {@link #depth} is already that of the container itself. */
    protected abstract void containerCloses();

    /** All that decides how the document is read on but its grammar, in at most {@code 62 - PLACE_BITS} bits. */
    protected abstract long standing();

    /** Stands where {@link #standing} was taken. */
    protected abstract void stand(long standing);

    /** It is complete, and an object. */
    protected final boolean isObject() {
        return is(OBJECT) && finished();
    }

    /** It is a whole answer of the dialect. */
    protected abstract boolean isAnswer();

    /** It reports an error: a value that a client library would raise on. */
    protected boolean isError() {
        return is(ERROR);
    }

    /** It is the event that reports usage at a stream's end: hidden where nobody asked for it. */
    protected abstract boolean isUsageEvent();

    /** It is the event that ends a stream. */
    protected abstract boolean isTerminal();

    /** It has been read to its end: one event, or the whole answer. */
    protected void ends() {}

    /** It says something of what was used. */
    protected boolean tells() {
        return usage.isWhole();
    }

    /** Events without generated text, beyond the two for each choice that streams usually have. */
    protected int silentEvents() {
        return 0;
    }

    /** Nothing in the document so far counts more than {@link #standing} and the texts of the last names say. */
    protected boolean repeatable() {
        return true;
    }

    /** Streams of the dialect end with {@code [DONE]}, not with a document. */
    protected abstract boolean endsAtDone();

    /** Clients of the dialect bear a comment inside a stream. */
    protected boolean bearsComments() {
        return true;
    }

    /** Whether a flag is set. */
    protected final boolean is(int flag) {
        return (flags & flag) != 0;
    }

    /** Sets a flag, or takes it back. */
    protected final void set(int flag, boolean on) {
        flags = on ? flags | flag : flags & ~flag;
    }

    /** The value of an error's field begins: what a client library would raise on is one. */
    protected final int errorBegins(byte first, int index) {
        if (first == '"') {
            return KEEP;
        }
        set(ERROR, first != 'n' && first != 'f' && first != '0');
        if (first == '{') {
            captureFailure(index);
        }
        return SKIP;
    }

    /** An error that is a text ended: the empty one is none. */
    protected final void errorTextEnds() {
        set(ERROR, keptLength > 0);
    }

    /** A text that names something ended: remembered, unless it is empty or too long to be a name. */
    protected final void named(RepeatedText what) {
        if (keptLength > 0 && !keptCut()) {
            what.set(kept, keptLength, keptEscaped);
        }
    }

    @Override
    protected final void restart() {
        super.restart();
        flags = 0;
        begins();
        open = null;
        usageRank = 0;
        usage.forget();
        failure.forget();
        aside.forget();
        stretch = 0;
        learning = null;
    }

    /** Feeds the next bytes of the document. */
    final void read(byte[] a, int from, int to) {
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
        stand(stretch.endPlace() >> PLACE_BITS);
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
        boolean plain = usageRank == 0 && open == null && !failure.isWhole() && repeatable();
        if (plain && learnt != null) {
            learnt.learn(wholePlace(), openObjects(), units, counted, countedApart, a, learningFrom, to);
            learnt.says(model.saidSince(), tier.saidSince());
        }
    }

    /** All that decides how the document is read on, but {@link #openObjects}. */
    private long wholePlace() {
        long place = place();
        return place < 0 ? -1 : standing() << PLACE_BITS | place;
    }

    @Override
    protected final int valueBegins(byte first, int index) {
        int purpose = meaning(first, index);
        if (learning != null && first == '"' && (purpose == COUNT || stretch > 1)) {
            stringBegan = true;
            stop();
        }
        return purpose;
    }

    @Override
    protected final void countEnds() {
        countEnded = true;
        stop();
    }

    @Override
    protected final void closed(byte[] a, int index) {
        containerCloses();
        Capture ending = open;
        if (ending != null && depth == openDepth) {
            ending.take(a, index + 1);
            ending.end();
            open = null;
            if (ending == usage && usageRank == AT_TOP && !usage.isBare()) {
                usageEnd = index;
            }
        }
    }

    /** A usage object begins; of several in a document the one of the highest rank stands, of equals the last. */
    protected final void captureUsage(int rank, int index) {
        if (rank >= usageRank) {
            usageRank = rank;
            capture(usage, index);
        }
    }

    /** Counts stand beside other fields of the document, from this value on to its end. */
    protected final void captureRest(int index) {
        if (usageRank == 0) {
            usageRank = AT_TOP;
            usage.begin(index);
            open = usage;
            openDepth = 0;
        }
    }

    /** An error object begins. */
    protected final void captureFailure(int index) {
        capture(failure, index);
    }

    /** Another object begins that the dialect wants whole: the last one stands. */
    protected final void captureAside(int index) {
        capture(aside, index);
    }

    /** What was kept by {@link #captureAside}. */
    protected final Capture aside() {
        return aside;
    }

    private void capture(Capture capture, int index) {
        capture.begin(index);
        open = capture;
        openDepth = depth;
    }

    /** The usage object it carries, whole; empty when it has none. */
    protected final Capture usage() {
        return usage;
    }

    /** Where it stands: {@link #AT_TOP} or below. */
    protected final int usageRank() {
        return usageRank;
    }

    /**
     * The index, in the array read last, of the brace that closed a usage object at the top with something in it; -1 where
     * none did. Asked once.
     */
    final int usageEnd() {
        int end = usageEnd;
        usageEnd = -1;
        return end;
    }

    /** The error object it carries. */
    final Capture failure() {
        return failure;
    }

    /** What the answer leaves at the provider. */
    final MadeObjects made() {
        return made;
    }

    /** How far an answer has come that is made later; null: not said. */
    protected @Nullable String status() {
        return null;
    }

    /** The last model named, in this document or an earlier one. */
    protected final @Nullable String model() {
        return model.text();
    }

    /** The last service tier named, in this document or an earlier one. */
    final @Nullable String tier() {
        return tier.text();
    }

    /** UTF-8 bytes of all that was generated, over all documents. */
    final long contentBytes() {
        return counted - countedApart - countingApart();
    }

    /** A bound of the tokens that were generated, over all documents. */
    final long boundUnits() {
        return counted + units;
    }
}
