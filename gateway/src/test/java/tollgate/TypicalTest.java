package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.TestGateway.Account;
import tollgate.pricing.Usd;
import tollgate.records.Exchanges;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Holds of what requests usually cost: once enough were seen, within the overrun that a wallet may have. */
@SuppressWarnings("NullAway.Init") // started before all tests
class TypicalTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final long MOST = Usd.parse("1.00").nano();
    private static final int CEILING = 4_000;

    @TempDir
    static Path folder;

    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        gateway = TestGateway.start(
                        folder.resolve("data"),
                        "holds: {mode: typical, max_overrun: '1.00'}\nredis: {place_wait_ms: 20000}")
                .expectingLag();
        Account teacher = gateway.account("9.00");
        assertThat(record(teacher, gateway.ask(teacher, TestGateway.chat(false, CEILING), "tokens=20"))
                        .path("hold_mode")
                        .asString())
                .as("before enough were seen")
                .isEqualTo("strict");
        for (int i = 0; i < 100; i++) {
            assertThat(gateway.ask(teacher, TestGateway.chat(false, CEILING), "tokens=20")
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @AfterEach
    void the_books_are_exact_and_nothing_is_held() {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            var verified = gateway.installation.verify();
            assertThat(verified.get("problems")).asString().isEqualTo("[]");
            assertThat(verified.get("journal_pending")).isEqualTo(0);
            assertThat(String.valueOf(verified.get("wallets"))).doesNotContainPattern("held=0\\.0*[1-9]");
        });
    }

    @Test
    void once_enough_were_seen_what_is_usual_is_held_and_the_record_says_so() throws Exception {
        Account account = gateway.account("9.00");
        JsonNode record = record(account, gateway.ask(account, TestGateway.chat(false, CEILING), "tokens=20"));
        assertThat(record.path("hold_mode").asString()).isEqualTo("typical");
        long held = Usd.parse(record.path("held").asString()).nano();
        // 4,000 tokens at 0.60 dollars a million would be 2,400,000
        assertThat(held).isBetween(Usd.parse(record.path("charge").asString()).nano(), 400_000L);
        assertThat(record.has("overrun")).isFalse();
    }

    @Test
    void requests_that_all_come_to_their_ceilings_overrun_by_no_more_than_a_wallet_may() throws Exception {
        Account account = gateway.account("0.09");
        List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
        long before = gateway.installation.sandbox().log().requests();
        for (int i = 0; i < 500; i++) {
            asked.add(gateway.askLater(account, TestGateway.chat(false, CEILING), "barrier=501, tokens=" + CEILING));
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> gateway.installation.sandbox().log().requests()
                                - before
                                + asked.stream()
                                        .filter(CompletableFuture::isDone)
                                        .count()
                        == 500);
        long together = gateway.installation.sandbox().log().requests() - before;
        assertThat(together).as("0.09 dollars pay for 37 ceilings").isGreaterThan(3 * 37);
        gateway.releaseSandbox();
        long good = 0;
        for (CompletableFuture<HttpResponse<String>> one : asked) {
            HttpResponse<String> answer = one.get(60, TimeUnit.SECONDS);
            assertThat(answer.statusCode()).as(answer.body()).isIn(200, 402, 429);
            good += answer.statusCode() == 200 ? 1 : 0;
        }
        assertThat(good).isEqualTo(together);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> exchanges(account).stream()
                                .filter(each -> each.charge() > 0)
                                .count()
                        == together);
        long charged = 0;
        long overrun = 0;
        for (Exchanges.Exchange exchange : exchanges(account)) {
            charged += exchange.charge();
            String over = MAPPER.readTree(exchange.record()).path("overrun").asString("0");
            overrun += Usd.parse(over).nano();
        }
        assertThat(overrun).as("in all").isBetween(1L, MOST);
        assertThat(charged)
                .isGreaterThan(Usd.parse("0.09").nano())
                .isLessThanOrEqualTo(Usd.parse("0.09").nano() + MOST);
        System.out.println("typical: " + together + " together, overrun by " + new Usd(overrun));
        HttpResponse<String> after = gateway.ask(account, TestGateway.chat(false, CEILING), "");
        assertThat(after.statusCode()).as("overdrawn").isEqualTo(402);
    }

    @Test
    void an_upstream_that_reports_what_cannot_be_freezes_the_wallet() throws Exception {
        Account account = gateway.account("9.00");
        HttpResponse<String> answer =
                gateway.ask(account, TestGateway.chat(false, CEILING), "tokens=20, reasoning=3000000");
        assertThat(answer.statusCode()).isEqualTo(200);
        await().untilAsserted(() -> assertThat(gateway.ask(account, TestGateway.chat(false, CEILING), "")
                        .body())
                .contains("wallet_frozen"));
        assertThat(exchanges(account)).hasSizeLessThanOrEqualTo(1);
    }

    private static List<Exchanges.Exchange> exchanges(Account account) {
        return gateway.installation.records().exchanges().last(account.wallet(), 1_000);
    }

    private static JsonNode record(Account account, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(20)).until(() -> !exchanges(account).isEmpty());
        return MAPPER.readTree(exchanges(account).getFirst().record());
    }
}
