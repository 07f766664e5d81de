package tollgate.wallet;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/** The Lua scripts, each with its parts pasted in and the hash that Redis knows it by. Immutable. */
enum Script {
    PLACE,
    EXTEND,
    /** The same source, for what sets more aside: without the flag that a full Redis may be written to. */
    INCREASE("extend"),
    SETTLE,
    POST,
    SET,
    FENCE,
    REAPPLY,
    MOVE;

    /** What every call states first: a script of another version refuses it. */
    static final String VERSION = "1";

    private static final String INCLUDE = "--@include ";

    private final String text;
    private final String sha;

    Script() {
        this.text = load(wireName() + ".lua", "");
        this.sha = sha1(text);
    }

    Script(String source) {
        String flagged = load(source + ".lua", "");
        this.text = flagged.substring(flagged.indexOf('\n') + 1);
        this.sha = sha1(text);
    }

    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    String text() {
        return text;
    }

    String sha() {
        return sha;
    }

    /** A resource with its parts pasted in, and theirs, each as deep as the line that asks for it. */
    private static String load(String resource, String indent) {
        StringBuilder whole = new StringBuilder();
        for (String line : read(resource).split("\n", -1)) {
            int deep = line.indexOf(INCLUDE);
            if (deep >= 0) {
                whole.append(load(line.substring(deep + INCLUDE.length()), indent + line.substring(0, deep)));
            } else {
                whole.append(line.isEmpty() ? "" : indent).append(line).append('\n');
            }
        }
        return whole.toString();
    }

    static String read(String resource) {
        try (InputStream in = Script.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("resource " + resource + " is missing: a broken build");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException broken) {
            throw new IllegalStateException("resource " + resource + " cannot be read", broken);
        }
    }

    private static String sha1(String text) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-1");
            return HexFormat.of().formatHex(sha.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException absent) {
            throw new IllegalStateException("every JDK has SHA-1", absent);
        }
    }
}
