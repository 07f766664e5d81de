package tollgate.dialect.answer;

import java.util.Arrays;

/**
 * Keeps the bytes of one value as a document streams by: a usage or an error object. Bounded; a value that is larger
 * counts as unreadable.
 */
public final class Capture {
    static final int LIMIT = 16 * 1024;
    private static final int FIRST_SIZE = 512;
    private static final byte[] NONE = {};

    private byte[] bytes = NONE;
    private int length;
    private boolean open;
    private boolean whole;
    private int from;

    /** Begins with the byte at an index of the array being fed, replacing what was kept. */
    void begin(int index) {
        open = true;
        whole = false;
        length = 0;
        from = index;
    }

    /** A new array is being fed, from this index on. */
    void resume(int index) {
        from = index;
    }

    boolean isOpen() {
        return open;
    }

    /** The bytes up to an index of the array belong to it. */
    void take(byte[] a, int to) {
        int more = to - from;
        if (length + more > LIMIT) {
            length = LIMIT + 1;
            return;
        }
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(FIRST_SIZE, Integer.highestOneBit(length + more) << 1));
        }
        System.arraycopy(a, from, bytes, length, more);
        length += more;
    }

    void end() {
        open = false;
        whole = length <= LIMIT;
    }

    void forget() {
        open = false;
        whole = false;
    }

    /** A value was kept whole since the last {@link #forget}. */
    public boolean isWhole() {
        return whole;
    }

    /** What was kept is an object with nothing in it. */
    boolean isBare() {
        for (int i = 0; i < Math.min(length, bytes.length); i++) {
            if (bytes[i] == '"') {
                return false;
            }
        }
        return true;
    }

    /** What was kept, from the first byte on. */
    public byte[] bytes() {
        return bytes;
    }

    /** How long it is. */
    public int length() {
        return length;
    }
}
