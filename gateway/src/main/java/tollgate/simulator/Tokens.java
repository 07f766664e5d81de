package tollgate.simulator;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The sandbox's way of counting: one token for every begun four bytes of UTF-8. */
final class Tokens {
    private static final int BYTES = 4;

    private Tokens() {}

    static long count(String text) {
        return Math.ceilDiv((long) text.getBytes(StandardCharsets.UTF_8).length, BYTES);
    }

    /** A text in pieces that are at least a token long, except the last, and never split a character. */
    static List<String> split(String text) {
        List<String> pieces = new ArrayList<>();
        StringBuilder piece = new StringBuilder();
        text.codePoints().forEach(character -> {
            piece.appendCodePoint(character);
            if (piece.toString().getBytes(StandardCharsets.UTF_8).length >= BYTES) {
                pieces.add(piece.toString());
                piece.setLength(0);
            }
        });
        if (!piece.isEmpty()) {
            pieces.add(piece.toString());
        }
        return pieces;
    }
}
