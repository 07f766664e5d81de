package tollgate.dialect.json;

/**
 * Follows one JSON document (RFC 8259) byte by byte, resumable at any byte, without allocating: the grammar of nesting,
 * names and strings, and nothing of what they mean. Subclasses are told where values begin and containers close.
 *
 * <p>Numbers and literals are only delimited, not checked, and neither is UTF-8: what matters is that no string or
 * name is ever mistaken for another. A document that breaks the grammar, or nests deeper than {@value #MAX_DEPTH}, is
 * {@link #broken}; the rest of it is ignored.
 */
public abstract class JsonWalk {
    public static final int MAX_DEPTH = 512;
    private static final int KEPT_LIMIT = 256;

    // What is expected next, outside strings.
    private static final int VALUE = 0;
    private static final int VALUE_OR_END = 1;
    private static final int NAME = 2;
    private static final int NAME_OR_END = 3;
    private static final int COLON = 4;
    private static final int COMMA_OR_END = 5;
    private static final int LITERAL = 6;
    private static final int FINISHED = 7;
    private static final int BROKEN = 8;
    private static final int STRING = 9;
    private static final int ESCAPE = 10;
    private static final int UNICODE = 11;

    // What a string is for.
    /** Nothing. */
    protected static final int SKIP = 0;
    /** Its bytes count. */
    protected static final int COUNT = 1;
    /** Its bytes count, and are told apart. */
    protected static final int COUNT_APART = 2;
    /** Its text is wanted. */
    protected static final int KEEP = 3;

    private static final int NAME_KEPT = 4;
    private static final int NAME_SKIPPED = 5;

    /** Its raw bytes are handed on as they come. */
    protected static final int HAND_ON = 6;

    /** Bits of {@link #place}. */
    protected static final int PLACE_BITS = 14;

    private int state = VALUE;
    private boolean stop;
    private int purpose;
    private int unicodeDigits;
    private int unicode;
    private final long[] objects = new long[MAX_DEPTH / Long.SIZE + 1];

    /** Open containers: the depth of the value that comes next. */
    protected int depth;

    /** UTF-8 bytes of the strings begun as {@link #COUNT} or {@link #COUNT_APART}, escapes decoded. */
    protected long counted;

    /** Those of them that were begun as {@link #COUNT_APART}, once ended. */
    protected long countedApart;

    private long countedBefore;

    /** The text of the last {@link #KEEP} string or name: raw, escapes as they stand. */
    protected final byte[] kept = new byte[KEPT_LIMIT];

    /** How long it is. */
    protected int keptLength;

    /** It has escapes in it. */
    protected boolean keptEscaped;

    /** Forgets the document; counts stay. */
    protected void restart() {
        state = VALUE;
        depth = 0;
        purpose = SKIP;
    }

    protected final boolean broken() {
        return state == BROKEN;
    }

    /** The outermost value has ended. */
    protected final boolean finished() {
        return state == FINISHED || (state == LITERAL && depth == 0);
    }

    /** A value begins at an index of the array being fed. For strings the answer says what to do with it; otherwise it is ignored. */
    protected abstract int valueBegins(byte first, int index);

    /** A string begun as {@link #KEEP} ended; its text is in {@link #kept}. */
    protected abstract void keptEnds();

    /** A string begun as {@link #COUNT} ended. */
    protected abstract void countEnds();

    /** Raw bytes of a string begun as {@link #HAND_ON}, between its escapes. */
    protected void handedOn(byte[] a, int from, int to) {}

    /** An escape inside of one: what follows the backslash. */
    protected void escapeHandedOn(byte b) {}

    /** Whether the next name of the current object can matter. */
    protected abstract boolean nameMatters();

    /** A name that matters ended; its text is in {@link #kept}. */
    protected abstract void nameEnds();

    /** A container closed; {@link #depth} is already that of the container itself. */
    protected abstract void closed(byte[] a, int index);

    /** Bytes of an unfinished string that was begun as {@link #COUNT_APART}. */
    protected final long countingApart() {
        boolean inside = state == STRING || state == ESCAPE || state == UNICODE;
        return inside && purpose == COUNT_APART ? counted - countedBefore : 0;
    }

    /** Reads on; returns where it stopped, which is before the end only when a callback called {@link #stop}. */
    protected final int feed(byte[] a, int from, int to) {
        int i = from;
        stop = false;
        while (i < to && !stop) {
            switch (state) {
                case STRING -> i = string(a, i, to);
                case ESCAPE -> escape(a[i++]);
                case UNICODE -> unicode(a[i++]);
                case BROKEN -> i = to;
                default -> outside(a, i++);
            }
        }
        return i;
    }

    /** Makes {@link #feed} return after the current byte. */
    protected final void stop() {
        stop = true;
    }

    /** Where in the grammar it stands, if that fits in {@value #PLACE_BITS} bits; -1 if it does not. */
    protected final long place() {
        return depth < Long.SIZE ? (long) depth << 8 | purpose << 4 | state : -1;
    }

    /** Which of the open containers are objects, by depth; only of use where {@link #place} is not -1. */
    protected final long openObjects() {
        return objects[0] & (-1L >>> (Long.SIZE - 1 - depth));
    }

    /** Stands where {@link #place} and {@link #openObjects} were taken: not inside a name, nor after the first byte of a string. */
    protected final void standAt(long place, long openObjects) {
        depth = (int) (place >> 8 & 0x3F);
        purpose = (int) (place >> 4 & 0xF);
        state = (int) (place & 0xF);
        objects[0] = openObjects;
        keptLength = 0;
        keptEscaped = false;
        countedBefore = counted;
    }

