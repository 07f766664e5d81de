package tollgate.journal;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads what a {@link PackedWriter} wrote. Whatever it cannot have written is {@link Damaged}. Confined to one thread. */
final class PackedReader {
    private final byte[] bytes;
    private int at;

    PackedReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /** These bytes are no record. */
    static final class Damaged extends RuntimeException {
        private static final long serialVersionUID = 1;

        Damaged(String what, int at) {
            super("byte " + at + " of a record: " + what);
        }
    }

    long number() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at >= bytes.length) {
                throw new Damaged("it ends within a number", at);
            }
            byte next = bytes[at++];
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return (value >>> 1) ^ -(value & 1);
            }
        }
        throw new Damaged("a number of more than 64 bits", at);
    }

    int small() {
        long value = number();
        if (value != (int) value) {
            throw new Damaged(value + " (expected: 32 bits)", at);
        }
        return (int) value;
    }

    boolean flag() {
        long value = number();
        if (value != 0 && value != 1) {
            throw new Damaged(value + " (expected: 0 or 1)", at);
        }
        return value == 1;
    }

    String text() {
        int length = count();
        String text = new String(bytes, at, length, StandardCharsets.UTF_8);
        at += length;
        return text;
    }

    @Nullable
    String optional() {
        return flag() ? text() : null;
    }

    @Nullable
    Long optionalNumber() {
        return flag() ? Long.valueOf(number()) : null;
    }

    Instant instant() {
        try {
            return Instant.ofEpochSecond(number(), number());
        } catch (DateTimeException never) {
            throw new Damaged("no time: " + never.getMessage(), at);
        }
    }

    Map<String, String> texts() {
        return map(this::text);
    }

    Map<String, Long> numbers() {
        return map(this::number);
    }

    private <T> Map<String, T> map(Supplier<T> value) {
        int count = count();
        Map<String, T> map = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            map.put(text(), value.get());
        }
        return map;
    }

    <T> List<T> each(Supplier<T> read) {
        int count = count();
        List<T> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(read.get());
        }
        return all;
    }

    /** Everything has been read. */
    void end() {
        if (at != bytes.length) {
            throw new Damaged((bytes.length - at) + " bytes too many", at);
        }
    }

    /** How many bytes or things follow: never more than there are bytes. */
    private int count() {
        long count = number();
        if (count < 0 || count > bytes.length - at) {
            throw new Damaged("a length of " + count + " with " + (bytes.length - at) + " bytes left", at);
        }
        return (int) count;
    }
}
