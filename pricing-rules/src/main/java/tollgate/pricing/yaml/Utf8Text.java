package tollgate.pricing.yaml;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** Bytes of a file as text. Stateless and thread-safe. */
public final class Utf8Text {
    private static final int LOW_BYTE = 0xFF;

    private Utf8Text() {}

    /**
     * The text of bytes.
     *
     * @throws UnreadableYaml where they are not UTF-8; it names the line of the first that is not
     */
    public static String of(byte[] bytes) throws UnreadableYaml {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult result = decoder.decode(in, out, true);
        if (!result.isError()) {
            return out.flip().toString();
        }
        int line = 1;
        for (int i = 0; i < in.position(); i++) {
            line += bytes[i] == '\n' ? 1 : 0;
        }
        int first = bytes[in.position()] & LOW_BYTE;
        boolean wide = in.position() == 0 && (first == 0xFE || first == 0xFF);
        throw new UnreadableYaml(
                line,
                (wide ? "UTF-16" : "byte 0x%02X".formatted(first)) + " (expected: UTF-8)",
                new CharacterCodingException());
    }
}
