package tollgate.journal;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes values one after the other into a buffer of its own, which is used again: numbers by seven bits a byte, the
 * lowest first, signs folded in; texts as UTF-8 behind their length. {@link PackedReader} reads them in the same order.
 * Confined to one thread.
 */
final class PackedWriter {
    private byte[] bytes = new byte[4096];
    private int length;

    /** Forgets what was written. */
    void clear() {
        length = 0;
    }

    int length() {
        return length;
    }

    /** The buffer itself: {@link #length} bytes of it count, until the next {@link #clear}. */
    byte[] buffer() {
        return bytes;
    }

    PackedWriter number(long value) {
        room(10);
        long left = (value << 1) ^ (value >> 63);
        while ((left & ~0x7FL) != 0) {
            bytes[length++] = (byte) (left | 0x80);
            left >>>= 7;
        }
        bytes[length++] = (byte) left;
        return this;
    }

    PackedWriter flag(boolean value) {
        return number(value ? 1 : 0);
    }

    PackedWriter text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        number(utf8.length);
        room(utf8.length);
        System.arraycopy(utf8, 0, bytes, length, utf8.length);
        length += utf8.length;
        return this;
    }

    PackedWriter optional(@Nullable String value) {
        flag(value != null);
        return value == null ? this : text(value);
    }

    PackedWriter optional(@Nullable Long value) {
        flag(value != null);
        return value == null ? this : number(value);
    }

    PackedWriter instant(Instant value) {
        return number(value.getEpochSecond()).number(value.getNano());
    }

    PackedWriter texts(Map<String, String> values) {
        number(values.size());
        values.forEach((key, value) -> text(key).text(value));
        return this;
    }

    PackedWriter numbers(Map<String, Long> values) {
        number(values.size());
        values.forEach((key, value) -> text(key).number(value));
        return this;
    }

    <T> PackedWriter each(Collection<T> values, Consumer<T> write) {
        number(values.size());
        values.forEach(write);
        return this;
    }

    private void room(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
