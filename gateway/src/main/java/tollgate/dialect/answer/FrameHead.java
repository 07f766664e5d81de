package tollgate.dialect.answer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The header fields of one frame of an AWS event stream
 * (docs.aws.amazon.com/transcribe/latest/dg/streaming-setting-up.html, "Event stream encoding"): each a name, a type and a value.
 * Of these only what kind of message it is matters. Kept whole while they come; bounded.
 */
final class FrameHead {
    /** The most bytes that all fields of a frame may take, as AWS's own libraries have it. */
    static final int LARGEST = 128 * 1024;

    private static final byte[] MESSAGE_TYPE = ascii(":message-type");
    private static final byte[] EXCEPTION_TYPE = ascii(":exception-type");
    private static final byte[] ERROR_CODE = ascii(":error-code");
    private static final byte[] EVENT = ascii("event");
    private static final int LONGEST_CODE = 64;

    /** How long a value of each type is; below 0: its length stands before it. */
    private static final int[] LENGTHS = {0, 0, 1, 2, 4, 8, -1, -1, 8, 16};

    private byte[] bytes = new byte[256];
    private int length;
    private int expected;
    private boolean event;
    private int codeFrom;
    private int codeLength;

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** A head of so many bytes begins. */
    void begin(int size) {
        expected = size;
        length = 0;
        event = false;
        codeLength = 0;
    }

    /** Takes what belongs to it; returns the index after that. */
    int take(byte[] a, int from, int to) {
        int more = Math.min(to - from, expected - length);
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, Math.min(LARGEST, 2 * bytes.length)));
        }
        System.arraycopy(a, from, bytes, length, more);
        length += more;
        return from + more;
    }

    boolean isWhole() {
        return length == expected;
    }

    /** Reads the fields; whether they are such. */
    boolean read() {
        int i = 0;
        while (i < length) {
            int name = i + 1;
            int nameLength = bytes[i] & 0xFF;
            int type = name + nameLength;
            if (nameLength == 0 || type >= length || bytes[type] < 0 || bytes[type] >= LENGTHS.length) {
                return false;
            }
            int value = type + 1;
            int valueLength = LENGTHS[bytes[type]];
            if (valueLength < 0) {
                if (value + 2 > length) {
                    return false;
                }
                valueLength = (bytes[value] & 0xFF) << 8 | (bytes[value + 1] & 0xFF);
                value += 2;
            }
            if (value + valueLength > length) {
                return false;
            }
            field(name, nameLength, value, valueLength);
            i = value + valueLength;
        }
        return true;
    }

    private void field(int name, int nameLength, int value, int valueLength) {
        if (is(MESSAGE_TYPE, name, nameLength)) {
            event = is(EVENT, value, valueLength);
        } else if (is(EXCEPTION_TYPE, name, nameLength) || is(ERROR_CODE, name, nameLength)) {
            codeFrom = value;
            codeLength = Math.min(LONGEST_CODE, valueLength);
        }
    }

    private boolean is(byte[] text, int from, int size) {
        return size == text.length && Arrays.equals(bytes, from, from + size, text, 0, size);
    }

    /** It is an event; else an exception, or another error. */
    boolean isEvent() {
        return event;
    }

    /** What kind of error it is, as it says. */
    String code() {
        String code = new String(bytes, codeFrom, codeLength, StandardCharsets.UTF_8);
        return code.isEmpty() ? "error" : code;
    }
}
