package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tollgate.TestGateway.Account;
import tollgate.pricing.Usd;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Two providers behind one name: who is asked, who goes on to whom, who pays. */
@SuppressWarnings("NullAway.Init") // started before all tests
class RoutingEndToEndTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    /** What 1,000 and 100 tokens of gpt-4o-mini and of gpt-4o come to. */
    private static final Usd MINI = Usd.parse("0.00021");

    private static final Usd LARGE = Usd.parse("0.0035");

    @TempDir
    static Path folder;

    private static FickleUpstream one;
    private static FickleUpstream two;
    private static TestGateway gateway;
    private static Account account;
    private static Usd before;

    @BeforeAll
    static void start() throws IOException {
        one = new FickleUpstream("gpt-4o-mini-2024-07-18");
        two = new FickleUpstream("gpt-4o-mini-2024-07-18");
        String easy = ", breaker: {window: 10000, failure_percent: 100}";
        gateway = TestGateway.start(
                folder.resolve("data"),
                """
                limits: {in_flight_bytes: 64KiB, request_bytes: 16KiB}
                routes:
                  - name: ordered
                    models: [ordered]
                    upstreams:
                      - {upstream: one, model: gpt-4o-mini}
                      - {upstream: two, model: gpt-4o-mini, weight: 0}
                  - name: shared
                    models: [shared]
                    upstreams:
                      - {upstream: one, weight: 3, model: gpt-4o-mini}
                      - {upstream: two, weight: 1, model: gpt-4o-mini}
                  - name: twice
                    models: [twice]
                    upstreams:
                      - {upstream: one, model: gpt-4o-mini}
                      - {upstream: two, model: gpt-4o-mini, weight: 0}
                    failover: {resend: true}
                    timeouts: {first_byte: 300ms}
                  - name: mixed
                    models: [mixed]
                    upstreams:
                      - {upstream: one, model: gpt-4o-mini}
                      - {upstream: two, model: gpt-4o, weight: 0}
                  - name: half
                    models: [half]
                    upstreams:
                      - {upstream: one, model: no-such-model}
                      - {upstream: two, model: gpt-4o-mini}
                  - name: limited
                    models: [limited]
                    client_gone: cancel
                    upstreams:
                      - {upstream: slim, model: gpt-4o-mini}
                  - name: resting
                    models: [resting]
                    upstreams:
                      - {upstream: touchy, model: gpt-4o-mini}
                      - {upstream: slim, model: gpt-4o-mini, weight: 0}
                """,
                "{" + one.yaml("one", easy) + ", " + two.yaml("two", easy) + ", "
                        + two.yaml("slim", ", limits: {concurrent: 1}") + ", " + one.yaml("touchy", "") + "}");
        account = gateway.liveAccount("100.00");
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        one.close();
        two.close();
    }

    @BeforeEach
    void both_are_well() throws Exception {
        one.feels(FickleUpstream.Mood.GOOD);
        two.feels(FickleUpstream.Mood.GOOD);
        one.answersAs("gpt-4o-mini-2024-07-18");
        two.answersAs("gpt-4o-mini-2024-07-18");
        before = balance();
    }

    @AfterEach
    void nothing_is_left_held_and_the_books_are_right() throws Exception {
        await().atMost(Duration.ofSeconds(10))
                .until(() -> gateway.get(account, "/v1/wallet").body().contains("\"held\":\"0.00\""));
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(gateway.installation.verify()).containsEntry("ok", true));
    }

    private static Usd balance() throws Exception {
        return Usd.parse(MAPPER.readTree(gateway.get(account, "/v1/wallet").body())
                .path("balance")
                .asString());
    }

    private static HttpResponse<String> ask(String model, boolean stream) throws Exception {
        return gateway.ask(account, TestGateway.chat(stream, 100).replace("gpt-4o-mini", model), "");
    }

    private static JsonNode record(HttpResponse<String> answer) {
        String id = answer.headers().firstValue("X-Tollgate-Request-Id").orElseThrow();
        return MAPPER.readTree(await().atMost(Duration.ofSeconds(10))
                .until(() -> gateway.installation.records().exchanges().find(id), found -> found.isPresent())
                .orElseThrow()
                .record());
    }

    private static void costsAddUp(JsonNode record) {
        Usd cost = Usd.ZERO;
        for (JsonNode attempt : record.path("attempts")) {
            cost = cost.plus(Usd.parse(attempt.path("cost").asString()));
        }
        assertThat(record.path("margin").asString())
                .as("%s", record)
                .isEqualTo(
                        Usd.parse(record.path("charge").asString()).minus(cost).toString());
    }

    @Test
    void a_name_of_ones_own_asks_for_the_upstreams_own_and_changes_nothing_else() throws Exception {
        HttpResponse<String> answer = gateway.ask(
                account,
                "{ \"messages\":[{\"role\":\"user\",\"content\":\"model\"}], \"model\" : \"ord\\u0065red\",\"max_tokens\":100}",
                "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(one.body())
                .isEqualTo(
                        "{ \"messages\":[{\"role\":\"user\",\"content\":\"model\"}], \"model\" : \"gpt-4o-mini\",\"max_tokens\":100}");
        assertThat(one.head()).contains("Bearer sk-one").doesNotContain(account.key());
        assertThat(answer.headers().firstValue("X-Model")).contains("gpt-4o-mini-2024-07-18");
        assertThat(before.minus(balance())).isEqualTo(MINI);
        JsonNode record = record(answer);
        assertThat(record.path("model_asked").asString()).isEqualTo("ordered");
        assertThat(record.path("model_sent").asString()).isEqualTo("gpt-4o-mini");
        assertThat(record.path("route").asString()).isEqualTo("ordered");
        assertThat(record.path("changes").get(0).path("removed").asString()).isEqualTo("\"ord\\u0065red\"");
        costsAddUp(record);
    }

    @Test
    void whatever_a_name_stands_for_the_model_that_answered_is_charged() throws Exception {
        one.answersAs("gpt-4o-2024-08-06");
        assertThat(ask("ordered", false).statusCode()).isEqualTo(200);
        assertThat(before.minus(balance())).isEqualTo(LARGE);
    }

    @Test
    void requests_are_shared_by_weight() throws Exception {
        int first = one.asked();
        int second = two.asked();
        for (int i = 0; i < 40; i++) {
            assertThat(ask("shared", i % 2 == 0).statusCode()).isEqualTo(200);
        }
        // two event loops share by themselves, each to within one from wherever it stood
        assertThat(one.asked() - first).isBetween(26, 34);
        assertThat(two.asked() - second).isBetween(6, 14);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(ints = {429, 500, 502, 503, 504, 529})
    void an_upstream_that_did_nothing_is_followed_by_another_and_the_client_sees_only_that(int status)
            throws Exception {
        one.refuses(status, "");
        for (boolean stream : new boolean[] {false, true}) {
            int asked = one.asked();
            Usd had = balance();
            HttpResponse<String> answer = ask("ordered", stream);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(one.asked() - asked).isEqualTo(1);
            assertThat(had.minus(balance())).isEqualTo(MINI);
            JsonNode record = record(answer);
            assertThat(record.path("attempts")).hasSize(2);
            assertThat(record.path("attempts").get(0).path("status").asInt()).isEqualTo(status);
            assertThat(record.path("attempts").get(0).path("cost").asString()).isEqualTo("0.00");
            assertThat(record.path("attempts").get(1).path("upstream").asString())
                    .isEqualTo("two");
            costsAddUp(record);
        }
    }

    @ParameterizedTest(name = "{0} is the client''s to read as {1}")
    @CsvSource({
        "400, 400",
        "404, 404",
        "408, 408",
        "409, 409",
        "413, 413",
        "422, 422",
        "401, 502",
        "403, 502",
        "501, 501"
    })
    void any_other_answer_is_the_answer(int status, int told) throws Exception {
        one.refuses(status, "");
        int other = two.asked();
        assertThat(ask("ordered", false).statusCode()).isEqualTo(told);
        assertThat(two.asked()).isEqualTo(other);
        assertThat(balance()).isEqualTo(before);
    }

    @Test
    void where_all_fail_the_client_reads_the_last_one_and_pays_nothing() throws Exception {
        one.refuses(503, "");
        two.refuses(429, "Retry-After: 0\r\nx-should-retry: true\r\n");
        HttpResponse<String> answer = ask("ordered", true);
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("retry-after")).contains("0");
        assertThat(balance()).isEqualTo(before);
        assertThat(record(answer).path("attempts")).hasSize(2);
    }

    @Test
    void a_request_that_was_sent_and_not_answered_is_not_sent_again_and_what_it_may_cost_is_ours() throws Exception {
        one.feels(FickleUpstream.Mood.RESETTING);
        int asked = one.asked();
        int other = two.asked();
        HttpResponse<String> answer = ask("ordered", false);
        assertThat(answer.statusCode()).isEqualTo(502);
        // a connection that was used before is replaced once: it may have been dead
        assertThat(one.asked() - asked).isBetween(1, 2);
        assertThat(two.asked()).isEqualTo(other);
        assertThat(balance()).isEqualTo(before);
        JsonNode record = record(answer);
        JsonNode attempt = record.path("attempts").get(record.path("attempts").size() - 1);
        assertThat(attempt.path("failure").asString()).isEqualTo("RESET");
        assertThat(Usd.parse(attempt.path("cost").asString())).isGreaterThan(Usd.ZERO);
        assertThat(attempt.path("estimated").asBoolean()).isTrue();
        costsAddUp(record);
        assertThat(gateway.get(
                                account,
                                "/v1/exchanges/"
                                        + answer.headers()
                                                .firstValue("X-Tollgate-Request-Id")
                                                .orElseThrow())
                        .body())
                .doesNotContain("margin", "\"cost\"");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"RESETTING, RESET", "SILENT, FIRST_BYTE_TIMEOUT"})
    void where_the_route_says_so_it_is_sent_again_and_each_attempt_has_its_cost(
            FickleUpstream.Mood mood, String failure) throws Exception {
        one.feels(mood);
        HttpResponse<String> answer = ask("twice", true);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(before.minus(balance())).isEqualTo(MINI);
        JsonNode attempts = record(answer).path("attempts");
        JsonNode last = attempts.get(attempts.size() - 1);
        JsonNode failed = attempts.get(attempts.size() - 2);
        assertThat(failed.path("failure").asString()).isEqualTo(failure);
        assertThat(Usd.parse(failed.path("cost").asString())).isGreaterThan(Usd.ZERO);
        assertThat(last.path("upstream").asString()).isEqualTo("two");
        assertThat(Usd.parse(last.path("cost").asString())).isEqualTo(MINI);
        costsAddUp(record(answer));
    }

    @Test
    void a_stream_that_breaks_is_never_begun_again() throws Exception {
        one.feels(FickleUpstream.Mood.CUTTING);
        for (String route : new String[] {"ordered", "twice"}) {
            int other = two.asked();
            HttpResponse<String> answer = ask(route, true);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("Hello", "upstream_cut");
            assertThat(two.asked()).isEqualTo(other);
        }
        assertThat(balance()).isLessThan(before);
    }

    @Test
    void one_whose_price_is_not_known_serves_nothing() throws Exception {
        int unpriced = one.asked();
        for (int i = 0; i < 6; i++) {
            assertThat(ask("half", false).statusCode()).isEqualTo(200);
        }
        assertThat(one.asked()).isEqualTo(unpriced);
        two.refuses(503, "");
        assertThat(ask("half", false).statusCode()).isEqualTo(503);
        assertThat(one.asked()).isEqualTo(unpriced);
    }

    @Test
    void the_hold_is_enough_for_the_dearest_that_may_serve_and_the_charge_is_of_the_one_that_did() throws Exception {
        one.refuses(503, "");
        two.answersAs("gpt-4o-2024-08-06");
        assertThat(ask("mixed", false).statusCode()).isEqualTo(200);
        assertThat(before.minus(balance())).isEqualTo(LARGE);
        // enough for the first, not for the second: nobody is asked
        Account poor = gateway.liveAccount("0.0003");
        int asked = one.asked();
        one.feels(FickleUpstream.Mood.GOOD);
        String body = TestGateway.chat(false, 100).replace("gpt-4o-mini", "mixed");
        assertThat(gateway.ask(poor, body, "").statusCode()).isEqualTo(402);
        assertThat(one.asked()).isEqualTo(asked);
        assertThat(gateway.ask(poor, body.replace("mixed", "ordered"), "").statusCode())
                .isEqualTo(200);
    }

    @Test
    void an_upstream_that_asks_for_rest_gets_it_and_everything_goes_to_the_other() throws Exception {
        one.refuses(429, "Retry-After: 5\r\n");
        long since = System.nanoTime();
        assertThat(ask("resting", false).statusCode()).isEqualTo(200);
        int rested = one.asked();
        one.feels(FickleUpstream.Mood.GOOD);
        int others = 0;
        for (int asked = two.asked(); System.nanoTime() - since < 4_000_000_000L && others < 10; others++) {
            assertThat(ask("resting", false).statusCode()).isEqualTo(200);
            assertThat(two.asked() - asked).isEqualTo(others + 1);
            assertThat(one.asked()).isEqualTo(rested);
        }
        assertThat(others).isPositive();
        await().atMost(Duration.ofSeconds(15)).until(() -> {
            ask("resting", false);
            return one.asked() > rested;
        });
    }

    @Test
    void what_an_upstream_may_be_given_at_once_is_all_that_it_gets() throws Exception {
        two.feels(FickleUpstream.Mood.SILENT);
        int asked = two.asked();
        CompletableFuture<HttpResponse<String>> waiting =
                gateway.askLater(account, TestGateway.chat(false, 100).replace("gpt-4o-mini", "limited"), "");
        await().atMost(Duration.ofSeconds(10)).until(() -> two.asked() > asked);
        HttpResponse<String> refused = ask("limited", false);
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("upstream_unavailable");
        assertThat(refused.headers().firstValue("Retry-After")).contains("1");
        waiting.cancel(true);
        two.feels(FickleUpstream.Mood.GOOD);
        await().atMost(Duration.ofSeconds(10)).until(() -> ask("limited", false).statusCode() == 200);
    }

    @Test
    void while_one_of_two_is_killed_and_comes_back_clients_see_answers_and_only_what_was_on_its_way_may_fail()
            throws Exception {
        List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
        String body = TestGateway.chat(false, 100).replace("gpt-4o-mini", "shared");
        int dead = 0;
        for (int round = 0; round < 60; round++) {
            if (round == 20) {
                one.dies();
                dead = asked.size();
            }
            if (round == 40) {
                one.comesBack();
            }
            for (int i = 0; i < 4; i++) {
                asked.add(gateway.askLater(account, body, ""));
            }
            CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new)).join();
        }
        int good = 0;
        for (int i = 0; i < asked.size(); i++) {
            HttpResponse<String> answer = asked.get(i).join();
            assertThat(answer.statusCode())
                    .as("request %s, killed after %s: %s", i, dead, answer.body())
                    .isEqualTo(200);
            good++;
        }
        Usd charged = Usd.ZERO;
        for (int i = 0; i < good; i++) {
            charged = charged.plus(MINI);
        }
        assertThat(before.minus(balance())).isEqualTo(charged);
        int back = one.asked();
        for (int i = 0; i < 8; i++) {
            ask("shared", false);
        }
        assertThat(one.asked()).isGreaterThan(back);
    }
}
