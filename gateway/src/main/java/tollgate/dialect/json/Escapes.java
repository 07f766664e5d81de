package tollgate.dialect.json;

import java.nio.charset.StandardCharsets;

/** Decodes the escapes of JSON strings (RFC 8259 §7). Rarely needed: names and models are plain ASCII nearly always. */
public final class Escapes {
    private Escapes() {}

    /** The text of a raw string; an escape that is cut short or unknown stays as it stands. */
    public static String decode(byte[] raw, int length) {
        String text = new String(raw, 0, length, StandardCharsets.UTF_8);
        StringBuilder decoded = new StringBuilder(text.length());
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c != '\\' || i + 1 == text.length()) {
                decoded.append(c);
                i++;
                continue;
            }
            char escaped = text.charAt(i + 1);
            if (escaped == 'u' && i + 6 <= text.length()) {
                decoded.append((char) Integer.parseInt(text, i + 2, i + 6, 16));
                i += 6;
                continue;
            }
            switch (escaped) {
                case 'b' -> decoded.append('\b');
                case 'f' -> decoded.append('\f');
                case 'n' -> decoded.append('\n');
                case 'r' -> decoded.append('\r');
                case 't' -> decoded.append('\t');
                case '"', '\\', '/' -> decoded.append(escaped);
                default -> decoded.append(c).append(escaped);
            }
            i += 2;
        }
        return decoded.toString();
    }
}
