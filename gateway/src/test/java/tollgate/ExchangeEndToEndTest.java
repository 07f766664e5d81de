package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.TestGateway.Account;
import tollgate.pricing.Usd;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One gateway with a real redis-server, SQLite and sandbox provider, asked over real sockets. */
class ExchangeEndToEndTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    @TempDir
    static Path folder;

    private static TestGateway gateway;

    @BeforeAll
    static void start() throws IOException {
        gateway = TestGateway.start(
                folder.resolve("data"),
                "timeouts: {first_byte: 700ms, idle: 700ms, client_stall: 2s}\nannounce: {hold_bytes: 64KiB}\n");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @AfterEach
    void the_books_are_exact_and_nothing_is_held() {
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            var verified = gateway.installation.verify();
            assertThat(verified.get("problems")).asString().isEqualTo("[]");
            assertThat(verified.get("journal_pending")).isEqualTo(0);
            assertThat(String.valueOf(verified.get("wallets"))).doesNotContainPattern("held=0\\.0*[1-9]");
        });
    }

    @Test
    void a_whole_answer_tells_its_cost_in_its_head() throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> answer = gateway.ask(account, TestGateway.chat(false, 100), "tokens=10");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(header(answer, "X-Total-Tokens")).isEqualTo("17");
        assertThat(header(answer, "X-Model")).isEqualTo("gpt-4o-mini-2024-07-18");
        assertThat(header(answer, "X-Request-Type")).isEqualTo("chat");
        Usd charge = Usd.parse(header(answer, "X-Usage-Cost"));
        // 7 tokens at 0.15 and 10 at 0.60 dollars a million
        assertThat(charge).isEqualTo(new Usd(1_050 + 6_000));
        assertThat(header(answer, "X-Wallet-Balance"))
                .isEqualTo(Usd.parse("1.00").minus(charge).toString());
    }

    @Test
    void a_stream_is_the_upstreams_bytes_and_one_comment_line() throws Exception {
        Account account = gateway.account("1.00");
        String asked = TestGateway.chat(true, 100)
                .replace("\"stream\":true", "\"stream\":true,\"stream_options\":{\"include_usage\":true}");
        HttpResponse<String> answer = gateway.ask(account, asked, "tokens=10");
        assertThat(answer.body()).contains("data: [DONE]\n: tollgate {\"usage_cost\":\"0.00000705\"");
        String without = answer.body().replaceAll("(?m)^: tollgate .*\n", "");
        assertThat(without).endsWith("data: [DONE]\n\n").contains("\"usage\":{\"prompt_tokens\":7");
        assertThat(header(answer, "X-Tollgate-Request-Id")).startsWith("x_");
    }

    @Test
    void a_usage_event_that_we_asked_for_is_hidden_again() throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> answer = gateway.ask(account, TestGateway.chat(true, 100), "tokens=10");
        assertThat(answer.body()).doesNotContain("\"choices\":[]").contains("\"total_tokens\":17");
        assertThat(lastBody()).contains("\"include_usage\":true");
    }

    @ParameterizedTest(name = "stream {0}, usage asked {1}")
    @CsvSource({"false, false", "true, false", "true, true"})
    void the_cost_is_told_inside_the_usage_object_where_that_is_asked_for(boolean stream, boolean asked)
            throws Exception {
        Account account = gateway.account("1.00");
        String body = TestGateway.chat(stream, 100);
        if (asked) {
            body = body.replace("\"stream\":true", "\"stream\":true,\"stream_options\":{\"include_usage\":true}");
        }
        HttpResponse<String> plain = gateway.ask(account, body, "tokens=10");
        HttpResponse<String> answer = gateway.ask(account, body, "tokens=10", "X-Tollgate-Announce", "usage");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).containsOnlyOnce(",\"cost\":\"0.00000705\"}");
        String without = answer.body()
                .replace(",\"cost\":\"0.00000705\"", "")
                .replaceAll("(?m)^: tollgate .*\n", "")
                .replaceAll("chatcmpl-\\w+", "");
        if (!stream) {
            assertThat(MAPPER.readTree(answer.body()).path("usage").path("cost").asString())
                    .isEqualTo(header(answer, "X-Usage-Cost"));
        }
        if (!stream || asked) {
            assertThat(without)
                    .isEqualTo(
                            plain.body().replaceAll("(?m)^: tollgate .*\n", "").replaceAll("chatcmpl-\\w+", ""));
        } else {
            assertThat(plain.body()).doesNotContain("\"choices\":[]");
            assertThat(without).contains("\"choices\":[],\"usage\":{");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "stream | usage=omit, tokens=30",
                "stream | usage=null, tokens=30",
                "stream | usage=twice, tokens=30",
                "stream | usage=late, tokens=30",
                "stream | done=omit, tokens=30",
                "stream | cut=1500, tokens=30",
                "whole  | usage=omit, tokens=30",
                "whole  | encoding=gzip, tokens=30",
                "whole  | status=500",
            })
    void where_there_is_no_usage_object_to_tell_the_cost_in_the_answer_stays_whole(String form, String directives)
            throws Exception {
        Account account = gateway.account("1.00");
        String body = TestGateway.chat(form.equals("stream"), 100);
        HttpResponse<byte[]> answer = gateway.askBytes(account, body, directives, "X-Tollgate-Announce", "usage");
        if (answer.statusCode() == 200) {
            assertThat(answer.headers().map()).containsKey("x-tollgate-request-id");
            assertThat(answer.body()).isNotEmpty();
        } else {
            assertThat(answer.statusCode()).isEqualTo(500);
        }
    }

    @Test
    void an_exchange_can_be_looked_up_at_once_and_its_lines_sum_to_its_charge() throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> answer = gateway.ask(account, TestGateway.chat(true, 100), "tokens=10");
        String id = header(answer, "X-Tollgate-Request-Id");
        JsonNode shown =
                MAPPER.readTree(gateway.get(account, "/v1/exchanges/" + id).body());
        assertThat(shown.path("charge").asString()).isEqualTo("0.00000705");
        assertThat(shown.path("ended").asString()).isEqualTo("complete");
        assertThat(shown.path("lines").size()).isGreaterThanOrEqualTo(2);
        assertThat(shown.path("attempts").get(0).path("status").asInt()).isEqualTo(200);
        Account other = gateway.account("0");
        assertThat(gateway.get(other, "/v1/exchanges/" + id).statusCode()).isEqualTo(404);
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "whole  | status=500                      | 500 | 0",
                "whole  | status=429, retry-after=7       | 429 | 0",
                "whole  | status=401                      | 502 | 0",
                "whole  | status=429, code=insufficient_quota | 502 | 0",
                "whole  | stall=head                      | 504 | 0",
                "whole  | cut=20                          | 502 | 0",
                "whole  | usage=zero, tokens=3            | 200 | 0",
                "whole  | usage=omit, tokens=30           | 200 | +",
                "whole  | encoding=gzip, tokens=30        | 200 | +",
                "stream | status=500                      | 500 | 0",
                "stream | stall=head                      | 504 | 0",
                "stream | cut=0                           | 502 | 0",
                "stream | error=only                      | 200 | 0",
                "stream | usage=omit, tokens=30           | 200 | +",
                "stream | usage=null, tokens=30           | 200 | +",
                "stream | usage=zero, tokens=30           | 200 | 0",
                "stream | usage=prompt-only, tokens=30    | 200 | +",
                "whole  | usage=completion-only, tokens=3 | 200 | +",
                "stream | usage=twice, tokens=30          | 200 | +",
                "stream | usage=late, tokens=30           | 200 | +",
                "stream | done=omit, tokens=30            | 200 | +",
                "stream | cut=2000, tokens=30             | 200 | +",
                "stream | stall=2000, tokens=30           | 200 | +",
                "stream | error=mid, tokens=30            | 200 | +",
                "stream | malformed=1, tokens=30          | 200 | +",
                "stream | encoding=gzip, tokens=30        | 200 | +",
            })
    void failures_have_the_right_answer_and_the_right_charge(String form, String told, int status, String charge)
            throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> answer = gateway.ask(account, TestGateway.chat(form.equals("stream"), 100), told);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        String balance = balance(account);
        if (charge.equals("0")) {
            assertThat(balance).isEqualTo("1.00");
        } else {
            assertThat(balance).startsWith("0.99");
        }
        if (status == 429) {
            assertThat(header(answer, "Retry-After")).isEqualTo("7");
        }
        if (status >= 400) {
            assertThat(MAPPER.readTree(answer.body())
                            .path("error")
                            .path("message")
                            .asString())
                    .isNotEmpty();
        }
    }

    @Test
    void a_cut_stream_ends_with_an_error_event_that_tells_its_cost() throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> answer = gateway.ask(account, TestGateway.chat(true, 100), "cut=2000, tokens=30");
        assertThat(answer.body())
                .contains("data: {\"error\":")
                .contains("upstream_cut")
                .contains(": tollgate {\"usage_cost\":");
    }

    @Test
    void a_whole_answer_longer_than_what_is_withheld_flows_with_trailers() throws Exception {
        Account account = gateway.account("5.00");
        String answer = raw(account, TestGateway.chat(false, 16_000), "tokens=2000, event-bytes=200");
        assertThat(answer).containsIgnoringCase("transfer-encoding: chunked");
        assertThat(answer.substring(answer.length() - 600))
                .contains("X-Usage-Cost: 0.00120105")
                .contains("X-Wallet-Balance: ");
    }

    @Test
    void a_client_that_leaves_amid_a_stream_pays_for_what_it_was_sent() throws Exception {
        Account account = gateway.account("1.00");
        long abandoned = gateway.installation.sandbox().log().abandonedCalls();
        try (Socket socket = send(account, TestGateway.chat(true, 1000), "tokens=1000, pace=5ms")) {
            InputStream in = socket.getInputStream();
            byte[] some = in.readNBytes(6000);
            assertThat(new String(some, StandardCharsets.UTF_8)).contains("data: ");
        }
        await().atMost(Duration.ofSeconds(10))
                .until(() -> gateway.installation.sandbox().log().abandonedCalls() > abandoned);
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(balance(account)).startsWith("0.9999"));
    }

    @Test
    void a_client_that_leaves_before_the_first_byte_pays_for_the_prompt() throws Exception {
        Account account = gateway.account("1.00");
        try (Socket socket = send(account, TestGateway.chat(true, 1000), "tokens=1000, pace=400ms")) {
            await().atMost(Duration.ofSeconds(5)).until(() -> !held(account).equals("0.00"));
            assertThat(socket.isConnected()).isTrue();
            Thread.sleep(100);
        }
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            assertThat(held(account)).isEqualTo("0.00");
            assertThat(balance(account)).startsWith("0.9999");
        });
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "not JSON              | {                                                              | 400 | invalid_json",
                "an unknown model      | {\"model\":\"gpt-4o-mino\",\"messages\":[]}                    | 400 | model_not_priced",
                "an unbuilt tier       | {\"model\":\"gpt-4o-mini\",\"service_tier\":\"flex\",\"messages\":[]} | 400 |",
            })
    void bad_requests_are_refused_in_the_dialect_and_cost_nothing(String story, String body, int status, String code)
            throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> answer = gateway.ask(account, body.strip(), "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(MAPPER.readTree(answer.body()).path("error").path("message").asString())
                .isNotEmpty();
        if (code != null && !code.equals("invalid_json")) {
            assertThat(answer.body()).contains(code);
        }
        assertThat(balance(account)).isEqualTo("1.00");
    }

    @Test
    void a_wrong_key_is_401_and_an_empty_wallet_402_with_what_is_needed() throws Exception {
        assertThat(gateway.ask(new Account("", "tg_test_nonsense"), TestGateway.chat(false, 10), "")
                        .statusCode())
                .isEqualTo(401);
        HttpResponse<String> poor = gateway.ask(gateway.account("0.0000001"), TestGateway.chat(false, 1000), "");
        assertThat(poor.statusCode()).isEqualTo(402);
        assertThat(header(poor, "x-should-retry")).isEqualTo("false");
        assertThat(poor.body()).contains("insufficient_funds").contains("\"needed\"");
    }

    @Test
    void without_a_ceiling_a_small_wallet_gets_one_that_half_of_it_affords() throws Exception {
        Account account = gateway.account("0.01");
        HttpResponse<String> answer = gateway.ask(account, TestGateway.chat(true, 0), "tokens=5");
        assertThat(answer.statusCode()).isEqualTo(200);
        long clamped = Long.parseLong(header(answer, "X-Tollgate-Clamped"));
        assertThat(clamped).isBetween(256L, 8333L);
        assertThat(lastBody()).contains("\"max_completion_tokens\":" + clamped);
    }

    @Test
    void redis_away_is_503_and_its_return_is_served_within_two_seconds() throws Exception {
        Account account = gateway.account("1.00");
        long before = gateway.installation.sandbox().log().requests();
        long pid = Objects.requireNonNull(gateway.installation.redis().pid());
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        HttpResponse<String> away = gateway.ask(account, TestGateway.chat(false, 10), "");
        assertThat(away.statusCode()).isIn(200, 503);
        long since = System.nanoTime();
        int status = away.statusCode();
        while (status != 200 && System.nanoTime() - since < 10_000_000_000L) {
            status = gateway.ask(account, TestGateway.chat(false, 10), "").statusCode();
        }
        assertThat(status).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(Duration.ofSeconds(2));
        assertThat(gateway.installation.sandbox().log().requests()).isEqualTo(before + 1);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "one field           | gzip              | 415",
                "a list in one field | identity, gzip    | 415",
                "two fields          | identity;gzip     | 415",
                "two, the other way  | gzip;identity     | 415",
                "none                | identity;Identity | 200",
            })
    void a_coded_request_body_is_refused_however_its_coding_is_spelled(String story, String codings, int status)
            throws Exception {
        Account account = gateway.account("1.00");
        String body = TestGateway.chat(false, 10);
        StringBuilder head =
                new StringBuilder("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
        for (String coding : codings.split(";", -1)) {
            head.append("Content-Encoding: ").append(coding).append("\r\n");
        }
        head.append("Authorization: Bearer ").append(account.key());
        head.append("\r\nContent-Length: ")
                .append(body.length())
                .append("\r\n\r\n")
                .append(body);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            socket.getOutputStream().write(head.toString().getBytes(StandardCharsets.UTF_8));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 " + status);
        }
    }

    private static String lastBody() {
        return Objects.requireNonNull(gateway.installation.sandbox().log().last())
                .body();
    }

    private static String balance(Account account) throws Exception {
        return MAPPER.readTree(gateway.get(account, "/v1/wallet").body())
                .path("balance")
                .asString();
    }

    private static String held(Account account) throws Exception {
        return MAPPER.readTree(gateway.get(account, "/v1/wallet").body())
                .path("held")
                .asString();
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    private static Socket send(Account account, String body, String told) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port());
        socket.setSoTimeout(30_000);
        OutputStream out = socket.getOutputStream();
        out.write(("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + account.key()
                        + "\r\nX-Sandbox: " + told + "\r\nConnection: close\r\nContent-Length: " + body.length()
                        + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.UTF_8));
        out.flush();
        return socket;
    }

    private static String raw(Account account, String body, String told) throws IOException {
        try (Socket socket = send(account, body, told)) {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
