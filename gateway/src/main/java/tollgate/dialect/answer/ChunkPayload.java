package tollgate.dialect.answer;

import java.util.Arrays;
import tollgate.dialect.json.JsonWalk;

/**
 * Reads a frame's payload that is {@code {"bytes":"…"}}: a document of its own in base64 (RFC 4648 §4), handed on decoded as it
 * comes. What else is beside it is padding. Bounded, and without allocating.
 */
final class ChunkPayload extends JsonWalk {
    private static final byte[] BYTES = {'b', 'y', 't', 'e', 's'};
    private static final int PADDING = -2;
    private static final byte[] VALUES = values();

    private final AnswerDocument document;
    private final byte[] decoded = new byte[4 * 1024];
    private int length;
    private boolean named;
    private boolean found;
    private boolean wrong;
    /** Sextets of the group that is not whole yet, and how many. */
    private int group;

    private int sextets;
    private int padding;

    ChunkPayload(AnswerDocument document) {
        this.document = document;
    }

    private static byte[] values() {
        byte[] values = new byte[128];
        Arrays.fill(values, (byte) -1);
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (int i = 0; i < alphabet.length(); i++) {
            values[alphabet.charAt(i)] = (byte) i;
        }
        values['='] = PADDING;
        return values;
    }

    /** A payload begins. */
    void begin() {
        restart();
        document.restart();
        named = false;
        found = false;
        wrong = false;
        length = 0;
        group = 0;
        sextets = 0;
        padding = 0;
    }

    /** More of it. */
    void read(byte[] a, int from, int to) {
        feed(a, from, to);
        pass();
    }

    /** It is over: whether it had a whole document in it. What it had is the document's. */
    boolean whole() {
        return finished() && found && !wrong && (sextets + padding) % 4 == 0;
    }

    @Override
    protected int valueBegins(byte first, int index) {
        if (depth != 1 || !named) {
            return SKIP;
        }
        wrong |= found || first != '"';
        found = true;
        return HAND_ON;
    }

    @Override
    protected void handedOn(byte[] a, int from, int to) {
        for (int i = from; i < to && !wrong; i++) {
            sextet(a[i] < 0 ? -1 : VALUES[a[i]]);
        }
    }

    /** A solidus is the only letter of the alphabet that may stand behind a backslash. */
    @Override
    protected void escapeHandedOn(byte b) {
        sextet(b == '/' ? VALUES['/'] : -1);
    }

    private void sextet(int value) {
        if (value == PADDING && sextets >= 2 && padding < 4 - sextets) {
            padding++;
            if (sextets + padding == 4) {
                lastGroup();
            }
        } else if (value < 0 || padding > 0) {
            wrong = true;
        } else {
            group = group << 6 | value;
            if (++sextets == 4) {
                put(group >> 16);
                put(group >> 8);
                put(group);
                group = 0;
                sextets = 0;
            }
        }
    }

    private void lastGroup() {
        if (sextets == 3) {
            put(group >> 10);
            put(group >> 2);
        } else {
            put(group >> 4);
        }
    }

    private void put(int value) {
        decoded[length++] = (byte) value;
        if (length == decoded.length) {
            pass();
        }
    }

    private void pass() {
        if (length > 0) {
            document.read(decoded, 0, length);
            length = 0;
        }
    }

    @Override
    protected boolean nameMatters() {
        return depth == 1;
    }

    @Override
    protected void nameEnds() {
        named = !keptEscaped
                && keptLength == BYTES.length
                && Arrays.equals(kept, 0, BYTES.length, BYTES, 0, BYTES.length);
    }

    @Override
    protected void keptEnds() {}

    @Override
    protected void countEnds() {}

    @Override
    protected void closed(byte[] a, int index) {}
}
