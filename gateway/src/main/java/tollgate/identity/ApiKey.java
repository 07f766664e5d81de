package tollgate.identity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * The form of our keys: a prefix that says what it is for, 30 random base62 characters (178 bits), and 6 more that are
 * the CRC-32 of what precedes, so that a typing error or a forgery is seen without a look-up. Stateless.
 */
public final class ApiKey {
    private static final String BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int RANDOM_CHARACTERS = 30;
    private static final int CHECK_CHARACTERS = 6;
    private static final SecureRandom RANDOM = new SecureRandom();

    private ApiKey() {}

    /** What a key is for. */
    public enum Kind {
        /** An application that spends real money. */
        LIVE("tg_live_"),
        /** An application against the sandbox. */
        TEST("tg_test_"),
        /** The control plane. */
        ADMIN("tg_admin_");

        private final String prefix;

        Kind(String prefix) {
            this.prefix = prefix;
        }
    }

    /** A new key. */
    public static String mint(Kind kind) {
        StringBuilder key = new StringBuilder(kind.prefix);
        for (int i = 0; i < RANDOM_CHARACTERS; i++) {
            key.append(BASE62.charAt(RANDOM.nextInt(BASE62.length())));
        }
        return key.append(check(key.toString())).toString();
    }

    /** What a text is a key for, if it is well-formed. Says nothing about whether such a key was ever made. */
    public static Optional<Kind> kind(String text) {
        for (Kind kind : Kind.values()) {
            int length = kind.prefix.length() + RANDOM_CHARACTERS + CHECK_CHARACTERS;
            if (text.startsWith(kind.prefix) && text.length() == length) {
                int body = length - CHECK_CHARACTERS;
                boolean good = text.chars().skip(kind.prefix.length()).allMatch(c -> BASE62.indexOf(c) >= 0)
                        && text.substring(body).equals(check(text.substring(0, body)));
                return good ? Optional.of(kind) : Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** What is stored of a key: its SHA-256, in hexadecimal. At 178 random bits no salt is needed (ASVS 6.5.2). */
    public static String hash(String key) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha.digest(key.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException absent) {
            throw new IllegalStateException("every JDK has SHA-256", absent);
        }
    }

    /** What is shown of a key: its prefix and its last four characters. */
    public static String display(String key) {
        int prefix = key.indexOf('_', 3) + 1;
        return key.substring(0, prefix) + "…" + key.substring(key.length() - 4);
    }

    /** Whether two secrets are the same, in a time that does not tell where they differ. */
    public static boolean same(String a, String b) {
        return MessageDigest.isEqual(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }

    private static String check(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        long value = crc.getValue();
        char[] check = new char[CHECK_CHARACTERS];
        for (int i = CHECK_CHARACTERS - 1; i >= 0; i--) {
            check[i] = BASE62.charAt((int) (value % BASE62.length()));
            value /= BASE62.length();
        }
        return new String(check);
    }
}
