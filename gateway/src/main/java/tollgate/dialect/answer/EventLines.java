package tollgate.dialect.answer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Splits a server-sent event stream into lines and fields as the WHATWG HTML standard §9.2.6 does, resumable at any
 * byte, without allocating: lines end in CR, LF or CRLF, one space after the colon is no part of a value, a byte order
 * mark at the start is skipped.
 *
 * <p>A line that ends in CR is over at once; should an LF follow, it is told apart, for it may come much later.
 */
abstract class EventLines implements Bytes.Taker {
    /** What kind of line it is. */
    enum Field {
        BLANK,
        COMMENT,
        DATA,
        EVENT,
        OTHER
    }

    private enum Expecting {
        LINE,
        NAME,
        SPACE,
        VALUE
    }

    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long LINE_FEEDS = '\n' * ONES;
    private static final long CARRIAGE_RETURNS = '\r' * ONES;

    private static final byte[] BOM = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final byte[] DATA = {'d', 'a', 't', 'a'};
    private static final byte[] EVENT = {'e', 'v', 'e', 'n', 't'};

    private Expecting expecting = Expecting.LINE;
    private Field field = Field.BLANK;
    private int bomLength;
    private int nameLength;
    private boolean maybeData;
    private boolean maybeEvent;
    private boolean afterCr;
    private long lineStart;
    private long position;
    private long base;

    /** The kind of the current line is known; its value, if any, follows. Not called for blank lines. */
    protected abstract void fieldBegins(Field field);

    /** More bytes of the current line's value. */
    protected abstract void value(Field field, byte[] a, int from, int to);

    /** The line that began at {@link #lineStart()} ended; {@code end} is the offset after its CR or LF. */
    protected abstract void lineEnds(Field field, long end);

    /** The LF of a CRLF followed the line that ended last; {@code end} is the offset after it. */
    protected abstract void lineFeedFollows(long end);

    /** Bytes read so far. */
    protected final long position() {
        return position;
    }

    /** Where in the stream the byte at an index of the array being fed stands. */
    protected final long offsetOf(int index) {
        return base + index;
    }

    /** Where the current line begins. */
    protected final long lineStart() {
        return lineStart;
    }

    /** Nothing of a line has been read since the last one ended. */
    protected final boolean betweenLines() {
        return expecting == Expecting.LINE;
    }

    /** The kind of the unfinished line; {@code OTHER} while its name is incomplete. */
    protected final Field unfinished() {
        return expecting == Expecting.NAME ? Field.OTHER : field;
    }

    @Override
    public final void feed(byte[] a, int from, int to) {
        base = position - from;
        int i = from;
        while (i < to) {
            if (afterCr) {
                afterCr = false;
                if (a[i] == '\n') {
                    i++;
                    lineStart = base + i;
                    lineFeedFollows(lineStart);
                    continue;
                }
            }
            switch (expecting) {
                case LINE -> i = line(a, i);
                case NAME -> i = name(a, i);
                case SPACE -> {
                    if (a[i] == ' ') {
                        i++;
                    }
                    expecting = Expecting.VALUE;
                }
                case VALUE -> {
                    int end = endOfLine(a, i, to);
                    if (end > i) {
                        value(field, a, i, end);
                    }
                    i = end < to ? ends(a[end], end) : to;
                }
            }
        }
        position = base + to;
    }

    private int line(byte[] a, int i) {
        byte b = a[i];
        if (base + i == bomLength && bomLength < BOM.length && b == BOM[bomLength]) {
            bomLength++;
            if (bomLength == BOM.length) {
                lineStart = bomLength;
            }
            return i + 1;
        }
        // Part of a byte order mark is part of a name, and no name we know begins like that.
        boolean first = lineStart == base + i;
        if (first && (b == '\n' || b == '\r')) {
            field = Field.BLANK;
            return ends(b, i);
        }
        if (first && b == ':') {
            begins(Field.COMMENT, Expecting.SPACE);
            return i + 1;
        }
        nameLength = 0;
        maybeData = first;
        maybeEvent = first;
        expecting = Expecting.NAME;
        return i;
    }

    private int name(byte[] a, int i) {
        byte b = a[i];
        boolean over = b == '\n' || b == '\r';
        if (over || b == ':') {
            boolean data = maybeData && nameLength == DATA.length;
            boolean event = maybeEvent && nameLength == EVENT.length;
            begins(data ? Field.DATA : event ? Field.EVENT : Field.OTHER, Expecting.SPACE);
            return over ? ends(b, i) : i + 1;
        }
        maybeData = maybeData && nameLength < DATA.length && b == DATA[nameLength];
        maybeEvent = maybeEvent && nameLength < EVENT.length && b == EVENT[nameLength];
        nameLength++;
        return i + 1;
    }

    private void begins(Field known, Expecting next) {
        field = known;
        expecting = next;
        fieldBegins(known);
    }

    private int ends(byte terminator, int index) {
        long end = base + index + 1;
        afterCr = terminator == '\r';
        expecting = Expecting.LINE;
        lineEnds(field, end);
        lineStart = end;
        return index + 1;
    }

    /** The index of the first LF or CR, else {@code to}; eight bytes at a time, as most of a stream passes here. */
    private static int endOfLine(byte[] a, int from, int to) {
        int i = from;
        while (i + Long.BYTES <= to) {
            long word = (long) WORDS.get(a, i);
            long found = zeroBytes(word ^ LINE_FEEDS) | zeroBytes(word ^ CARRIAGE_RETURNS);
            if (found != 0) {
                // Little-endian: the lowest marked byte comes first, and is exact whatever carries do above it.
                return i + (Long.numberOfTrailingZeros(found) >> 3);
            }
            i += Long.BYTES;
        }
        while (i < to && a[i] != '\n' && a[i] != '\r') {
            i++;
        }
        return i;
    }

    /** Marks the high bit of bytes that are zero, and possibly of some above one that is. */
    private static long zeroBytes(long word) {
        return (word - ONES) & ~word & HIGH_BITS;
    }
}
