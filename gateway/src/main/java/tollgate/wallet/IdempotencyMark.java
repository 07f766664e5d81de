package tollgate.wallet;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;

/**
 * The name that a client gave its request, and what the request was. For as long as {@link #LIFE} one key's name stands
 * for one exchange, whatever gateway it is sent to.
 *
 * @param key id of the API key: names of others are other names
 * @param name of the request: a hash of what the client sent, so that it is short and of known characters
 * @param print of the request: another request under the same name has another print
 */
public record IdempotencyMark(String key, String name, String print) {
    /** How long a name is remembered. */
    public static final Duration LIFE = Duration.ofHours(24);

    private static final int BYTES = 16;

    /** The mark of a request that a client has named. */
    public static IdempotencyMark of(String key, String clientsName, String print) {
        return new IdempotencyMark(key, hash(sha256().digest(clientsName.getBytes(StandardCharsets.UTF_8))), print);
    }

    /** Name and print, a colon between them. */
    public String text() {
        return name + ":" + print;
    }

    /**
     * The mark that a key's text says.
     *
     * @throws IllegalArgumentException where it says none
     */
    public static IdempotencyMark of(String key, String text) {
        String[] parts = text.split(":", -1);
        if (parts.length != 2) {
            throw new IllegalArgumentException("mark: '" + text + "' (expected: name:print)");
        }
        return new IdempotencyMark(key, parts[0], parts[1]);
    }

    /** A SHA-256 as names and prints show it: its first 128 bits, as 22 letters, digits, hyphens and underscores. */
    public static String hash(byte[] sha256) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(sha256, BYTES));
    }

    /** What prints are made with. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    /**
     * What a place asks of a mark.
     *
     * @param after an exchange that had the name and came to nothing: this one may follow it; empty: none
     */
    public record Claim(IdempotencyMark mark, String after) {}
}
