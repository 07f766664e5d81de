package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.eventstream.Message;
import software.amazon.eventstream.MessageDecoder;
import tollgate.TestGateway.Account;
import tollgate.pricing.Usd;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Bedrock through one gateway with a real redis-server, SQLite and sandbox provider, over real sockets. */
class BedrockEndToEndTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final String CLAUDE = "/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/";
    private static final String LLAMA = "/model/us.meta.llama3-3-70b-instruct-v1%3A0/";
    private static final String HELLO =
            "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"Say something.\"}]}],\"inferenceConfig\":{\"maxTokens\":200}}";
    private static final String MESSAGE = "{\"anthropic_version\":\"bedrock-2023-05-31\",\"max_tokens\":200,"
            + "\"messages\":[{\"role\":\"user\",\"content\":\"Say something.\"}]}";
    /** 7 tokens at 1.10 and 10 at 5.50 dollars a million: a tenth more than Anthropic itself takes. */
    private static final Usd TEN_TOKENS = new Usd(7 * 1_100 + 10 * 5_500);

    @TempDir
    static Path folder;

    private static TestGateway gateway;
    private static HttpClient http;

    @BeforeAll
    static void start() throws IOException {
        gateway = TestGateway.start(folder.resolve("data"));
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

    private static HttpResponse<byte[]> ask(int port, String key, String path, String body, String... more)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (!key.isEmpty()) {
            request.header("Authorization", key);
        }
        return http.send(request.headers(more).build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static HttpResponse<byte[]> ask(Account account, String path, String body, String told)
            throws IOException, InterruptedException {
        return ask(gateway.port(), "Bearer " + account.key(), path, body, "X-Sandbox", told);
    }

    private static HttpResponse<byte[]> direct(String path, String body, String told) throws Exception {
        int port = Objects.requireNonNull(gateway.installation.sandbox()).port();
        return ask(port, "Bearer k", path, body, "X-Sandbox", told);
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    private static JsonNode shown(Account account, HttpResponse<?> answer) throws Exception {
        return MAPPER.readTree(gateway.get(account, "/v1/exchanges/" + header(answer, "X-Tollgate-Request-Id"))
                .body());
    }

    /** Read by AWS's own library, which checks every checksum. */
    private static List<Message> messages(byte[] body) {
        List<Message> messages = new ArrayList<>();
        new MessageDecoder(messages::add).feed(ByteBuffer.wrap(body));
        return messages;
    }

    private static String payload(Message message) {
        return new String(message.getPayload(), StandardCharsets.UTF_8);
    }

    private static String named(Message message, String field) {
        return Objects.requireNonNull(message.getHeaders().get(field)).getString();
    }

    @Test
    void a_conversation_is_charged_whole_and_streamed() throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<byte[]> whole = ask(account, CLAUDE + "converse", HELLO, "tokens=10");
        assertThat(whole.body())
                .isEqualTo(direct(CLAUDE + "converse", HELLO, "tokens=10").body());
        assertThat(header(whole, "X-Usage-Cost")).isEqualTo(TEN_TOKENS.toString());
        assertThat(header(whole, "X-Model")).isEqualTo("us.anthropic.claude-haiku-4-5-20251001-v1:0");
        assertThat(header(whole, "x-amzn-requestid")).isNotEmpty();
        HttpResponse<byte[]> stream = ask(account, CLAUDE + "converse-stream", HELLO, "tokens=10");
        assertThat(stream.body())
                .isEqualTo(
                        direct(CLAUDE + "converse-stream", HELLO, "tokens=10").body());
        assertThat(header(stream, "Content-Type")).isEqualTo("application/vnd.amazon.eventstream");
        assertThat(header(stream, "Trailer")).contains("X-Usage-Cost");
        assertThat(messages(stream.body())).hasSize(14);
        JsonNode shown = shown(account, stream);
        assertThat(shown.path("charge").asString()).isEqualTo(TEN_TOKENS.toString());
        assertThat(shown.path("estimated").asBoolean()).isFalse();
        Explained.exactly(shown, "stream");
    }

    @Test
    void cached_tokens_are_charged_by_their_lives() throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<byte[]> answer = ask(
                account, CLAUDE + "converse", HELLO, "tokens=10, cache-read=1000, cache-write=100, cache-write-1h=10");
        // 0.11, 1.375 and 2.20 dollars a million
        assertThat(header(answer, "X-Usage-Cost"))
                .isEqualTo(TEN_TOKENS
                        .plus(new Usd(1_000 * 110 + 100 * 1_375 + 10 * 2_200))
                        .toString());
        assertThat(header(answer, "X-Usage-Units"))
                .contains("cached_input=1000", "cache_write_5m=100", "cache_write_1h=10");
    }

    @Test
    void a_claude_in_its_own_language_is_charged_at_bedrocks_prices_whole_and_streamed() throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<byte[]> whole = ask(account, CLAUDE + "invoke", MESSAGE, "tokens=10");
        assertThat(whole.body())
                .isEqualTo(direct(CLAUDE + "invoke", MESSAGE, "tokens=10").body());
        assertThat(header(whole, "X-Usage-Cost")).isEqualTo(TEN_TOKENS.toString());
        assertThat(header(whole, "x-amzn-bedrock-input-token-count")).isEqualTo("7");
        String path = CLAUDE + "invoke-with-response-stream";
        HttpResponse<byte[]> stream = ask(account, path, MESSAGE, "tokens=10, slice=11");
        assertThat(stream.body()).isEqualTo(direct(path, MESSAGE, "tokens=10").body());
        Message last = messages(stream.body()).getLast();
        byte[] anthropics = Base64.getDecoder()
                .decode(MAPPER.readTree(payload(last)).path("bytes").asString());
        assertThat(new String(anthropics, StandardCharsets.UTF_8)).contains("message_stop");
        assertThat(shown(account, stream).path("charge").asString()).isEqualTo(TEN_TOKENS.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "us.meta.llama3-3-70b-instruct-v1%3A0, '{\"prompt\":\"Say something.\",\"max_gen_len\":50}'",
        "mistral.mistral-large-2407-v1%3A0, '{\"prompt\":\"Say something.\",\"max_tokens\":50}'",
        "cohere.command-r-v1%3A0, '{\"message\":\"Say something.\"}'",
        "amazon.titan-text-express-v1, '{\"inputText\":\"Say something.\"}'",
        "amazon.nova-lite-v1%3A0, '{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"Say something.\"}]}]}'",
    })
    void other_families_are_charged_by_what_bedrock_counts(String model, String body) throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<byte[]> whole = ask(account, "/model/" + model + "/invoke", body, "tokens=10");
        assertThat(whole.statusCode()).isEqualTo(200);
        assertThat(header(whole, "X-Usage-Units")).contains("output=10");
        assertThat(header(whole, "X-Usage-Estimated")).isEmpty();
        HttpResponse<byte[]> stream =
                ask(account, "/model/" + model + "/invoke-with-response-stream", body, "tokens=10");
        JsonNode shown = shown(account, stream);
        assertThat(shown.path("charge").asString()).isEqualTo(header(whole, "X-Usage-Cost"));
        assertThat(shown.path("estimated").asBoolean()).isFalse();
    }

    @Test
    void vectors_are_charged_by_their_prompt_and_counting_is_free() throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<byte[]> vectors =
                ask(account, "/model/amazon.titan-embed-text-v2%3A0/invoke", "{\"inputText\":\"Say something.\"}", "");
        assertThat(header(vectors, "X-Usage-Units")).startsWith("input=4,").endsWith("output=0");
        assertThat(header(vectors, "X-Request-Type")).isEqualTo("embeddings");
        HttpResponse<byte[]> count =
                ask(account, CLAUDE + "count-tokens", "{\"input\":{\"converse\":" + HELLO + "}}", "");
        assertThat(new String(count.body(), StandardCharsets.UTF_8)).isEqualTo("{\"inputTokens\":7}");
        assertThat(header(count, "X-Usage-Cost")).isEqualTo("0.00");
    }

    @ParameterizedTest
    @CsvSource({"converse-stream", "invoke-with-response-stream"})
    void a_stream_that_breaks_ends_with_an_exception_and_charges_what_came(String operation) throws Exception {
        Account account = gateway.account("1.00");
        String body = operation.startsWith("converse") ? HELLO : MESSAGE;
        HttpResponse<byte[]> answer = ask(account, CLAUDE + operation, body, "tokens=100, cut=5000");
        Message last = messages(answer.body()).getLast();
        assertThat(named(last, ":message-type")).isEqualTo("exception");
        assertThat(named(last, ":exception-type")).isEqualTo("modelStreamErrorException");
        assertThat(payload(last)).contains("the upstream's answer broke off");
        JsonNode shown = shown(account, answer);
        assertThat(shown.path("ended").asString()).isEqualTo("upstream_cut");
        assertThat(shown.path("estimated").asBoolean()).isTrue();
        assertThat(Usd.parse(shown.path("charge").asString())).isBetween(new Usd(5_500), new Usd(7_700 + 550_000));
    }

    @Test
    void an_exception_of_the_providers_passes_and_a_wrong_checksum_is_flagged() throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<byte[]> failed = ask(account, CLAUDE + "converse-stream", HELLO, "tokens=40, error=mid");
        assertThat(failed.body())
                .isEqualTo(direct(CLAUDE + "converse-stream", HELLO, "tokens=40, error=mid")
                        .body());
        assertThat(shown(account, failed).path("ended").asString()).isEqualTo("upstream_error");
        HttpResponse<byte[]> wrong = ask(account, CLAUDE + "converse-stream", HELLO, "tokens=40, malformed=1");
        assertThat(wrong.body())
                .isEqualTo(direct(CLAUDE + "converse-stream", HELLO, "tokens=40, malformed=1")
                        .body());
        assertThat(shown(account, wrong).path("estimated").asBoolean()).isTrue();
    }

    @Test
    void refusals_are_bedrocks() throws Exception {
        Account account = gateway.account("0.000001");
        is(ask(account, CLAUDE + "converse", HELLO, ""), 402, "ServiceQuotaExceededException", "insufficient_funds");
        is(ask(account, "/model/nonsense/converse", HELLO, ""), 400, "ValidationException", "model_not_priced");
        is(ask(account, "/async-invoke", "{}", ""), 404, "ResourceNotFoundException", "not_found");
        is(ask(account, CLAUDE + "converse?x=1", HELLO, ""), 400, "ValidationException", "invalid_query");
        String guarded = "{\"guardrailConfig\":{},\"messages\":[]}";
        is(ask(account, CLAUDE + "converse", guarded, ""), 400, "ValidationException", "unsupported_parameter");
        int port = gateway.port();
        is(
                ask(port, "", CLAUDE + "converse", HELLO, "X-A", "b"),
                401,
                "UnrecognizedClientException",
                "invalid_api_key");
        String bearer = "Bearer " + account.key();
        is(
                ask(port, bearer, LLAMA + "invoke", "{\"prompt\":\"\"}", "X-Amzn-Bedrock-GuardrailIdentifier", "g"),
                400,
                "ValidationException",
                "unsupported_parameter");
        HttpResponse<byte[]> signed = ask(
                port,
                "AWS4-HMAC-SHA256 Credential=AKID/20261128/us-east-1/bedrock/aws4_request, SignedHeaders=host, Signature=00",
                CLAUDE + "converse",
                HELLO,
                "x-amz-date",
                "20261128T000000Z");
        is(signed, 401, "UnrecognizedClientException", "invalid_api_key");
        assertThat(new String(signed.body(), StandardCharsets.UTF_8)).contains("AWS_BEARER_TOKEN_BEDROCK");
    }

    /** Some of AWS's libraries send a bearer key over TLS only; whoever has the whole key has it in either place. */
    @Test
    void a_key_may_stand_where_signatures_have_their_access_key_id() throws Exception {
        Account account = gateway.account("1.00");
        String scope = "/20261128/us-east-1/bedrock/aws4_request, SignedHeaders=host;x-amz-date, Signature=00";
        String shown = "AWS4-HMAC-SHA256 Credential=" + account.key() + scope;
        HttpResponse<byte[]> answer =
                ask(gateway.port(), shown, CLAUDE + "converse", HELLO, "x-amz-date", "20261128T000000Z");
        assertThat(answer.statusCode()).isEqualTo(200);
        // the id of a key is no key
        String id = shown(account, answer).path("key").asString("k_x");
        String byId = "AWS4-HMAC-SHA256 Credential=" + id + scope;
        is(
                ask(gateway.port(), byId, CLAUDE + "converse", HELLO, "x-amz-date", "20261128T000000Z"),
                401,
                "UnrecognizedClientException",
                "invalid_api_key");
        is(
                ask(gateway.port(), shown, CLAUDE + "converse", HELLO, "x-api-key", "tg_test_other"),
                400,
                "ValidationException",
                "two_api_keys");
    }

    private static void is(HttpResponse<byte[]> answer, int status, String type, String reason) {
        String body = new String(answer.body(), StandardCharsets.UTF_8);
        assertThat(answer.statusCode()).as(body).isEqualTo(status);
        assertThat(header(answer, "x-amzn-errortype")).as(body).isEqualTo(type);
        assertThat(MAPPER.readTree(body).path("reason").asString()).isEqualTo(reason);
        assertThat(MAPPER.readTree(body).path("message").asString()).isNotBlank();
    }

    @Test
    void models_are_listed_with_their_prices() throws Exception {
        Account account = gateway.account("1.00");
        JsonNode listed =
                MAPPER.readTree(gateway.get(account, "/foundation-models").body());
        List<String> names = listed.path("modelSummaries").findValuesAsString("modelId");
        assertThat(names)
                .contains("us.anthropic.claude-haiku-4-5-20251001-v1:0")
                .noneMatch(name -> name.startsWith("gpt-4o"));
        JsonNode one = MAPPER.readTree(gateway.get(account, "/foundation-models/amazon.nova-lite-v1%3A0")
                .body());
        assertThat(one.path("modelDetails").path("modelId").asString()).isEqualTo("amazon.nova-lite-v1:0");
        assertThat(one.path("modelDetails").path("pricing").path("per_million").has("input"))
                .isTrue();
    }
}
