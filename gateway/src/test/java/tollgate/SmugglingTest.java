package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tollgate.RawFrames.Field;
import tollgate.TestGateway.Account;
import tollgate.pricing.Usd;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Everything of {@code smuggling/*.txt} through a whole gateway to an upstream that keeps every byte: it gets the legitimate
 * requests and no other, and the wallet pays for those and no other.
 */
@Wide
@SuppressWarnings("NullAway.Init") // started before all
class SmugglingTest {
    private static final String PATH = "/v1/chat/completions";
    private static final String FIRST = body("FIRST");
    private static final String SECOND = body("SECOND");
    private static final Usd ONE = new Usd(1_050 + 6_000);
    private static final Pattern ESCAPE = Pattern.compile("\\\\(x[0-9a-f]{2}|.)");
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    @TempDir
    static Path folder;

    private static RecordingUpstream upstream;
    private static TestGateway gateway;
    private static Account account;

    private static String body(String mark) {
        return "{\"model\":\"gpt-4o-mini\",\"max_completion_tokens\":10,\"messages\":[{\"role\":\"user\",\"content\":\""
                + mark + "\"}]}";
    }

    @BeforeAll
    static void start() throws IOException {
        upstream = new RecordingUpstream();
        gateway = TestGateway.start(
                folder.resolve("data"), "limits: {body_read: 500ms, header_bytes: 8KiB}\n", upstream.yaml());
        account = gateway.liveAccount("10");
    }

    @AfterAll
    static void stop() throws Exception {
        var verified = gateway.installation.verify();
        gateway.close();
        upstream.close();
        assertThat(verified.get("problems")).asString().isEqualTo("[]");
    }

    /** One line of a table. */
    record Case(String name, String expected, String changes) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Stream<Case> cases(String file) {
        try (InputStream in = Objects.requireNonNull(SmugglingTest.class.getResourceAsStream("/smuggling/" + file))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" \\| ?", 3))
                    .map(parts -> new Case(parts[0], parts[1], parts[2]));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    static Stream<Case> http1() {
        return cases("http1.txt");
    }

    static Stream<Case> http2() {
        return cases("http2.txt");
    }

    private static String spelled(String text) {
        String auth = "Authorization: Bearer " + account.key() + "\r\n";
        String post = "POST " + PATH + " HTTP/1.1~Host: t~" + auth;
        String smuggled = body("SMUGGLED");
        String filled = text.replace("{smuggled}", "{post}Content-Length: " + smuggled.length() + "~~" + smuggled)
                .replace("{post}", post)
                .replace("{auth}", auth)
                .replace("{path}", PATH)
                .replace("{len}", Integer.toString(FIRST.length()))
                .replace("{hex}", Integer.toHexString(FIRST.length()))
                .replace("{body}", FIRST)
                .replace("~", "\r\n");
        return ESCAPE.matcher(filled)
                .replaceAll(found -> Matcher.quoteReplacement(String.valueOf(
                        switch (found.group(1).charAt(0)) {
                            case 'r' -> '\r';
                            case 'n' -> '\n';
                            case 't' -> '\t';
                            case 'v' -> '\u000b';
                            case 'f' -> '\f';
                            case '0' -> '\0';
                            case 'x' -> (char) Integer.parseInt(found.group(1).substring(1), 16);
                            default -> found.group(1).charAt(0);
                        })));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("http1")
    void over_http1_nothing_but_the_legitimate_requests_arrives_and_is_paid_for(Case sent) throws Exception {
        String second = "POST " + PATH + " HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer " + account.key()
                + "\r\nConnection: close\r\nContent-Length: " + SECOND.length() + "\r\n\r\n" + SECOND;
        String all = spelled(sent.changes) + second;
        for (int piece : new int[] {Integer.MAX_VALUE, 97}) {
            Usd before = balance();
            upstream.forget();
            String answers = ask(all, piece);
            assertThat(marks()).as(answers).isEqualTo(expected(sent.expected));
            assertThat(count(answers, "HTTP/1.1 200 OK")).as(answers).isEqualTo(marks().size());
            if (sent.expected.equals("refused")) {
                assertThat(answers).matches("(?s)HTTP/1\\.1 [45].*");
            }
            paid(before, marks().size());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/chat/completions",
                "/v1/completions",
                "/v1/responses",
                "/v1/embeddings",
                "/v1/moderations",
                "/v1/messages",
                "/v1/messages/count_tokens",
                "/v1beta/models/gemini-2.5-flash:generateContent",
                "/v1beta/models/gemini-2.5-flash:streamGenerateContent",
                "/v1beta/openai/chat/completions",
                "/openai/deployments/d/chat/completions",
                "/openai/v1/responses",
                "/model/amazon.nova-lite-v1:0/converse",
                "/model/amazon.nova-lite-v1:0/invoke",
                "/api/chat",
                "/api/embed",
            })
    void of_two_keys_none_is_guessed_at_any_path(String path) throws Exception {
        upstream.forget();
        String mine = account.key();
        for (String keys : List.of(
                "Authorization: Bearer " + mine + "\r\nx-api-key: other",
                "x-api-key: " + mine + "\r\napi-key: other",
                "x-goog-api-key: " + mine + "\r\nAuthorization: bearer other",
                "Authorization: Bearer " + mine + "\r\nAuthorization: Bearer other",
                "api-key: other\r\nAPI-KEY: " + mine,
                "x-api-key: other?key=" + mine)) {
            String query = keys.contains("?") ? keys.substring(keys.indexOf('?')) : "";
            String fields = keys.contains("?") ? keys.substring(0, keys.indexOf('?')) : keys;
            String answer = ask(
                    "POST " + path + query + " HTTP/1.1\r\nHost: t\r\n" + fields
                            + "\r\nConnection: close\r\nContent-Length: " + FIRST.length() + "\r\n\r\n" + FIRST,
                    Integer.MAX_VALUE);
            assertThat(answer).as(fields).startsWith("HTTP/1.1 400 ").doesNotContain(mine);
        }
        assertThat(upstream.requests()).isEmpty();
    }

    private static String ask(String bytes, int piece) throws IOException {
        byte[] all = RecordingUpstream.bytes(bytes);
        StringBuilder read = new StringBuilder();
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            client.setSoTimeout(10_000);
            client.setTcpNoDelay(true);
            for (int at = 0; at < all.length; at += piece) {
                client.getOutputStream().write(all, at, Math.min(piece, all.length - at));
            }
            byte[] some = new byte[4096];
            for (int n; (n = client.getInputStream().read(some)) >= 0; ) {
                read.append(new String(some, 0, n, StandardCharsets.ISO_8859_1));
            }
        } catch (SocketException reset) {
            // it has not read all that was refused
        }
        return read.toString();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("http2")
    void over_http2_nothing_but_the_legitimate_requests_arrives_and_is_paid_for(Case sent) throws Exception {
        List<Field> plain = new ArrayList<>(List.of(
                new Field(":method", "POST"),
                new Field(":scheme", "http"),
                new Field(":path", PATH),
                new Field(":authority", "t"),
                new Field("authorization", "Bearer " + account.key())));
        List<Field> fields = new ArrayList<>(plain);
        List<Field> trailers = new ArrayList<>();
        String body = FIRST;
        for (String change : sent.changes.split(" ; ", -1)) {
            String rest = change.isEmpty() ? "" : spelled(change.substring(1));
            switch (change.isEmpty() ? ' ' : change.charAt(0)) {
                case '+' -> fields.add(field(rest));
                case '^' -> fields.addFirst(field(rest));
                case '-' -> fields.removeIf(field -> field.name().equals(rest));
                case '!' -> {
                    Field other = field(rest);
                    fields.replaceAll(field -> field.name().equals(other.name()) ? other : field);
                }
                case 'b' -> body = spelled(change.substring("body ".length()));
                case 't' -> trailers.add(field(spelled(change.substring("trailers ".length()))));
                default -> {}
            }
        }
        Usd before = balance();
        upstream.forget();
        boolean ends = trailers.isEmpty();
        try (RawFrames client = new RawFrames(gateway.port())) {
            boolean over = false;
            try {
                client.frame(RawFrames.HEADERS, RawFrames.END_HEADERS, 1, RawFrames.block(fields));
                client.frame(RawFrames.DATA, ends ? RawFrames.END_STREAM : 0, 1, RecordingUpstream.bytes(body));
                if (!ends) {
                    int flags = RawFrames.END_HEADERS | RawFrames.END_STREAM;
                    client.frame(RawFrames.HEADERS, flags, 1, RawFrames.block(trailers));
                }
                client.readTo(1);
                if (!client.closed()) {
                    client.frame(RawFrames.HEADERS, RawFrames.END_HEADERS, 3, RawFrames.block(plain));
                    client.frame(RawFrames.DATA, RawFrames.END_STREAM, 3, RecordingUpstream.bytes(SECOND));
                    client.readTo(3);
                }
                over = client.closed();
            } catch (SocketException | EOFException reset) {
                over = true;
            }
            assertThat(over).as("the connection ended").isEqualTo(sent.expected.equals("refused"));
            assertThat(marks())
                    .as("reset %d, status %d, goaway %d", client.reset(1), client.status(1), client.goAway())
                    .isEqualTo(expected(sent.expected));
            assertThat(client.status(1) == 200).isEqualTo(sent.expected.equals("both"));
        }
        paid(before, marks().size());
    }

    private static Field field(String text) {
        int equals = text.indexOf('=', 0);
        return new Field(text.substring(0, equals), text.substring(equals + 1));
    }

    private static List<String> expected(String kind) {
        return switch (kind) {
            case "both" -> List.of(FIRST, SECOND);
            case "first" -> List.of(FIRST);
            case "second" -> List.of(SECOND);
            case "refused" -> List.of();
            default -> throw new IllegalArgumentException(kind);
        };
    }

    /** The bodies of what arrived; their heads are as plain as can be. */
    private static List<String> marks() {
        List<String> bodies = new ArrayList<>();
        for (String request : upstream.requests()) {
            int end = request.indexOf("\r\n\r\n");
            String head = request.substring(0, end + 2);
            assertThat(head).matches("(?s)POST " + PATH + "(\\?[!-~]+)? HTTP/1\\.1\r\n.*");
            assertThat(head.split("(?i)\r\ncontent-length:", -1)).as(head).hasSize(2);
            assertThat(head.split("(?i)\r\nhost: 127.0.0.1", -1)).as(head).hasSize(2);
            assertThat(head).doesNotContainIgnoringCase("transfer-encoding:").doesNotContainIgnoringCase("\r\nupgrade");
            assertThat(head).doesNotContain(account.key()).doesNotContain("smuggled\r\n\r\n");
            assertThat(head.replace("\r\n", "")).doesNotContain("\r").doesNotContain("\n");
            bodies.add(request.substring(end + 4));
        }
        return bodies;
    }

    private static int count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }

    private static Usd balance() throws Exception {
        return Usd.parse(wallet().path("balance").asString());
    }

    private static JsonNode wallet() throws Exception {
        return MAPPER.readTree(gateway.get(account, "/v1/wallet").body());
    }

    private static void paid(Usd before, int requests) {
        Usd due = before;
        for (int i = 0; i < requests; i++) {
            due = due.minus(ONE);
        }
        Usd left = due;
        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
            assertThat(balance()).isEqualTo(left);
            assertThat(Usd.parse(wallet().path("held").asString())).isEqualTo(Usd.ZERO);
        });
    }
}
