package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tollgate.TestGateway.Account;
import tollgate.pricing.Usd;
import tollgate.simulator.SandboxLog;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Gemini through one gateway with a real redis-server, SQLite and sandbox provider, over real sockets. */
class GeminiEndToEndTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final String HELLO = "{\"contents\":[{\"parts\":[{\"text\":\"Say something.\"}]}]}";
    private static final String MODEL = "/v1beta/models/gemini-2.5-flash:";

    @TempDir
    static Path folder;

    private static TestGateway gateway;
    private static HttpClient http;

    @BeforeAll
    static void start() throws IOException {
        gateway = TestGateway.start(folder.resolve("data"), "timeouts: {idle: 700ms}\nholds: {input_ceiling: 20000}\n");
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

    private static HttpResponse<String> ask(String key, String path, String body, String directives, String... more)
            throws IOException, InterruptedException {
        return ask(gateway.port(), key, path, body, directives, more);
    }

    private static HttpResponse<String> ask(
            int port, String key, String path, String body, String directives, String... more)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30))
                .header("x-goog-api-key", key)
                .header("Content-Type", "application/json")
                .header("X-Sandbox", directives)
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (more.length > 0) {
            request.headers(more);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    private static JsonNode shown(Account account, HttpResponse<?> answer) throws Exception {
        String id = header(answer, "X-Tollgate-Request-Id");
        return MAPPER.readTree(gateway.get(account, "/v1/exchanges/" + id).body());
    }

    @Test
    void a_whole_answer_tells_its_cost_in_its_head() throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> answer =
                ask(account.key(), MODEL + "generateContent", HELLO, "tokens=10, reasoning=5, cache-read=2");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(header(answer, "X-Total-Tokens")).isEqualTo("21");
        assertThat(header(answer, "X-Model")).isEqualTo("gemini-2.5-flash");
        assertThat(header(answer, "X-Request-Type")).isEqualTo("chat");
        // 4 tokens at 0.30, 2 cached at 0.03, 10 and 5 thought at 2.50 dollars a million
        Usd charge = new Usd(1_200 + 60 + 37_500);
        assertThat(header(answer, "X-Usage-Cost")).isEqualTo(charge.toString());
        assertThat(header(answer, "X-Wallet-Balance"))
                .isEqualTo(Usd.parse("1.00").minus(charge).toString());
        JsonNode shown = shown(account, answer);
        assertThat(shown.path("charge").asString()).isEqualTo(charge.toString());
        Explained.exactly(shown, "a whole answer");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fields=candidates(content)",
                "%24fields=usageMetadata/promptTokenCount",
                "$fields=candidates",
                "f%69elds=candidates",
                "alt=proto",
                "alt=media",
                "$alt=json",
                "callback=f",
                "$.xgafv=2",
                "upload_protocol=raw"
            })
    void what_would_have_google_leave_usage_out_or_write_it_otherwise_is_refused(String query) throws Exception {
        Account account = gateway.account("1.00");
        long before =
                Objects.requireNonNull(gateway.installation.sandbox()).log().requests();
        for (String method : List.of("generateContent", "streamGenerateContent")) {
            HttpResponse<String> answer =
                    ask(account.key(), MODEL + method + "?" + query.replace("$", "%24"), HELLO, "tokens=10");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
            assertThat(answer.body()).contains("INVALID_ARGUMENT");
        }
        assertThat(Objects.requireNonNull(gateway.installation.sandbox()).log().requests())
                .isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({"?alt=sse, text/event-stream", "'', application/json; charset=UTF-8"})
    void a_stream_is_the_upstreams_bytes_without_a_comment_and_its_cost_is_in_its_trailers(String query, String type)
            throws Exception {
        Account account = gateway.account("1.00");
        String path = MODEL + "streamGenerateContent" + query;
        HttpResponse<String> answer = ask(account.key(), path, HELLO, "tokens=10");
        HttpResponse<String> direct =
                ask(Objects.requireNonNull(gateway.installation.sandbox()).port(), "k", path, HELLO, "tokens=10");
        assertThat(answer.body()).isEqualTo(direct.body()).doesNotContain("tollgate");
        assertThat(header(answer, "Content-Type")).isEqualTo(type);
        assertThat(header(answer, "Trailer")).contains("X-Usage-Cost");
        JsonNode shown = shown(account, answer);
        assertThat(shown.path("charge").asString()).isEqualTo(new Usd(6 * 300 + 25_000).toString());
        assertThat(shown.path("estimated").asBoolean()).isFalse();
        assertThat(shown.path("ended").asString()).isEqualTo("complete");
    }

    @ParameterizedTest
    @CsvSource({"?alt=sse", "''"})
    void the_first_piece_of_a_stream_is_not_held_back(String query) throws Exception {
        Account account = gateway.account("1.00");
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + gateway.port() + MODEL + "streamGenerateContent" + query))
                .header("x-goog-api-key", account.key())
                .header("X-Sandbox", "tokens=3, stall=400")
                .POST(HttpRequest.BodyPublishers.ofString(HELLO))
                .build();
        HttpResponse<java.io.InputStream> answer = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (var in = answer.body()) {
            assertThat(new String(in.readNBytes(20), StandardCharsets.UTF_8)).contains("candidates");
        }
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(
                        () -> assertThat(shown(account, answer).path("state").asString())
                                .isNotEqualTo("open"));
    }

    @ParameterizedTest
    @CsvSource({"?alt=sse", "''"})
    void a_stream_that_breaks_ends_with_an_error_that_a_client_can_read(String query) throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> answer =
                ask(account.key(), MODEL + "streamGenerateContent" + query, HELLO, "tokens=60, cut=3000, burst=3");
        assertThat(answer.statusCode()).isEqualTo(200);
        JsonNode last = query.isEmpty()
                ? MAPPER.readTree(answer.body())
                : MAPPER.readTree(answer.body().substring(answer.body().lastIndexOf("data: ") + 6));
        JsonNode error = (query.isEmpty() ? last.path(last.size() - 1) : last).path("error");
        assertThat(error.path("status").asString()).isEqualTo("UNAVAILABLE");
        assertThat(error.path("details").path(0).path("reason").asString()).isEqualTo("UPSTREAM_CUT");
        JsonNode shown = shown(account, answer);
        assertThat(shown.path("ended").asString()).isEqualTo("upstream_cut");
        assertThat(Usd.parse(shown.path("charge").asString())).isBetween(new Usd(2_500), new Usd(1_800 + 60 * 2_500));
    }

    @Test
    void the_charge_is_told_inside_the_usage_for_who_asks() throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> whole =
                ask(account.key(), MODEL + "generateContent", HELLO, "tokens=10", "X-Tollgate-Announce", "usage");
        assertThat(MAPPER.readTree(whole.body())
                        .path("usageMetadata")
                        .path("cost")
                        .asString())
                .isEqualTo(header(whole, "X-Usage-Cost"));
        for (String query : new String[] {"?alt=sse", ""}) {
            HttpResponse<String> stream = ask(
                    account.key(),
                    MODEL + "streamGenerateContent" + query,
                    HELLO,
                    "tokens=10",
                    "X-Tollgate-Announce",
                    "usage");
            assertThat(stream.body().split("\"cost\":\"" + header(whole, "X-Usage-Cost") + "\"", -1))
                    .as(query)
                    .hasSize(2);
        }
    }

    @Test
    void the_key_in_the_query_opens_and_goes_no_further_and_the_rest_of_the_query_does() throws Exception {
        Account account = gateway.account("1.00");
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + MODEL
                        + "streamGenerateContent?%6Bey=" + account.key() + "&alt=sse&key=" + account.key()))
                .POST(HttpRequest.BodyPublishers.ofString(HELLO))
                .build();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        SandboxLog.Seen seen = Objects.requireNonNull(
                Objects.requireNonNull(gateway.installation.sandbox()).log().last());
        assertThat(seen.target()).isEqualTo(MODEL + "streamGenerateContent?alt=sse");
        assertThat(seen.headers()).containsEntry("x-goog-api-key", "sandbox").doesNotContainKey("authorization");
        assertThat(seen.headers().values()).noneMatch(value -> value.contains(account.key()));
    }

    @Test
    void vectors_cost_their_prompt_and_counting_nothing() throws Exception {
        Account account = gateway.account("1.00");
        String one = "{\"content\":{\"parts\":[{\"text\":\"Hello you\"}]},\"outputDimensionality\":3}";
        HttpResponse<String> vector = ask(account.key(), "/v1beta/models/gemini-embedding-001:embedContent", one, "");
        assertThat(MAPPER.readTree(vector.body()).path("embedding").path("values"))
                .hasSize(3);
        // 3 tokens at 0.15 dollars a million
        assertThat(header(vector, "X-Usage-Cost")).isEqualTo("0.00000045");
        assertThat(header(vector, "X-Request-Type")).isEqualTo("embeddings");
        String two = "{\"requests\":[" + one + "," + one + "]}";
        HttpResponse<String> vectors =
                ask(account.key(), "/v1beta/models/gemini-embedding-001:batchEmbedContents", two, "");
        assertThat(header(vectors, "X-Usage-Cost")).isEqualTo("0.0000009");
        HttpResponse<String> untold =
                ask(account.key(), "/v1beta/models/gemini-embedding-001:embedContent", one, "usage=omit");
        assertThat(header(untold, "X-Usage-Estimated")).isEqualTo("true");
        HttpResponse<String> counted = ask(account.key(), MODEL + "countTokens", HELLO, "");
        assertThat(MAPPER.readTree(counted.body()).path("totalTokens").intValue())
                .isEqualTo(6);
        assertThat(header(counted, "X-Usage-Cost")).isEqualTo("0.00");
    }

    @Test
    void searches_are_held_for_and_charged() throws Exception {
        Account account = gateway.account("5.00");
        String body = HELLO.replaceFirst("\\{", "{\"tools\":[{\"googleSearch\":{}}],");
        HttpResponse<String> prompt = ask(account.key(), MODEL + "generateContent", body, "tokens=10, searches=3");
        assertThat(prompt.statusCode()).as(prompt.body()).isEqualTo(200);
        // one grounded prompt at 35 dollars a thousand
        assertThat(header(prompt, "X-Usage-Units")).contains("grounded_prompt=1");
        assertThat(Usd.parse(header(prompt, "X-Usage-Cost"))).isEqualTo(new Usd(35_000_000 + 6 * 300 + 25_000));
        HttpResponse<String> queries = ask(
                account.key(), "/v1beta/models/gemini-3-flash-preview:generateContent", body, "tokens=10, searches=3");
        assertThat(Usd.parse(header(queries, "X-Usage-Cost"))).isEqualTo(new Usd(42_000_000 + 6 * 500 + 30_000));
    }

    @Test
    void in_openais_language_thinking_that_only_the_total_tells_is_charged() throws Exception {
        Account account = gateway.account("1.00");
        String body =
                "{\"model\":\"gemini-2.5-flash\",\"messages\":[{\"role\":\"user\",\"content\":\"Say something.\"}]}";
        HttpResponse<String> answer = ask(
                account.key(),
                "/v1beta/openai/chat/completions",
                body,
                "tokens=10",
                "Authorization",
                "Bearer " + account.key());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(header(answer, "X-Usage-Cost")).isEqualTo(new Usd(7 * 300 + 25_000).toString());
        HttpResponse<String> refused = ask(account.key(), "/v1beta/openai/responses", body, "");
        assertThat(refused.statusCode()).isEqualTo(404);
        assertThat(MAPPER.readTree(refused.body()).path("error").path("type").asString())
                .isEqualTo("invalid_request_error");
        HttpResponse<String> cached = ask(
                account.key(),
                "/v1beta/openai/chat/completions",
                body.replaceFirst("\\{", "{\"extra_body\":{\"google\":{\"cached_content\":\"cachedContents/1\"}},"),
                "");
        assertThat(cached.statusCode()).isEqualTo(400);
    }

    @Test
    void the_models_that_the_key_may_use_are_listed_in_googles_shape() throws Exception {
        Account account = gateway.account("1.00");
        for (String path : new String[] {"/v1beta/models", "/v1/models"}) {
            HttpResponse<String> listed = get(account, path, "x-goog-api-key");
            assertThat(listed.body())
                    .contains("\"models/gemini-2.5-flash\"", "\"embedContent\"")
                    .doesNotContain("gpt-4o", "claude", "veo-");
        }
        JsonNode one = MAPPER.readTree(get(account, "/v1beta/models/gemini-2.5-flash", "x-goog-api-key")
                .body());
        assertThat(one.path("name").asString()).isEqualTo("models/gemini-2.5-flash");
        assertThat(one.path("pricing").path("per_million").path("input").asString())
                .isEqualTo("0.3");
        HttpResponse<String> none = get(account, "/v1beta/models/nonsense", "x-goog-api-key");
        assertThat(none.statusCode()).isEqualTo(404);
        assertThat(MAPPER.readTree(none.body()).path("error").path("status").asString())
                .isEqualTo("NOT_FOUND");
        assertThat(get(account, "/v1beta/openai/models", "x-api-key").body())
                .contains("\"object\":\"list\"", "\"gemini-2.5-flash\"");
    }

    private static HttpResponse<String> get(Account account, String path, String header) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
                        .header(header, account.key())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "an unknown key,            tg_test_wrong, generateContent,  status=200, 401, UNAUTHENTICATED",
        "a model without a price,   -,             nonsense,         status=200, 400, INVALID_ARGUMENT",
        "what is not served,        -,             predict,          status=200, 404, NOT_FOUND",
        "the upstream's 429,        -,             generateContent,  status=429, 429, RESOURCE_EXHAUSTED",
        "the upstream's 503,        -,             generateContent,  status=503, 503, UNAVAILABLE",
        "our own key refused,       -,             generateContent,  'status=400, message=API key not valid.', 502, UNAVAILABLE",
        "our own account refused,   -,             generateContent,  status=403, 502, UNAVAILABLE",
    })
    void errors_are_googles(String story, String key, String method, String told, int status, String name)
            throws Exception {
        Account account = gateway.account("1.00");
        String path = method.equals("nonsense") ? "/v1beta/models/nonsense:generateContent" : MODEL + method;
        HttpResponse<String> answer = ask(key.equals("-") ? account.key() : key, path, HELLO, told);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(MAPPER.readTree(answer.body()).path("error").path("status").asString())
                .isEqualTo(name);
    }

    @Test
    void an_empty_wallet_is_told_what_is_missing() throws Exception {
        Account account = gateway.account("0.0005");
        HttpResponse<String> answer = ask(
                account.key(),
                MODEL + "generateContent",
                HELLO.replaceFirst("\\{", "{\"generationConfig\":{\"maxOutputTokens\":1000},"),
                "");
        assertThat(answer.statusCode()).isEqualTo(402);
        JsonNode error = MAPPER.readTree(answer.body()).path("error");
        assertThat(error.path("details")
                        .path(0)
                        .path("metadata")
                        .path("affordable")
                        .asString())
                .matches("\\d+");
        assertThat(header(answer, "x-should-retry")).isEqualTo("false");
    }

    @Test
    void a_ceiling_that_is_not_given_is_lowered_to_what_the_wallet_affords() throws Exception {
        Account account = gateway.account("0.01");
        HttpResponse<String> answer = ask(account.key(), MODEL + "generateContent", HELLO, "tokens=5000");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        long clamped = Long.parseLong(header(answer, "X-Tollgate-Clamped"));
        assertThat(clamped).isBetween(256L, 2_000L);
        assertThat(MAPPER.readTree(answer.body())
                        .path("usageMetadata")
                        .path("candidatesTokenCount")
                        .longValue())
                .isEqualTo(clamped);
    }
}
