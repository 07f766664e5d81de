package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
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
import tollgate.simulator.SandboxLog;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Anthropic's Messages through one gateway with a real redis-server, SQLite and sandbox provider, over real sockets. */
class MessagesEndToEndTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final String COMMENT = "(?m)^: tollgate .*\n";

    @TempDir
    static Path folder;

    private static TestGateway gateway;
    private static HttpClient http;

    @BeforeAll
    static void start() throws IOException {
        gateway = TestGateway.start(
                folder.resolve("data"),
                "timeouts: {first_byte: 700ms, idle: 700ms, client_stall: 2s}\nannounce: {hold_bytes: 64KiB}\n");
        http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    @AfterAll
    static void stop() {
        http.close();
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

    private static String message(boolean stream, int maxTokens, String more) {
        return "{\"model\":\"claude-haiku-4-5\",\"max_tokens\":" + maxTokens + ",\"stream\":" + stream + more
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"Say something.\"}]}";
    }

    private static HttpResponse<String> ask(String key, String path, String body, String directives, String... more)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
                .timeout(Duration.ofSeconds(30))
                .header("x-api-key", key)
                .header("anthropic-version", "2023-06-01")
                .header("Content-Type", "application/json")
                .header("X-Sandbox", directives)
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (more.length > 0) {
            request.headers(more);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    private static HttpResponse<String> ask(Account account, String body, String directives, String... more)
            throws IOException, InterruptedException {
        return ask(account.key(), "/v1/messages", body, directives, more);
    }

    @Test
    void a_whole_message_tells_its_cost_in_its_head_and_nothing_of_the_operators_account() throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> answer = ask(account, message(false, 100, ""), "tokens=10");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(header(answer, "X-Total-Tokens")).isEqualTo("17");
        assertThat(header(answer, "X-Model")).isEqualTo("claude-haiku-4-5-20251001");
        assertThat(header(answer, "X-Request-Type")).isEqualTo("chat");
        Usd charge = Usd.parse(header(answer, "X-Usage-Cost"));
        // 7 tokens at 1.00 and 10 at 5.00 dollars a million
        assertThat(charge).isEqualTo(new Usd(7_000 + 50_000));
        assertThat(header(answer, "X-Wallet-Balance"))
                .isEqualTo(Usd.parse("1.00").minus(charge).toString());
        assertThat(header(answer, "request-id")).isEqualTo("req_sandbox");
        assertThat(answer.headers().map().keySet())
                .noneMatch(name -> name.startsWith("anthropic-") || name.equals("retry-after"));
    }

    @Test
    void a_stream_is_the_upstreams_bytes_and_one_comment_line() throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> answer = ask(account, message(true, 100, ""), "tokens=10");
        assertThat(answer.body())
                .contains("data: {\"type\":\"message_stop\"}\n: tollgate {\"usage_cost\":\"0.000057\"")
                .startsWith("event: message_start\ndata: {\"type\":\"message_start\"");
        HttpRequest direct = HttpRequest.newBuilder(URI.create(
                        "http://127.0.0.1:" + gateway.installation.sandbox().port() + "/v1/messages"))
                .header("x-api-key", "k")
                .header("anthropic-version", "2023-06-01")
                .header("X-Sandbox", "tokens=10")
                .POST(HttpRequest.BodyPublishers.ofString(message(true, 100, "")))
                .build();
        assertThat(answer.body().replaceAll(COMMENT, ""))
                .isEqualTo(
                        http.send(direct, HttpResponse.BodyHandlers.ofString()).body());
        assertThat(header(answer, "X-Tollgate-Request-Id")).startsWith("x_");
    }

    @Test
    void the_body_goes_upstream_as_it_came_with_our_key_and_the_clients_versions() throws Exception {
        Account account = gateway.account("1.00");
        String body = message(false, 100, ",\"metadata\":{\"user_id\":\"u-7\"}");
        HttpResponse<String> answer = ask(
                account.key(),
                "/v1/messages?beta=true",
                body,
                "",
                "anthropic-beta",
                "context-1m-2025-08-07",
                "anthropic-workspace-id",
                "w");
        SandboxLog.Seen seen =
                Objects.requireNonNull(gateway.installation.sandbox().log().last());
        assertThat(seen.body()).isEqualTo(body);
        assertThat(seen.target()).isEqualTo("/v1/messages?beta=true");
        assertThat(seen.headers())
                .contains(
                        Map.entry("x-api-key", "sandbox"),
                        Map.entry("anthropic-version", "2023-06-01"),
                        Map.entry("anthropic-beta", "context-1m-2025-08-07"))
                .doesNotContainKeys("authorization", "anthropic-workspace-id");
        JsonNode shown = shown(account, header(answer, "X-Tollgate-Request-Id"));
        assertThat(shown.path("ended").asString()).isEqualTo("complete");
    }

    @ParameterizedTest(name = "stream {0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                // 7 tokens at 1.00, 1000 read at 0.10, 1000 written at 1.25, 1000 at 2.00, 10 answered at 5.00
                "false | cache-read=1000, cache-write=1000, cache-write-1h=1000, tokens=10 | 0.003407 | input=7, cached_input=1000, cache_write_5m=1000, cache_write_1h=1000, output=10",
                "true  | cache-read=1000, cache-write=1000, cache-write-1h=1000, tokens=10 | 0.003407 | input=7, cached_input=1000, cache_write_5m=1000, cache_write_1h=1000, output=10",
                "true  | reasoning=20, tokens=10 | 0.000157 | input=7, output=30",
                "false | reasoning=20, tokens=10 | 0.000157 | input=7, output=30",
                "true  | tokens=10, stop=refusal | 0.000057 | input=7, output=10",
                "true  | tokens=10, stop=pause_turn | 0.000057 | input=7, output=10",
            })
    void caches_and_thinking_are_charged_by_their_own_rates(boolean stream, String told, String cost, String units)
            throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> answer = ask(account, message(stream, 100, ""), told);
        JsonNode shown = shown(account, header(answer, "X-Tollgate-Request-Id"));
        assertThat(shown.path("charge").asString()).isEqualTo(cost);
        if (!stream) {
            assertThat(header(answer, "X-Usage-Units")).isEqualTo(units);
        } else {
            assertThat(answer.body()).contains("\"usage_cost\":\"" + cost + "\"");
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                // opus 4.6: 5 and 25 dollars a million; six times in fast mode, 1.1 times in the US
                "at usual speed      |                                       | 0.000285",
                "in fast mode        | ,\"speed\":\"fast\"                   | 0.00171",
                "in the US           | ,\"inference_geo\":\"us\"             | 0.0003135",
                "fast in the US      | ,\"speed\":\"fast\",\"inference_geo\":\"us\" | 0.001881",
                "wherever            | ,\"inference_geo\":\"global\"         | 0.000285",
            })
    void the_speed_and_region_that_answered_set_the_price(String story, String more, String cost) throws Exception {
        Account account = gateway.account("5.00");
        String body = message(true, 100, more == null ? "" : more).replace("claude-haiku-4-5", "claude-opus-4-6");
        HttpResponse<String> answer = ask(account, body, "tokens=10");
        assertThat(answer.body()).contains("\"usage_cost\":\"" + cost + "\"");
    }

    @ParameterizedTest(name = "stream {0}")
    @CsvSource({"false", "true"})
    void the_cost_is_told_inside_the_usage_object_where_that_is_asked_for(boolean stream) throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> plain = ask(account, message(stream, 100, ""), "tokens=10");
        HttpResponse<String> answer =
                ask(account, message(stream, 100, ""), "tokens=10", "X-Tollgate-Announce", "usage");
        assertThat(answer.body()).containsOnlyOnce(",\"cost\":\"0.000057\"}");
        assertThat(answer.body().replace(",\"cost\":\"0.000057\"", "").replaceAll(COMMENT, ""))
                .isEqualTo(plain.body().replaceAll(COMMENT, ""));
    }

    @Test
    void tools_are_called_whole_and_streamed() throws Exception {
        Account account = gateway.account("1.00");
        String tools = ",\"tools\":[{\"name\":\"add\",\"input_schema\":{\"type\":\"object\"}}]";
        HttpResponse<String> whole = ask(account, message(false, 2000, tools), "");
        JsonNode call = MAPPER.readTree(whole.body()).path("content").get(0);
        assertThat(call.path("type").asString()).isEqualTo("tool_use");
        assertThat(call.path("input").path("text").asString()).isEqualTo("Say something.");
        HttpResponse<String> stream = ask(account, message(true, 2000, tools), "");
        assertThat(stream.body()).contains("input_json_delta").contains("\"stop_reason\":\"tool_use\"");
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "whole  | status=500                          | 500 | 0 | api_error",
                "whole  | status=529                          | 529 | 0 | overloaded_error",
                "whole  | status=429, retry-after=7           | 429 | 0 | rate_limit_error",
                "whole  | status=401                          | 502 | 0 | api_error",
                "whole  | status=403                          | 502 | 0 | api_error",
                "whole  | status=400, message=Your credit balance is too low | 502 | 0 | api_error",
                "whole  | status=400                          | 400 | 0 | invalid_request_error",
                "whole  | status=307                          | 502 | 0 | api_error",
                "whole  | stall=head                          | 504 | 0 | timeout_error",
                "whole  | cut=20                              | 502 | 0 | api_error",
                "whole  | error=only                          | 200 | 0 | overloaded_error",
                "whole  | usage=zero, tokens=3                | 200 | 0 |",
                "whole  | usage=omit, tokens=30               | 200 | + |",
                "whole  | usage=null, tokens=30               | 200 | + |",
                "whole  | usage=prompt-only, tokens=30        | 200 | + |",
                "whole  | usage=completion-only, tokens=30    | 200 | + |",
                "whole  | encoding=gzip, tokens=30            | 200 | + |",
                "stream | status=500                          | 500 | 0 | api_error",
                "stream | stall=head                          | 504 | 0 | timeout_error",
                "stream | cut=0                               | 502 | 0 | api_error",
                "stream | error=only                          | 200 | 0 |",
                "stream | usage=omit, tokens=30               | 200 | + |",
                "stream | usage=null, tokens=30               | 200 | + |",
                "stream | usage=zero, tokens=30               | 200 | 0 |",
                "stream | usage=prompt-only, tokens=30        | 200 | + |",
                "stream | usage=completion-only, tokens=30    | 200 | + |",
                "stream | usage=twice, tokens=30              | 200 | + |",
                "stream | usage=early, tokens=30              | 200 | + |",
                "stream | usage=late, tokens=30               | 200 | + |",
                "stream | done=omit, tokens=30                | 200 | + |",
                "stream | cut=2000, tokens=30                 | 200 | + |",
                "stream | stall=2000, tokens=30               | 200 | + |",
                "stream | error=mid, tokens=30                | 200 | + |",
                "stream | malformed=1, tokens=30              | 200 | + |",
                "stream | encoding=gzip, tokens=30            | 200 | + |",
                "stream | eol=crlf, tokens=30                 | 200 | + |",
                "stream | eol=cr, tokens=30                   | 200 | + |",
                "stream | slice=7, tokens=30                  | 200 | + |",
            })
    void failures_have_the_right_answer_and_the_right_charge(
            String form, String told, int status, String charge, String type) throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> answer = ask(account, message(form.equals("stream"), 100, ""), told);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        if (charge.equals("0")) {
            assertThat(balance(account)).isEqualTo("1.00");
        } else {
            assertThat(balance(account)).startsWith("0.999");
        }
        if (status == 429) {
            assertThat(header(answer, "Retry-After")).isEqualTo("7");
        }
        if (type != null) {
            JsonNode error = MAPPER.readTree(answer.body());
            assertThat(error.path("type").asString()).isEqualTo("error");
            assertThat(error.path("error").path("type").asString()).isEqualTo(type);
            assertThat(error.path("error").path("message").asString()).isNotEmpty();
            assertThat(error.path("request_id").asString()).isNotEmpty();
        }
    }

    @Test
    void a_cut_stream_ends_with_an_error_event_that_tells_its_cost() throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> answer = ask(account, message(true, 100, ""), "cut=2000, tokens=30");
        String id = header(answer, "X-Tollgate-Request-Id");
        assertThat(answer.body())
                .contains("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\"")
                .contains("\"code\":\"upstream_cut\"},\"request_id\":\"" + id + "\"}\n: tollgate {\"usage_cost\":");
        JsonNode shown = shown(account, id);
        assertThat(shown.path("ended").asString()).isEqualTo("upstream_cut");
        assertThat(shown.path("estimated").asBoolean()).isTrue();
        // the prompt as reported
        assertThat(shown.path("units").path("input").asLong()).isEqualTo(7);
        assertThat(shown.path("units").path("output").asLong()).isBetween(1L, 30L);
    }

    @Test
    void an_upstreams_error_amid_a_stream_passes_and_what_came_before_is_charged() throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> answer = ask(account, message(true, 100, ""), "error=mid, tokens=30");
        assertThat(answer.body())
                .contains("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"");
        JsonNode shown = shown(account, header(answer, "X-Tollgate-Request-Id"));
        assertThat(shown.path("ended").asString()).isEqualTo("upstream_error");
    }

    @Test
    void a_whole_answer_longer_than_what_is_withheld_flows_with_trailers() throws Exception {
        Account account = gateway.account("5.00");
        try (Socket socket = send(account, message(false, 16_000, ""), "tokens=2000, event-bytes=200")) {
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).containsIgnoringCase("transfer-encoding: chunked");
            assertThat(answer.substring(answer.length() - 600)).contains("X-Usage-Cost: 0.010007");
        }
    }

    @Test
    void a_client_that_leaves_amid_a_stream_has_it_read_to_its_end_and_pays_exactly() throws Exception {
        Account account = gateway.account("1.00");
        try (Socket socket = send(account, message(true, 1000, ""), "tokens=200, pace=2ms")) {
            InputStream in = socket.getInputStream();
            assertThat(new String(in.readNBytes(3000), StandardCharsets.UTF_8)).contains("content_block_delta");
        }
        // not all output of this model can be seen: 7 tokens at 1.00 and 200 at 5.00 dollars a million
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(balance(account)).isEqualTo("0.998993"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "not JSON         | {                                                                              | 400 | invalid_json",
                "an unknown model | {\"model\":\"claude-haiku-4-6\",\"max_tokens\":5,\"messages\":[]}              | 400 | model_not_priced",
                "no ceiling       | {\"model\":\"claude-haiku-4-5\",\"messages\":[]}                               | 400 | invalid_value",
                "a server tool    | {\"model\":\"claude-haiku-4-5\",\"max_tokens\":5,\"messages\":[],\"tools\":[{\"type\":\"web_search_20250305\"}]} | 400 | unbounded_input",
                "a speed without a rate | {\"model\":\"claude-haiku-4-5\",\"max_tokens\":5,\"messages\":[],\"speed\":\"fast\"} | 400 | model_not_priced",
                "a region without a rate | {\"model\":\"claude-opus-4-6\",\"max_tokens\":5,\"messages\":[],\"inference_geo\":\"mars\"} | 400 | model_not_priced",
            })
    void bad_requests_are_refused_in_the_dialect_and_cost_nothing(String story, String body, int status, String code)
            throws Exception {
        Account account = gateway.account("1.00");
        long before = gateway.installation.sandbox().log().requests();
        HttpResponse<String> answer = ask(account, body.strip(), "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        JsonNode error = MAPPER.readTree(answer.body());
        assertThat(error.path("error").path("type").asString()).isEqualTo("invalid_request_error");
        assertThat(error.path("error").path("code").asString()).isEqualTo(code);
        assertThat(error.path("request_id").asString()).isEqualTo(header(answer, "X-Tollgate-Request-Id"));
        assertThat(balance(account)).isEqualTo("1.00");
        assertThat(gateway.installation.sandbox().log().requests()).isEqualTo(before);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"Authorization, 'Bearer '", "x-api-key, ''", "api-key, ''"})
    void a_key_is_found_wherever_it_is_borne(String name, String prefix) throws Exception {
        Account account = gateway.account("1.00");
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + "/v1/messages"))
                .header(name, prefix + account.key())
                .header("anthropic-version", "2023-06-01")
                .POST(HttpRequest.BodyPublishers.ofString(message(false, 10, "")))
                .build();
        assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
    }

    @Test
    void two_different_keys_are_refused_and_wrong_ones_and_empty_wallets_by_their_types() throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> two = ask(
                account,
                message(false, 10, ""),
                "",
                "Authorization",
                "Bearer " + gateway.account("1.00").key());
        assertThat(two.statusCode()).isEqualTo(400);
        assertThat(type(two)).isEqualTo("invalid_request_error");
        HttpResponse<String> wrong = ask("tg_test_nonsense", "/v1/messages", message(false, 10, ""), "");
        assertThat(wrong.statusCode()).isEqualTo(401);
        assertThat(type(wrong)).isEqualTo("authentication_error");
        HttpResponse<String> poor = ask(gateway.account("0.0000001"), message(false, 1000, ""), "");
        assertThat(poor.statusCode()).isEqualTo(402);
        assertThat(type(poor)).isEqualTo("billing_error");
        assertThat(header(poor, "x-should-retry")).isEqualTo("false");
        assertThat(poor.body()).contains("insufficient_funds").contains("\"needed\"");
        HttpResponse<String> live = ask(gateway.liveAccount("1.00"), message(false, 10, ""), "");
        assertThat(live.statusCode()).isEqualTo(503);
        assertThat(type(live)).isEqualTo("overloaded_error");
    }

    @Test
    void counting_tokens_is_forwarded_free_of_charge_and_recorded() throws Exception {
        Account account = gateway.account("0");
        String body =
                "{\"model\":\"claude-haiku-4-5\",\"messages\":[{\"role\":\"user\",\"content\":\"Say something.\"}]}";
        HttpResponse<String> answer = ask(account.key(), "/v1/messages/count_tokens", body, "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"input_tokens\":7}");
        assertThat(header(answer, "X-Usage-Cost")).isEqualTo("0.00");
        assertThat(header(answer, "X-Request-Type")).isEqualTo("count_tokens");
        JsonNode shown = shown(account, header(answer, "X-Tollgate-Request-Id"));
        assertThat(shown.path("charge").asString()).isEqualTo("0.00");
        assertThat(shown.path("ended").asString()).isEqualTo("complete");
        HttpResponse<String> failed = ask(account.key(), "/v1/messages/count_tokens", body, "status=529");
        assertThat(failed.statusCode()).isEqualTo(529);
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({"GET, /v1/messages", "POST, /v1/messages/batches", "POST, /v1/models", "POST, /v1/complete"})
    void what_is_not_metered_is_refused_in_the_clients_dialect(String method, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
                .header("x-api-key", gateway.account("0").key())
                .header("anthropic-version", "2023-06-01")
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(type(answer)).isEqualTo("not_found_error");
    }

    private static String type(HttpResponse<String> answer) {
        return MAPPER.readTree(answer.body()).path("error").path("type").asString();
    }

    private static JsonNode shown(Account account, String exchange) throws Exception {
        return MAPPER.readTree(gateway.get(account, "/v1/exchanges/" + exchange).body());
    }

    private static String balance(Account account) throws Exception {
        return MAPPER.readTree(gateway.get(account, "/v1/wallet").body())
                .path("balance")
                .asString();
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    private static Socket send(Account account, String body, String told) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port());
        socket.setSoTimeout(30_000);
        socket.getOutputStream()
                .write(("POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: " + account.key()
                                + "\r\nanthropic-version: 2023-06-01\r\nX-Sandbox: " + told
                                + "\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                        .getBytes(StandardCharsets.UTF_8));
        return socket;
    }
}
