package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static tollgate.JobHouse.begin;
import static tollgate.JobHouse.exchange;
import static tollgate.JobHouse.json;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.TestGateway.Account;
import tollgate.pricing.Usd;
import tollgate.records.Records;

/** Jobs whose gateway is killed, or whose Redis goes back, on books and a provider that live on. */
@Wide
@SuppressWarnings("NullAway.Init") // made before every test
class KilledJobsTest {
    /** 7 tokens at 0.15 and 10 at 0.60 dollars a million. */
    private static final long CHARGE = 7_050;

    @TempDir
    Path folder;

    private JobHouse house;
    private TestGateway one;

    @BeforeEach
    void start() throws Exception {
        house = new JobHouse(folder, "");
        one = house.gateway("one");
    }

    @AfterEach
    void stop() throws Exception {
        house.close();
    }

    /** It was charged once, exactly, and nothing is left of it. */
    private void isChargedOnce(TestGateway gateway, Account account, String exchange) {
        Records records = gateway.installation.records();
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            var verified = gateway.installation.verify();
            assertThat(verified.get("problems")).asString().isEqualTo("[]");
            assertThat(verified.get("journal_pending")).isEqualTo(0);
            assertThat(String.valueOf(verified.get("wallets"))).doesNotContainPattern("held=0\\.0*[1-9]");
            assertThat(records.exchanges().find(exchange)).hasValueSatisfying(row -> {
                assertThat(row.charge()).isEqualTo(CHARGE);
                assertThat(row.ended()).isEqualTo("complete");
                assertThat(row.reconstructed()).isFalse();
            });
            assertThat(records.ledger().allOfExchange(exchange).stream()
                            .mapToLong(entry -> entry.amount())
                            .sum())
                    .isEqualTo(-CHARGE);
            assertThat(records.jobs().isOpen(exchange)).isFalse();
            assertThat(records.exchanges().last(account.wallet(), 100)).hasSize(1);
        });
    }

    @Test
    void a_killed_gateways_job_is_settled_once_by_another_whatever_its_maker_fetches_meanwhile() throws Exception {
        Account account = one.liveAccount("1.00");
        Process child = house.child();
        HttpResponse<String> begun = begin(house.childUrl(), account, "", "tokens=10, job=4s");
        assertThat(begun.statusCode()).as(begun.body()).isEqualTo(200);
        child.destroyForcibly().waitFor();
        String id = json(begun).path("id").asString();
        for (int i = 0; i < 20; i++) {
            HttpResponse<String> shown = one.get(account, "/v1/responses/" + id);
            assertThat(shown.statusCode()).as(shown.body()).isEqualTo(200);
            TimeUnit.MILLISECONDS.sleep(100);
        }
        isChargedOnce(one, account, exchange(begun));
        assertThat(one.get(one.liveAccount("1.00"), "/v1/responses/" + id).statusCode())
                .isEqualTo(404);
        house.child();
        isChargedOnce(one, account, exchange(begun));
    }

    @Test
    void a_gateway_that_was_killed_settles_its_jobs_once_it_is_back_also_those_whose_streams_it_relayed()
            throws Exception {
        Account account = one.liveAccount("1.00");
        Account watching = one.liveAccount("1.00");
        Process child = house.child();
        house.close(one);
        HttpResponse<String> begun = begin(house.childUrl(), account, "", "tokens=10, job=1s");
        String streamed;
        try (HttpClient http = HttpClient.newHttpClient()) {
            var open = http.send(
                    HttpRequest.newBuilder(URI.create(house.childUrl() + "/responses"))
                            .header("Authorization", "Bearer " + watching.key())
                            .header("X-Sandbox", "tokens=10, pace=300ms, job=1s")
                            .POST(HttpRequest.BodyPublishers.ofString(
                                    "{\"model\":\"gpt-4o-mini\",\"max_output_tokens\":100,\"input\":\"Say something.\","
                                            + "\"stream\":true,\"background\":true}"))
                            .build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            open.body().readNBytes(1_500);
            streamed = exchange(open);
            child.destroyForcibly().waitFor();
        }
        house.child();
        one = house.gateway("one");
        isChargedOnce(one, account, exchange(begun));
        isChargedOnce(one, watching, streamed);
    }

    @Test
    void a_job_whose_hold_a_redis_set_back_has_lost_holds_again_and_is_charged_once() throws Exception {
        Account account = one.liveAccount("1.00");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> String.valueOf(one.installation.verify().get("problems"))
                        .equals("[]"));
        house.backUp();
        HttpResponse<String> begun = begin(one.installation.baseUrl(), account, "", "tokens=10, job=12s");
        Usd held = held(account);
        assertThat(held.nano()).isPositive();
        house.goBack();
        await().atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .until(() -> held(account).equals(held));
        isChargedOnce(one, account, exchange(begun));
    }

    @Test
    void what_had_left_of_a_stream_when_its_gateway_was_killed_is_owed_though_it_is_called_off_then() throws Exception {
        Account account = one.liveAccount("1.00");
        Process child = house.child();
        house.close(one);
        String streamed;
        String seen;
        try (HttpClient http = HttpClient.newHttpClient()) {
            var open = http.send(
                    HttpRequest.newBuilder(URI.create(house.childUrl() + "/responses"))
                            .header("Authorization", "Bearer " + account.key())
                            .header("X-Sandbox", "tokens=90, pace=20ms, job=never")
                            .POST(HttpRequest.BodyPublishers.ofString(
                                    "{\"model\":\"gpt-4o-mini\",\"max_output_tokens\":100,\"input\":\"Say something.\","
                                            + "\"stream\":true,\"background\":true}"))
                            .build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            seen = new String(open.body().readNBytes(12_000), StandardCharsets.UTF_8);
            streamed = exchange(open);
            child.destroyForcibly().waitFor();
            house.child();
            String id = seen.replaceAll("(?s).*?\"id\":\"(resp_[0-9a-f]+)\".*", "$1");
            HttpResponse<String> cancelled = http.send(
                    HttpRequest.newBuilder(URI.create(house.childUrl() + "/responses/" + id + "/cancel"))
                            .header("Authorization", "Bearer " + account.key())
                            .POST(HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(cancelled.statusCode()).as(cancelled.body()).isEqualTo(200);
        }
        one = house.gateway("one");
        Records records = one.installation.records();
        await().atMost(JobHouse.LONG)
                .until(() -> records.exchanges().find(streamed).isPresent());
        long pieces = seen.split("event: response.output_text.delta", -1).length - 1L;
        assertThat(records.exchanges().find(streamed).orElseThrow().charge()).isBetween(pieces * 400, 61_000L);
    }

    /**
     * Redis goes back to before the job, whose gateway is gone: the wallet affords the job alone, and whoever is admitted
     * first may not have its money.
     */
    @Test
    void a_gateway_that_starts_with_a_redis_that_forgot_admits_nothing_before_its_jobs_hold_again() throws Exception {
        Account poor = affordingOneJob();
        house.backUp();
        HttpResponse<String> begun = begin(one.installation.baseUrl(), poor, "", "tokens=10, job=15s");
        assertThat(begun.statusCode()).as(begun.body()).isEqualTo(200);
        house.close(one);
        house.goBack();
        house.child();
        rush(house.childUrl(), poor);
        one = house.gateway("one");
        isChargedOnce(one, poor, exchange(begun));
    }

    @Test
    void no_gateway_admits_anything_before_the_jobs_of_a_dead_one_hold_again() throws Exception {
        Account poor = affordingOneJob();
        Process child = house.child();
        house.backUp();
        HttpResponse<String> begun = begin(house.childUrl(), poor, "", "tokens=10, job=25s");
        assertThat(begun.statusCode()).as(begun.body()).isEqualTo(200);
        child.destroyForcibly().waitFor();
        house.goBack();
        rush(one.installation.baseUrl(), poor);
        isChargedOnce(one, poor, exchange(begun));
    }

    private Account affordingOneJob() throws Exception {
        Account rich = one.liveAccount("1.00");
        begin(one.installation.baseUrl(), rich, "", "tokens=10, job=1s");
        Usd needed = held(rich);
        assertThat(needed.nano()).isPositive();
        await().atMost(Duration.ofSeconds(30)).until(() -> held(rich).equals(Usd.ZERO));
        Account poor = one.liveAccount(needed.toString());
        await().atMost(Duration.ofSeconds(20))
                .until(() -> String.valueOf(one.installation.verify().get("problems"))
                        .equals("[]"));
        return poor;
    }

    /** Asks for what only the job's money could pay, until the job's hold is there for long: never is it given. */
    private void rush(String baseUrl, Account poor) throws Exception {
        long since = System.nanoTime();
        int seen = 0;
        try (HttpClient http = HttpClient.newHttpClient()) {
            while (seen < 50 && System.nanoTime() - since < TimeUnit.SECONDS.toNanos(20)) {
                HttpResponse<String> asked = http.send(
                        HttpRequest.newBuilder(URI.create(baseUrl + "/chat/completions"))
                                .header("Authorization", "Bearer " + poor.key())
                                .header("X-Sandbox", "tokens=2")
                                .POST(HttpRequest.BodyPublishers.ofString(TestGateway.chat(false, 60)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(asked.statusCode()).as(asked.body()).isIn(402, 429, 503);
                seen += asked.statusCode() == 503 ? 0 : 1;
            }
        }
        assertThat(seen).as("answers of an open shard").isPositive();
    }

    private Usd held(Account account) throws IOException, InterruptedException {
        return Usd.parse(json(one.get(account, "/v1/wallet")).path("held").asString("0"));
    }
}