    private void outside(byte[] a, int index) {
        byte b = a[index];
        if (b == ' ' || b == '\n' || b == '\r' || b == '\t') {
            if (state == LITERAL) {
                literalEnds();
            }
            return;
        }
        if (state == LITERAL) {
            if (b != ',' && b != '}' && b != ']') {
                if (!literal(b)) {
                    state = BROKEN;
                }
                return;
            }
            literalEnds();
        }
        switch (state) {
            case VALUE_OR_END, VALUE -> {
                if (b == ']' && state == VALUE_OR_END) {
                    close(false, a, index);
                } else {
                    begin(b, index);
                }
            }
            case NAME_OR_END, NAME -> {
                if (b == '"') {
                    beginString(nameMatters() ? NAME_KEPT : NAME_SKIPPED);
                } else if (b == '}' && state == NAME_OR_END) {
                    close(true, a, index);
                } else {
                    state = BROKEN;
                }
            }
            case COLON -> state = b == ':' ? VALUE : BROKEN;
            case COMMA_OR_END -> {
                if (b == ',') {
                    state = inObject() ? NAME : VALUE;
                } else if (b == '}' || b == ']') {
                    close(b == '}', a, index);
                } else {
                    state = BROKEN;
                }
            }
            default -> state = BROKEN;
        }
    }

    private void begin(byte b, int index) {
        if (b == '"') {
            beginString(valueBegins(b, index));
        } else if (b == '{' || b == '[') {
            if (depth == MAX_DEPTH) {
                state = BROKEN;
                return;
            }
            valueBegins(b, index);
            depth++;
            long bit = 1L << depth;
            if (b == '{') {
                objects[depth >> 6] |= bit;
                state = NAME_OR_END;
            } else {
                objects[depth >> 6] &= ~bit;
                state = VALUE_OR_END;
            }
        } else if (literal(b)) {
            valueBegins(b, index);
            state = LITERAL;
        } else {
            state = BROKEN;
        }
    }

    private static boolean literal(byte b) {
        return (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9') || b == '-' || b == '+' || b == '.' || b == 'E';
    }

    private void literalEnds() {
        state = depth == 0 ? FINISHED : COMMA_OR_END;
    }

    private boolean inObject() {
        return (objects[depth >> 6] & (1L << depth)) != 0;
    }

    private void close(boolean object, byte[] a, int index) {
        if (depth == 0 || inObject() != object) {
            state = BROKEN;
            return;
        }
        depth--;
        state = depth == 0 ? FINISHED : COMMA_OR_END;
        closed(a, index);
    }

    private void beginString(int purpose) {
        this.purpose = purpose;
        keptLength = 0;
        keptEscaped = false;
        countedBefore = counted;
        state = STRING;
    }

    private int string(byte[] a, int from, int to) {
        int i = from;
        while (i < to) {
            byte b = a[i];
            if (b == '"') {
                passed(a, from, i);
                stringEnds();
                return i + 1;
            }
            if (b == '\\') {
                passed(a, from, i);
                state = ESCAPE;
                return i + 1;
            }
            if ((b & 0xE0) == 0) {
                state = BROKEN;
                return i;
            }
            i++;
        }
        passed(a, from, to);
        return to;
    }

    private boolean counts() {
        return purpose == COUNT || purpose == COUNT_APART;
    }

    private void passed(byte[] a, int from, int to) {
        if (counts()) {
            counted += to - from;
        } else if (purpose == KEEP || purpose == NAME_KEPT) {
            int room = Math.min(to - from, KEPT_LIMIT - keptLength);
            System.arraycopy(a, from, kept, keptLength, room);
            keptLength += room;
        } else if (purpose == HAND_ON && to > from) {
            handedOn(a, from, to);
        }
    }

    private void escape(byte b) {
        state = STRING;
        if (purpose == HAND_ON) {
            escapeHandedOn(b);
        }
        if (b == 'u') {
            state = UNICODE;
            unicodeDigits = 0;
            unicode = 0;
        } else if (counts()) {
            counted++;
        }
        keepEscape((byte) '\\', b);
    }

    private void unicode(byte b) {
        int digit = Character.digit(b, 16);
        if (digit < 0) {
            state = BROKEN;
            return;
        }
        unicode = unicode << 4 | digit;
        keepEscape(b, (byte) 0);
        if (++unicodeDigits == 4) {
            state = STRING;
            if (counts()) {
                // Half of a surrogate pair is half of the four bytes that the pair takes.
                boolean half = Character.isSurrogate((char) unicode);
                counted += unicode < 0x80 ? 1 : unicode < 0x800 || half ? 2 : 3;
            }
        }
    }

    private void keepEscape(byte first, byte second) {
        if (purpose == KEEP || purpose == NAME_KEPT) {
            keptEscaped = true;
            if (keptLength < KEPT_LIMIT) {
                kept[keptLength++] = first;
            }
            if (second != 0 && keptLength < KEPT_LIMIT) {
                kept[keptLength++] = second;
            }
        }
    }

    private void stringEnds() {
        if (purpose == NAME_KEPT || purpose == NAME_SKIPPED) {
            state = COLON;
            if (purpose == NAME_KEPT) {
                nameEnds();
            }
            return;
        }
        literalEnds();
        if (purpose == KEEP) {
            keptEnds();
        } else if (purpose == COUNT_APART) {
            countedApart += counted - countedBefore;
        } else if (purpose == COUNT) {
            countEnds();
        }
    }

    /** Whether the kept text was too long to be kept whole. */
    protected final boolean keptCut() {
        return keptLength == KEPT_LIMIT;
    }
}
