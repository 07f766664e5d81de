package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.TestGateway.Account;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What OpenAI serves besides chat, through one gateway with a real redis-server, SQLite and sandbox provider. */
@SuppressWarnings("NullAway.Init") // started before all tests
class OpenAiServicesEndToEndTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    @TempDir
    static Path folder;

    private static TestGateway gateway;

    @BeforeAll
    static void start() throws IOException {
        gateway = TestGateway.start(
                folder.resolve("data"), "prices: {markup_percent: 10}\ntimeouts: {first_byte: 700ms, idle: 700ms}\n");
    }

    @AfterAll
    static void the_books_are_exact_and_nothing_is_held() {
        try {
            await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
                var verified = gateway.installation.verify();
                assertThat(verified.get("problems")).asString().isEqualTo("[]");
                assertThat(verified.get("journal_pending")).isEqualTo(0);
                assertThat(String.valueOf(verified.get("wallets"))).doesNotContainPattern("held=0\\.0*[1-9]");
            });
        } finally {
            gateway.close();
        }
    }

    private static String embed(String input, String more) {
        return "{\"model\":\"text-embedding-3-small\",\"input\":" + input + more + "}";
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // 0.02 dollars a million tokens and ten percent: 22 nano-dollars a token; four bytes are one
                "a text           | \"Say something.\"          |                                | 4  | 0.000000088",
                "texts            | [\"one\",\"two two\"]        |                                | 3  | 0.000000066",
                "tokens           | [1,2,3,4,5]                |                                | 5  | 0.00000011",
                "lists of tokens  | [[1,2],[3]]                |                                | 3  | 0.000000066",
                "base64           | \"Say something.\"          | ,\"encoding_format\":\"base64\"   | 4  | 0.000000088",
                "fewer dimensions | \"Say something.\"          | ,\"dimensions\":3               | 4  | 0.000000088",
            })
    void embeddings_are_charged_by_their_prompt(String story, String input, String more, long tokens, String cost)
            throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> answer =
                gateway.post(account, "/v1/embeddings", embed(input, more == null ? "" : more), "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(header(answer, "X-Request-Type")).isEqualTo("embeddings");
        assertThat(header(answer, "X-Usage-Units")).isEqualTo("input=" + tokens);
        assertThat(header(answer, "X-Total-Tokens")).isEqualTo(Long.toString(tokens));
        assertThat(header(answer, "X-Usage-Cost")).isEqualTo(cost);
        JsonNode data = MAPPER.readTree(answer.body()).path("data");
        assertThat(data.path(0).path("embedding").isString()).isEqualTo(story.equals("base64"));
        JsonNode shown = shown(account, answer);
        assertThat(shown.path("charge").asString()).isEqualTo(cost);
        assertThat(shown.path("service").asString()).isEqualTo("embeddings");
        assertThat(shown.path("estimated").asBoolean()).isFalse();
        assertThat(Objects.requireNonNull(gateway.installation.sandbox().log().last())
                        .body())
                .isEqualTo(embed(input, more == null ? "" : more));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "usage=omit   | 200 | estimated",
                "usage=null   | 200 | estimated",
                "usage=zero   | 200 | free",
                "status=500   | 500 | free",
                "status=404   | 404 | free",
                "status=401   | 502 | free",
                "cut=20       | 502 | free",
                "stall=head   | 504 | free",
                "encoding=gzip | 200 | exact",
            })
    void embeddings_that_go_wrong(String told, int status, String charge) throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> answer = gateway.post(
                account, "/v1/embeddings", embed("\"Say something.\"", ""), told, "Accept-Encoding", "gzip");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        JsonNode shown = shown(account, answer);
        assertThat(shown.path("estimated").asBoolean()).isEqualTo(charge.equals("estimated") || told.equals("cut=20"));
        assertThat(shown.path("charge").asString().equals("0.00")).isEqualTo(charge.equals("free"));
        if (status != 200) {
            assertThat(MAPPER.readTree(answer.body())
                            .path("error")
                            .path("message")
                            .asString())
                    .isNotEmpty();
        }
    }

    @Test
    void the_cost_of_embeddings_is_told_inside_their_usage_object_where_that_is_asked_for() throws Exception {
        HttpResponse<String> answer = gateway.post(
                gateway.account("1.00"),
                "/v1/embeddings",
                embed("\"Say something.\"", ""),
                "",
                "X-Tollgate-Announce",
                "usage");
        assertThat(MAPPER.readTree(answer.body()).path("usage").path("cost").asString())
                .isEqualTo("0.000000088");
    }

    @Test
    void moderations_are_forwarded_free_of_charge_and_recorded() throws Exception {
        Account account = gateway.account("0");
        HttpResponse<String> answer =
                gateway.post(account, "/v1/moderations", "{\"input\":[\"violence\",\"tea\"]}", "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(header(answer, "X-Usage-Cost")).isEqualTo("0.00");
        assertThat(header(answer, "X-Request-Type")).isEqualTo("moderation");
        assertThat(MAPPER.readTree(answer.body())
                        .path("results")
                        .path(0)
                        .path("flagged")
                        .asBoolean())
                .isTrue();
        JsonNode shown = shown(account, answer);
        assertThat(shown.path("ended").asString()).isEqualTo("complete");
        assertThat(shown.path("model").asString()).isEqualTo("omni-moderation-latest");
    }

    private static String complete(String prompt, String more) {
        return "{\"model\":\"gpt-3.5-turbo-instruct\",\"prompt\":" + prompt + more + "}";
    }

    @ParameterizedTest(name = "{0}, stream {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // 1.65 and 2.20 dollars a million
                "one prompt   | false | \"Say something.\" | ,\"max_tokens\":9                     | cached_input=0, input=4, output=9",
                "one prompt   | true  | \"Say something.\" | ,\"max_tokens\":9                     | cached_input=0, input=4, output=9",
                "its usual ceiling | true | \"Say something.\" |                                   | cached_input=0, input=4, output=16",
                "candidates   | false | \"Say something.\" | ,\"max_tokens\":9,\"n\":2,\"best_of\":5 | cached_input=0, input=4, output=45",
                "two prompts  | true  | [\"a\",\"b\"]       | ,\"max_tokens\":9,\"n\":2             | cached_input=0, input=2, output=36",
            })
    void completions_are_charged_for_every_candidate(
            String story, boolean stream, String prompt, String more, String units) throws Exception {
        Account account = gateway.account("1.00");
        String asked = (more == null ? "" : more) + (stream ? ",\"stream\":true" : "");
        HttpResponse<String> answer = gateway.post(account, "/v1/completions", complete(prompt, asked), "tokens=40");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode shown = shown(account, answer);
        StringBuilder counted = new StringBuilder();
        shown.path("units")
                .properties()
                .forEach(unit -> counted.append(counted.isEmpty() ? "" : ", ")
                        .append(unit.getKey())
                        .append('=')
                        .append(unit.getValue().asLong()));
        assertThat(counted.toString()).isEqualTo(units);
        assertThat(shown.path("service").asString()).isEqualTo("completions");
        if (stream) {
            assertThat(answer.body())
                    .contains("data: [DONE]\n: tollgate {\"usage_cost\":\""
                            + shown.path("charge").asString())
                    .doesNotContain("\"usage\":{");
        } else {
            assertThat(header(answer, "X-Usage-Cost"))
                    .isEqualTo(shown.path("charge").asString());
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a chat model embeds      | /v1/embeddings  | {\"model\":\"gpt-4o\",\"input\":\"x\"}           | 400 | model_not_priced",
                "an embedding model talks | /v1/chat/completions | {\"model\":\"text-embedding-3-small\",\"messages\":[]} | 400 | model_not_priced",
                "a chat model completes   | /v1/completions | {\"model\":\"gpt-4o\",\"prompt\":\"x\"}          | 400 | model_not_priced",
                "a chat model judges      | /v1/moderations | {\"model\":\"gpt-4o\",\"input\":\"x\"}           | 400 | model_not_priced",
                "an unknown model         | /v1/embeddings  | {\"model\":\"nonsense\",\"input\":\"x\"}         | 400 | model_not_priced",
                "no input                 | /v1/embeddings  | {\"model\":\"text-embedding-3-small\"}         | 400 | invalid_value",
                "not JSON                 | /v1/completions | {                                            | 400 | invalid_json",
                "a search of the provider's | /v1/responses | {\"model\":\"gpt-4o\",\"input\":\"x\",\"tools\":[{\"type\":\"web_search\"}]} | 400 | unbounded_input",
                "an earlier response      | /v1/responses   | {\"model\":\"gpt-4o\",\"input\":\"x\",\"previous_response_id\":\"resp_1\"} | 400 | unbounded_input",
                "an embedding model responds | /v1/responses | {\"model\":\"text-embedding-3-small\",\"input\":\"x\"} | 400 | model_not_priced",
                "not built                | /v1/images/generations | {}                                    | 404 | not_found",
                "not built either         | /v1/audio/speech | {}                                          | 404 | not_found",
            })
    void bad_requests_cost_nothing_and_reach_nobody(String story, String path, String body, int status, String code)
            throws Exception {
        Account account = gateway.account("1.00");
        long before = gateway.installation.sandbox().log().requests();
        HttpResponse<String> answer = gateway.post(account, path, body.strip(), "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(MAPPER.readTree(answer.body()).path("error").path("code").asString())
                .isEqualTo(code);
        assertThat(gateway.installation.sandbox().log().requests()).isEqualTo(before);
        assertThat(MAPPER.readTree(gateway.get(account, "/v1/wallet").body())
                        .path("balance")
                        .asString())
                .isEqualTo("1.00");
    }

    @Test
    void a_wallet_that_cannot_afford_all_prompts_of_a_request_is_refused() throws Exception {
        String texts = "[" + "\"hello hello\",".repeat(2_000) + "\"x\"]";
        HttpResponse<String> answer = gateway.post(gateway.account("0.0001"), "/v1/embeddings", embed(texts, ""), "");
        assertThat(answer.statusCode()).isEqualTo(402);
        assertThat(answer.body()).contains("insufficient_funds");
    }

    @Test
    void models_are_those_that_the_key_may_use_with_our_prices() throws Exception {
        Account account = gateway.account("0");
        HttpResponse<String> answer = gateway.get(account, "/v1/models");
        assertThat(answer.statusCode()).isEqualTo(200);
        JsonNode list = MAPPER.readTree(answer.body());
        assertThat(list.path("object").asString()).isEqualTo("list");
        List<String> ids = ids(list);
        assertThat(ids)
                .contains("gpt-4o-mini", "text-embedding-3-small", "gpt-3.5-turbo-instruct", "omni-moderation-latest")
                .doesNotContain("claude-haiku-4-5", "whisper-1", "dall-e-3");
        JsonNode one =
                MAPPER.readTree(gateway.get(account, "/v1/models/gpt-4o-mini").body());
        assertThat(one.path("id").asString()).isEqualTo("gpt-4o-mini");
        assertThat(one.path("object").asString()).isEqualTo("model");
        assertThat(one.path("created").isIntegralNumber()).isTrue();
        assertThat(one.path("owned_by").asString()).isEqualTo("openai");
        // 0.15 and 0.60 dollars and ten percent
        assertThat(one.path("pricing").path("per_million").path("input").asString())
                .isEqualTo("0.165");
        assertThat(one.path("pricing").path("per_million").path("output").asString())
                .isEqualTo("0.66");
        assertThat(one.path("context").asLong()).isEqualTo(128_000);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"nonsense", "claude-haiku-4-5", "whisper-1", "%zz", "gpt-4o%00", "a/b/c"})
    void a_model_that_nobody_offers_is_not_found(String model) throws Exception {
        HttpResponse<String> answer = gateway.get(gateway.account("0"), "/v1/models/" + model.replace("%zz", "%25zz"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(404);
        assertThat(MAPPER.readTree(answer.body()).path("error").path("code").asString())
                .isEqualTo("model_not_found");
    }

    @Test
    void a_key_sees_no_model_that_it_may_not_use() throws Exception {
        String wallet = gateway.installation
                .office()
                .createWallet("tests", "w", false, "test")
                .id();
        String key = gateway.installation
                .office()
                .createKey(wallet, "k", null, null, List.of("gpt-4.1*"), null)
                .secret();
        Account account = new Account(wallet, key);
        assertThat(ids(MAPPER.readTree(gateway.get(account, "/v1/models").body())))
                .contains("gpt-4.1", "gpt-4.1-mini")
                .allMatch(id -> id.startsWith("gpt-4.1"));
        assertThat(gateway.get(account, "/v1/models/gpt-4o").statusCode()).isEqualTo(404);
        assertThat(gateway.get(account, "/v1/models/gpt-4.1").statusCode()).isEqualTo(200);
    }

    @Test
    void models_without_a_key_or_an_upstream_are_refused() throws Exception {
        assertThat(gateway.get(new Account("w", "tg_test_nonsense"), "/v1/models")
                        .statusCode())
                .isEqualTo(401);
        HttpResponse<String> live = gateway.get(gateway.liveAccount("1.00"), "/v1/models");
        assertThat(live.statusCode()).isEqualTo(503);
        assertThat(live.body()).contains("no_upstream");
    }

    @Test
    void models_are_told_to_anthropics_clients_in_their_shape() throws Exception {
        Account account = gateway.account("0");
        JsonNode list = MAPPER.readTree(anthropic(account, "/v1/models").body());
        assertThat(list.path("has_more").asBoolean(true)).isFalse();
        assertThat(ids(list)).contains("claude-haiku-4-5").doesNotContain("gpt-4o");
        assertThat(list.path("first_id").asString()).isEqualTo(ids(list).getFirst());
        JsonNode one = MAPPER.readTree(
                anthropic(account, "/v1/models/claude-haiku-4-5").body());
        assertThat(one.path("type").asString()).isEqualTo("model");
        assertThat(one.path("created_at").asString()).endsWith("T00:00:00Z");
        assertThat(one.path("pricing").path("per_million").path("input").asString())
                .isEqualTo("1.1");
        HttpResponse<String> none = anthropic(account, "/v1/models/gpt-4o");
        assertThat(none.statusCode()).isEqualTo(404);
        assertThat(MAPPER.readTree(none.body()).path("error").path("type").asString())
                .isEqualTo("not_found_error");
    }

    private static HttpResponse<String> anthropic(Account account, String path) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
                            .header("x-api-key", account.key())
                            .header("anthropic-version", "2023-06-01")
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private static List<String> ids(JsonNode list) {
        List<String> ids = new ArrayList<>();
        list.path("data").forEach(model -> ids.add(model.path("id").asString()));
        return ids;
    }

    private static JsonNode shown(Account account, HttpResponse<String> answer) throws Exception {
        return MAPPER.readTree(gateway.get(account, "/v1/exchanges/" + header(answer, "X-Tollgate-Request-Id"))
                .body());
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }
}
