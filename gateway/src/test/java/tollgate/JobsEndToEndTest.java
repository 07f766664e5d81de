package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.TestGateway.Account;
import tollgate.pricing.Usd;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Answers that are made in the background: held for, looked after and charged once, whoever looks at them. */
@SuppressWarnings("NullAway.Init") // started before all tests
class JobsEndToEndTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    static Path folder;

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        gateway = TestGateway.start(folder.resolve("data"), "holds: {max_job_s: 8}\n");
    }

    @AfterAll
    static void the_books_are_exact_and_nothing_is_held() {
        try {
            await().atMost(SOON).untilAsserted(() -> {
                var verified = gateway.installation.verify();
                assertThat(verified.get("problems")).asString().isEqualTo("[]");
                assertThat(verified.get("journal_pending")).isEqualTo(0);
                assertThat(String.valueOf(verified.get("wallets"))).doesNotContainPattern("held=0\\.0*[1-9]");
            });
        } finally {
            HTTP.close();
            gateway.close();
        }
    }

    private static HttpResponse<String> begin(Account account, String more, String told) throws Exception {
        return gateway.post(
                account,
                "/v1/responses",
                "{\"model\":\"gpt-4o-mini\",\"max_output_tokens\":100,\"input\":\"Say something.\",\"background\":true"
                        + more + "}",
                told);
    }

    private static HttpResponse<String> send(Account account, String method, String path) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(
                                URI.create(gateway.installation.baseUrl()).resolve(path))
                        .header("Authorization", "Bearer " + account.key())
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return MAPPER.readTree(answer.body());
    }

    private static String exchange(HttpResponse<?> answer) {
        return answer.headers().firstValue("X-Tollgate-Request-Id").orElseThrow();
    }

    private static JsonNode shown(Account account, String exchange) throws Exception {
        return json(gateway.get(account, "/v1/exchanges/" + exchange));
    }

    private static JsonNode settled(Account account, String exchange) {
        await().atMost(SOON)
                .until(() -> !shown(account, exchange).path("state").asString().equals("open"));
        return await().atMost(SOON).ignoreExceptions().until(() -> shown(account, exchange), each -> each.has("ended"));
    }

    private static Usd wallet(Account account, String what) throws Exception {
        return Usd.parse(json(gateway.get(account, "/v1/wallet")).path(what).asString());
    }

    @Test
    void it_is_answered_at_once_held_for_while_it_is_made_and_charged_once_however_often_it_is_fetched()
            throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> begun = begin(account, "", "tokens=10, job=1500ms");
        assertThat(begun.statusCode()).as(begun.body()).isEqualTo(200);
        assertThat(json(begun).path("status").asString()).isEqualTo("queued");
        assertThat(begun.headers().firstValue("X-Usage-Cost")).isEmpty();
        String id = json(begun).path("id").asString();
        assertThat(wallet(account, "held").nano()).isPositive();
        assertThat(shown(account, exchange(begun)).path("state").asString()).isEqualTo("open");
        assertThat(json(send(account, "GET", "/v1/responses/" + id))
                        .path("status")
                        .asString())
                .isEqualTo("in_progress");
        HttpResponse<String> tooEarly = send(account, "DELETE", "/v1/responses/" + id);
        assertThat(tooEarly.statusCode()).as(tooEarly.body()).isEqualTo(409);
        assertThat(json(tooEarly).path("error").path("code").asString()).isEqualTo("still_running");
        await().atMost(SOON).until(() -> {
            JsonNode seen = json(send(account, "GET", "/v1/responses/" + id));
            return seen.path("status").asString().equals("completed");
        });
        JsonNode record = settled(account, exchange(begun));
        // 7 tokens at 0.15 and 10 at 0.60 dollars a million
        assertThat(record.path("charge").asString()).isEqualTo("0.00000705");
        assertThat(record.path("state").asString()).isEqualTo("settled");
        assertThat(record.path("ended").asString()).isEqualTo("complete");
        assertThat(record.path("estimated").asBoolean()).isFalse();
        assertThat(record.path("units").path("output").asLong()).isEqualTo(10);
        for (int i = 0; i < 5; i++) {
            assertThat(send(account, "GET", "/v1/responses/" + id + (i % 2 == 0 ? "" : "?stream=true"))
                            .statusCode())
                    .isEqualTo(200);
        }
        assertThat(wallet(account, "balance")).isEqualTo(Usd.parse("0.99999295"));
        assertThat(wallet(account, "held")).isEqualTo(Usd.ZERO);
        assertThat(gateway.installation.records().jobs().isOpen(exchange(begun)))
                .isFalse();
        Account stranger = gateway.account("others", "1.00");
        assertThat(send(stranger, "GET", "/v1/responses/" + id).statusCode()).isEqualTo(404);
        assertThat(send(stranger, "POST", "/v1/responses/" + id + "/cancel").statusCode())
                .isEqualTo(404);
        await().atMost(SOON)
                .until(() -> send(account, "DELETE", "/v1/responses/" + id).statusCode() == 200);
        assertThat(gateway.installation.records().ledger().allOfExchange(exchange(begun)))
                .hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void a_stream_that_is_watched_to_its_end_tells_its_cost_and_is_charged_once() throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> answer = begin(account, ",\"stream\":true", "tokens=10, pace=10ms");
        assertThat(answer.body()).contains("response.completed").contains(": tollgate {\"usage_cost\":\"0.00000705\"");
        assertThat(settled(account, exchange(answer)).path("charge").asString()).isEqualTo("0.00000705");
        await().atMost(SOON).until(() -> !gateway.installation.records().jobs().isOpen(exchange(answer)));
        assertThat(wallet(account, "balance")).isEqualTo(Usd.parse("0.99999295"));
    }

    @Test
    void who_leaves_its_stream_pays_for_all_of_it_once_it_is_made_and_may_come_back_for_it() throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<InputStream> open = stream(account, "tokens=80, pace=20ms, job=2s");
        String first;
        try (InputStream body = open.body()) {
            first = new String(body.readNBytes(3_000), StandardCharsets.UTF_8);
        }
        assertThat(wallet(account, "held").nano()).isPositive();
        JsonNode record = settled(account, exchange(open));
        assertThat(record.path("units").path("output").asLong()).isEqualTo(80);
        assertThat(record.path("estimated").asBoolean()).isFalse();
        // 7 tokens at 0.15 and 80 at 0.60 dollars a million
        assertThat(wallet(account, "balance")).isEqualTo(Usd.parse("0.99995095"));
        String id = first.replaceAll("(?s).*?\"id\":\"(resp_[0-9a-f]+)\".*", "$1");
        assertThat(send(account, "GET", "/v1/responses/" + id + "?stream=true&starting_after=5")
                        .body())
                .contains("response.completed");
        assertThat(wallet(account, "balance")).isEqualTo(Usd.parse("0.99995095"));
    }

    @Test
    void who_leaves_its_stream_and_calls_it_off_pays_at_least_for_what_came() throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<InputStream> open = stream(account, "tokens=90, pace=20ms, job=never");
        String seen;
        try (InputStream body = open.body()) {
            seen = new String(body.readNBytes(12_000), StandardCharsets.UTF_8);
        }
        String id = seen.replaceAll("(?s).*?\"id\":\"(resp_[0-9a-f]+)\".*", "$1");
        assertThat(json(send(account, "POST", "/v1/responses/" + id + "/cancel"))
                        .path("status")
                        .asString())
                .isEqualTo("cancelled");
        JsonNode record = settled(account, exchange(open));
        int pieces = seen.split("event: response.output_text.delta", -1).length - 1;
        assertThat(pieces).isGreaterThan(20);
        assertThat(record.path("ended").asString()).isEqualTo("client_gone");
        assertThat(record.path("estimated").asBoolean()).isTrue();
        assertThat(record.path("units").path("output").asLong()).isBetween(pieces * 2L / 3, 90L);
        assertThat(wallet(account, "balance").nano())
                .isEqualTo(1_000_000_000L
                        - Usd.parse(record.path("charge").asString()).nano());
    }

    @Test
    void what_is_fetched_of_an_answer_before_it_is_called_off_is_owed_too_from_wherever_it_is_taken_up()
            throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<InputStream> open = stream(account, "tokens=90, pace=5ms, job=never, usage=null");
        String id;
        try (InputStream body = open.body()) {
            // the head of the stream, and nothing that was generated
            id = new String(body.readNBytes(300), StandardCharsets.UTF_8)
                    .replaceAll("(?s).*?\"id\":\"(resp_[0-9a-f]+)\".*", "$1");
        }
        HttpResponse<String> rest = send(account, "GET", "/v1/responses/" + id + "?stream=true&starting_after=4");
        assertThat(rest.statusCode()).isEqualTo(200);
        send(account, "POST", "/v1/responses/" + id + "/cancel");
        JsonNode record = settled(account, exchange(open));
        assertThat(record.path("ended").asString()).isIn("client_gone", "complete");
        assertThat(record.path("units").path("output").asLong()).isBetween(60L, 100L);
    }

    private static HttpResponse<InputStream> stream(Account account, String told) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(gateway.installation.baseUrl() + "/responses"))
                        .header("Authorization", "Bearer " + account.key())
                        .header("X-Sandbox", told)
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"model\":\"gpt-4o-mini\",\"max_output_tokens\":100,\"stream\":true,\"background\":true,"
                                        + "\"input\":\"Say something.\"}"))
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "failed           | error=only, job=500ms                     | upstream_error | false | 0    | 0",
                "said nothing     | usage=null, tokens=30, job=500ms          | complete       | true  | 1000 | 30000",
                "never over       | job=never                                 | time_limit     | true  | 100  | 30000",
                "cut short        | tokens=500, job=500ms                     | complete       | false | 61050 | 61050",
                "thinking is dear | tokens=10, reasoning=20, job=300ms        | complete       | false | 19050 | 19050",
            })
    void every_ending_is_settled_as_far_as_anybody_knows(
            String story, String told, String ended, boolean estimated, long least, long most) throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> begun = begin(account, "", told);
        assertThat(begun.statusCode()).as(begun.body()).isEqualTo(200);
        JsonNode record = settled(account, exchange(begun));
        assertThat(record.path("ended").asString()).isEqualTo(ended);
        assertThat(record.path("estimated").asBoolean()).isEqualTo(estimated);
        Usd charge = Usd.parse(record.path("charge").asString());
        assertThat(charge.nano()).isBetween(least, most);
        assertThat(wallet(account, "balance").nano()).isEqualTo(1_000_000_000L - charge.nano());
        assertThat(wallet(account, "held")).isEqualTo(Usd.ZERO);
    }

    @Test
    void what_is_cancelled_is_owed_as_far_as_it_was_made_and_what_is_forgotten_before_it_began_is_not()
            throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> cancelled = begin(account, "", "job=never");
        String id = json(cancelled).path("id").asString();
        assertThat(json(send(account, "POST", "/v1/responses/" + id + "/cancel"))
                        .path("status")
                        .asString())
                .isEqualTo("cancelled");
        JsonNode record = settled(account, exchange(cancelled));
        assertThat(record.path("ended").asString()).isEqualTo("client_gone");
        assertThat(record.path("estimated").asBoolean()).isTrue();
        assertThat(Usd.parse(record.path("charge").asString()).nano()).isBetween(100L, 15_000L);
        HttpResponse<String> forgotten = begin(account, "", "job=never, forget=1ms");
        JsonNode lost = settled(account, exchange(forgotten));
        assertThat(lost.path("charge").asString()).isEqualTo("0.00");
    }

    @Test
    void what_could_not_be_asked_for_later_is_refused_and_nothing_held() throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> refused = begin(account, ",\"store\":false", "");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(json(refused).path("error").path("param").asString()).isEqualTo("background");
        HttpResponse<String> failed = begin(account, "", "status=500");
        assertThat(failed.statusCode()).isEqualTo(500);
        assertThat(settled(account, exchange(failed)).path("charge").asString()).isEqualTo("0.00");
        assertThat(begin(gateway.account("0"), "", "").statusCode()).isEqualTo(402);
        assertThat(wallet(account, "balance")).isEqualTo(Usd.parse("1.00"));
    }
}
