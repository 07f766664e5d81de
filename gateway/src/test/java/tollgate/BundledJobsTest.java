package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static tollgate.JobHouse.exchange;
import static tollgate.JobHouse.json;

import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.TestGateway.Account;
import tollgate.pricing.Usd;
import tollgate.records.Exchanges;
import tools.jackson.databind.JsonNode;

/** Answers in the background that a bundle of tokens pays for, in whole or in part: its counter is exact whatever happens. */
@Wide
@SuppressWarnings("NullAway.Init") // made before every test
class BundledJobsTest {
    /** Tokens of the prompt that the sandbox counts. */
    private static final long PROMPT = 7;

    @TempDir
    Path folder;

    private JobHouse house;
    private TestGateway one;
    private Account account;
    private String organisation;

    @BeforeEach
    void start() throws Exception {
        Path card = folder.resolve("own.yaml");
        Files.writeString(card, """
                provider: house
                source: https://example.com/pricing
                seen: 2026-11-25
                models:
                  - model: house-7b
                    limits: { context: 8000, max_output_tokens: 1000, visible_output: true, typical_output: 100 }
                    usd_per_million: { input: "1", output: "2" }
                bundles:
                  - { name: taste, model: house-7b, tokens: 400, per: lifetime }
                """);
        house = new JobHouse(folder, "prices: {files: ['" + card + "']}\n");
        one = house.gateway("one");
        account = one.liveAccount("1.00");
        organisation = one.installation
                .records()
                .wallets()
                .find(account.wallet())
                .orElseThrow()
                .organisation();
    }

    @AfterEach
    void stop() throws Exception {
        house.close();
    }

    private static HttpResponse<String> begin(String baseUrl, Account account, String told) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> begun =
                    http.send(request(baseUrl, account, "", told), HttpResponse.BodyHandlers.ofString());
            assertThat(begun.statusCode()).as(begun.body()).isEqualTo(200);
            return begun;
        }
    }

    private static HttpRequest request(String baseUrl, Account account, String more, String told) {
        return HttpRequest.newBuilder(URI.create(baseUrl + "/responses"))
                .header("Authorization", "Bearer " + account.key())
                .header("X-Sandbox", told)
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"model\":\"house-7b\",\"max_output_tokens\":100,\"input\":\"Say something.\","
                                + "\"background\":true" + more + "}"))
                .build();
    }

    private JsonNode bundle() throws Exception {
        try (ControlPlane control = new ControlPlane(one)) {
            for (JsonNode each : control.good("GET", "organizations/" + organisation + "/bundles", "")
                    .path("data")) {
                if (each.path("name").asString().equals("taste")
                        && each.path("live").asBoolean()) {
                    return each;
                }
            }
        }
        throw new AssertionError("no such bundle");
    }

    private long used() throws Exception {
        return bundle().path("used").asLong();
    }

    private long held() throws Exception {
        return bundle().path("held").asLong();
    }

    private Exchanges.Exchange settled(String exchange) {
        await().atMost(JobHouse.LONG).untilAsserted(() -> {
            var verified = one.installation.verify();
            assertThat(verified.get("problems")).asString().isEqualTo("[]");
            assertThat(verified.get("journal_pending")).isEqualTo(0);
            assertThat(String.valueOf(verified.get("wallets"))).doesNotContainPattern("held=0\\.0*[1-9]");
            assertThat(one.installation.records().exchanges().find(exchange)).isPresent();
            assertThat(one.installation.records().jobs().isOpen(exchange)).isFalse();
        });
        return one.installation.records().exchanges().find(exchange).orElseThrow();
    }

    private Usd balance() throws Exception {
        return Usd.parse(json(one.get(account, "/v1/wallet")).path("balance").asString());
    }

    @Test
    void tokens_are_held_while_it_is_made_and_used_once_and_what_they_leave_is_charged() throws Exception {
        String first = exchange(begin(one.installation.baseUrl(), account, "tokens=90, job=2s"));
        assertThat(held()).isGreaterThanOrEqualTo(100 + PROMPT);
        assertThat(used()).isZero();
        assertThat(settled(first).charge()).isZero();
        assertThat(used()).isEqualTo(90 + PROMPT);
        assertThat(held()).isZero();
        long used = used();
        long charged = 0;
        for (int i = 0; i < 4; i++) {
            Exchanges.Exchange next =
                    settled(exchange(begin(one.installation.baseUrl(), account, "tokens=95, job=300ms")));
            long paid = used() - used;
            used = used();
            // the prompt's tokens at 1 dollar a million are paid for first, then the answer's at 2
            assertThat(next.charge())
                    .isEqualTo(1_000 * Math.max(0, PROMPT - paid) + 2_000 * (95 - Math.max(0, paid - PROMPT)));
            charged += next.charge();
        }
        assertThat(used).isEqualTo(400);
        assertThat(charged).isPositive();
        assertThat(balance()).isEqualTo(new Usd(1_000_000_000L - charged));
    }

    @Test
    void who_leaves_its_stream_and_calls_it_off_has_used_the_tokens_that_came() throws Exception {
        String exchange;
        String seen;
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<InputStream> open = http.send(
                    request(one.installation.baseUrl(), account, ",\"stream\":true", "tokens=90, pace=20ms, job=never"),
                    HttpResponse.BodyHandlers.ofInputStream());
            exchange = exchange(open);
            try (InputStream body = open.body()) {
                seen = new String(body.readNBytes(12_000), StandardCharsets.UTF_8);
            }
        }
        String id = seen.replaceAll("(?s).*?\"id\":\"(resp_[0-9a-f]+)\".*", "$1");
        assertThat(one.post(account, "/v1/responses/" + id + "/cancel", "", "").statusCode())
                .isEqualTo(200);
        assertThat(settled(exchange).charge()).isZero();
        long pieces = seen.split("event: response.output_text.delta", -1).length - 1;
        assertThat(used()).isBetween(pieces * 2 / 3, 110L);
        assertThat(held()).isZero();
        assertThat(balance()).isEqualTo(Usd.parse("1.00"));
    }

    @Test
    void a_job_of_a_killed_gateway_uses_its_tokens_once_whoever_settles_it() throws Exception {
        Process child = house.child();
        HttpResponse<String> begun = begin(house.childUrl(), account, "tokens=60, job=4s");
        child.destroyForcibly().waitFor();
        assertThat(held()).isGreaterThanOrEqualTo(100 + PROMPT);
        assertThat(settled(exchange(begun)).charge()).isZero();
        assertThat(used()).isEqualTo(60 + PROMPT);
        house.child();
        assertThat(settled(exchange(begun)).charge()).isZero();
        assertThat(used()).isEqualTo(60 + PROMPT);
        assertThat(held()).isZero();
        assertThat(balance()).isEqualTo(Usd.parse("1.00"));
    }

    @Test
    void a_redis_that_forgot_gives_nobody_the_tokens_of_a_job_that_it_lost() throws Exception {
        house.backUp();
        HttpResponse<String> begun = begin(one.installation.baseUrl(), account, "tokens=60, job=15s");
        long held = held();
        house.goBack();
        await().atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(held()).isEqualTo(held));
        assertThat(settled(exchange(begun)).charge()).isZero();
        assertThat(used()).isEqualTo(60 + PROMPT);
        assertThat(held()).isZero();
        assertThat(balance()).isEqualTo(Usd.parse("1.00"));
    }
}
