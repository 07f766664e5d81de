package tollgate.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Names what is wrong with the headers of a head that Netty's parser has refused: whoever wrote the client learns which
 * rule it broke, without their own bytes, among which may be a key, being quoted. Asked only once a head was refused.
 */
final class HeadComplaint {
    private static final String UNNAMED = "the request's head is not well formed";

    private final Set<String> lengths = new HashSet<>();

    private HeadComplaint() {}

    /**
     * The first complaint about what was parsed last.
     *
     * @param inside no request line is among the bytes
     */
    static String of(ByteBuf bytes, int from, int to, boolean inside) {
        String text = bytes.toString(from, to - from, StandardCharsets.ISO_8859_1);
        HeadComplaint complaints = new HeadComplaint();
        boolean begun = inside;
        for (String line : text.split("\n", -1)) {
            if (line.isEmpty() || line.equals("\r")) {
                if (begun) {
                    break;
                }
            } else if (begun) {
                String complaint = complaints.about(line);
                if (complaint != null) {
                    return complaint;
                }
            } else {
                begun = true;
            }
        }
        return UNNAMED;
    }

    private @Nullable String about(String line) {
        if (!line.endsWith("\r")) {
            return "a line does not end with CR LF";
        }
        int colon = line.indexOf(':');
        if (colon < 0) {
            return "a header line has no colon";
        }
        String name = line.substring(0, colon);
        if (!name.isEmpty() && (name.endsWith(" ") || name.endsWith("\t"))) {
            return "white space stands before a header's colon";
        }
        if (name.isEmpty() || !name.chars().allMatch(RequestLine::isToken)) {
            return "a header's name is empty, or holds a character that belongs in none";
        }
        String value = line.substring(colon + 1, line.length() - 1);
        if (value.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7f)) {
            return "a header's value holds a control character";
        }
        return aboutLength(name.toLowerCase(Locale.ROOT), value.strip());
    }

    private @Nullable String aboutLength(String name, String value) {
        return switch (name) {
            case "content-length" ->
                lengths.add(name) && value.matches("[0-9]{1,18}")
                        ? null
                        : "Content-Length is not given once, as a number of at most 18 digits";
            case "transfer-encoding" ->
                lengths.add(name) && value.equalsIgnoreCase("chunked")
                        ? null
                        : "Transfer-Encoding is not exactly chunked";
            default -> null;
        };
    }
}
