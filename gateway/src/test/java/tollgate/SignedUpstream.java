package tollgate;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * An upstream that takes only requests whose signature is right, as AWS describes it (Signature Version 4, "Create a signed AWS API
 * request"): computed here once more from what came over the wire.
 */
final class SignedUpstream implements AutoCloseable {
    static final String ID = "AKIDEXAMPLE";
    static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private static final String ANSWER =
            "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[{\"text\":\"Hi\"}]}},"
                    + "\"usage\":{\"inputTokens\":5,\"outputTokens\":1,\"totalTokens\":6}}";
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final Pattern AUTHORIZATION = Pattern.compile(
            "AWS4-HMAC-SHA256 Credential=([^/]+)/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)");

    private final ServerSocket listening;
    private volatile Duration ahead = Duration.ZERO;
    private volatile Map<String, String> fields = Map.of();
    private volatile String body = "";

    SignedUpstream() throws IOException {
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::serve);
    }

    /** As configuration, with a secret. */
    String yaml(String secret, String more) {
        return "{signed: {dialect: bedrock, base_url: 'http://127.0.0.1:" + listening.getLocalPort()
                + "/base/', aws: {access_key_id: " + ID + ", secret_access_key: '" + secret + "', region: eu-west-1"
                + more
                + "}}}";
    }

    /** Its clock is so far ahead from now on. */
    void clockIsAhead(Duration by) {
        ahead = by;
    }

    /** The fields of the last request, by their names in lower case. */
    Map<String, String> fields() {
        return fields;
    }

    /** The body of the last request. */
    String body() {
        return body;
    }

    private void serve() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                Thread.ofVirtual().start(() -> answer(client));
            } catch (SocketException closed) {
                return;
            } catch (IOException failed) {
                throw new IllegalStateException(failed);
            }
        }
    }

    private void answer(Socket client) {
        try (client) {
            InputStream in = client.getInputStream();
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                int next = in.read();
                if (next < 0) {
                    return;
                }
                head.write(next);
            }
            String[] lines = head.toString(StandardCharsets.ISO_8859_1).split("\r\n", -1);
            Map<String, String> given = new TreeMap<>();
            for (int i = 1; i < lines.length; i++) {
                int colon = lines[i].indexOf(':');
                if (colon > 0) {
                    given.put(
                            lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                            lines[i].substring(colon + 1).strip());
                }
            }
            byte[] bytes = in.readNBytes(Integer.parseInt(given.getOrDefault("content-length", "0")));
            fields = given;
            body = new String(bytes, StandardCharsets.UTF_8);
            String[] request = lines[0].split(" ", 3);
            String complaint = complaint(request[0], request[1], given, bytes);
            byte[] said = (complaint == null ? ANSWER : "{\"message\":\"" + complaint + "\"}")
                    .getBytes(StandardCharsets.UTF_8);
            String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(now().atOffset(ZoneOffset.UTC));
            client.getOutputStream()
                    .write(("HTTP/1.1 " + (complaint == null ? "200" : "403") + " Told\r\nDate: " + date
                                    + "\r\nContent-Type: application/json\r\nContent-Length: " + said.length
                                    + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            client.getOutputStream().write(said);
            client.getOutputStream().flush();
        } catch (IOException left) {
            // the gateway has what it wanted
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private Instant now() {
        return Instant.now().plus(ahead);
    }

    private @Nullable String complaint(String method, String path, Map<String, String> given, byte[] bytes)
            throws GeneralSecurityException {
        Matcher shown = AUTHORIZATION.matcher(given.getOrDefault("authorization", ""));
        if (!shown.matches() || !shown.group(1).equals(ID)) {
            return "no signature";
        }
        String stamp = Objects.requireNonNull(given.get("x-amz-date"));
        Instant signed = Instant.from(STAMP.parse(stamp));
        if (Duration.between(signed, now()).abs().compareTo(Duration.ofMinutes(5)) > 0) {
            return "Signature expired: " + stamp;
        }
        String[] scope = shown.group(2).split("/", -1);
        if (!scope[1].equals("eu-west-1") || !scope[2].equals("bedrock")) {
            return "signature of another scope";
        }
        StringBuilder fieldLines = new StringBuilder();
        for (String name : shown.group(3).split(";", -1)) {
            fieldLines.append(name).append(':').append(given.get(name)).append('\n');
        }
        String canonical =
                method + "\n" + encoded(path) + "\n\n" + fieldLines + "\n" + shown.group(3) + "\n" + sha256(bytes);
        String toSign = "AWS4-HMAC-SHA256\n" + stamp + "\n" + shown.group(2) + "\n"
                + sha256(canonical.getBytes(StandardCharsets.UTF_8));
        byte[] key = ("AWS4" + SECRET).getBytes(StandardCharsets.UTF_8);
        for (String part : scope) {
            key = hmac(key, part);
        }
        return HexFormat.of().formatHex(hmac(key, toSign)).equals(shown.group(4)) ? null : "signature differs";
    }

    /** Once more: a path is signed encoded twice. */
    private static String encoded(String path) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) b;
            encoded.append(
                    Character.isLetterOrDigit(c) || "-._~/".indexOf(c) >= 0
                            ? String.valueOf(c)
                            : "%%%02X".formatted(b));
        }
        return encoded.toString();
    }

    private static String sha256(byte[] bytes) throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
