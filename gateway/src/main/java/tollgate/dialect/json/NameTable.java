package tollgate.dialect.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Words that mean something, found by the bytes of a JSON string without making a string of them. Immutable. */
public final class NameTable {
    private final byte[][] texts;

    /** A table of ASCII words. */
    public NameTable(String... words) {
        texts = Arrays.stream(words)
                .map(word -> word.getBytes(StandardCharsets.US_ASCII))
                .toArray(byte[][]::new);
    }

    /**
     * The index of the word that a raw string spells, escapes decoded; -1 when it is none of these.
     *
     * @param escaped it has escapes in it
     */
    public int find(byte[] raw, int length, boolean escaped) {
        if (escaped) {
            byte[] decoded = Escapes.decode(raw, length).getBytes(StandardCharsets.UTF_8);
            return find(decoded, decoded.length, false);
        }
        for (int i = 0; i < texts.length; i++) {
            byte[] text = texts[i];
            if (text.length == length && Arrays.equals(text, 0, length, raw, 0, length)) {
                return i;
            }
        }
        return -1;
    }
}
