package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.TestGateway.Account;
import tollgate.pricing.Usd;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Promotional money at a running gateway: given, spent, shown, expired, refunded. */
@SuppressWarnings("NullAway.Init") // started before all tests
class GrantsEndToEndTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    @TempDir
    static Path folder;

    private static TestGateway gateway;
    private static ControlPlane control;

    @BeforeAll
    static void start() throws Exception {
        gateway = TestGateway.start(folder.resolve("data"));
        control = new ControlPlane(gateway);
    }

    @AfterAll
    static void stop() {
        control.close();
        gateway.close();
    }

    @Test
    void a_request_is_paid_for_by_what_was_given_and_its_holder_sees_how_much_is_left() throws Exception {
        Account account = gateway.account("0");
        assertThat(gateway.ask(account, TestGateway.chat(false, 50), "tokens=20")
                        .statusCode())
                .isEqualTo(402);
        String expires = Instant.now()
                .plus(1, ChronoUnit.DAYS)
                .truncatedTo(ChronoUnit.MILLIS)
                .toString();
        grant(account, "0.01", "'" + expires + "'", "hello");
        grant(account, "0.01", "null", "for ever");
        HttpResponse<String> paid = gateway.ask(account, TestGateway.chat(false, 50), "tokens=20");
        assertThat(paid.statusCode()).isEqualTo(200);
        Usd charge = Usd.parse(paid.headers().firstValue("X-Usage-Cost").orElseThrow());
        JsonNode shown = wallet(account);
        Usd left = Usd.parse("0.01").minus(charge);
        assertThat(shown.path("balance").asString())
                .isEqualTo(left.plus(Usd.parse("0.01")).toString());
        assertThat(shown.path("granted"))
                .isEqualTo(MAPPER.readTree(
                        "[{\"amount\":\"" + left + "\",\"expires\":\"" + expires + "\"},{\"amount\":\"0.01\"}]"));
        String exchange = paid.headers().firstValue("X-Tollgate-Request-Id").orElseThrow();
        refunded(exchange, charge);
        assertThat(wallet(account).path("granted").path(0).path("amount").asString())
                .isEqualTo("0.01");
        assertThat(control.send(
                                "POST",
                                "refunds",
                                "{\"exchange\":\"" + exchange + "\",\"amount\":\"0.01\",\"reason\":\"more\"}")
                        .statusCode())
                .isEqualTo(422);
        verified();
    }

    @Test
    void a_request_that_finds_promotional_money_over_has_it_taken_and_goes_on() throws Exception {
        Account account = gateway.account("1.00");
        grant(account, "0.50", "'2999-01-01'", "hello");
        gateway.ask(account, TestGateway.chat(false, 50), "tokens=20");
        String shard = "{s"
                + gateway.installation
                        .records()
                        .wallets()
                        .find(account.wallet())
                        .orElseThrow()
                        .shard()
                + "}:";
        Usd before = Usd.parse(wallet(account).path("balance").asString());
        String rest;
        try (RedisClient client =
                        RedisClient.create(gateway.installation.redis().url());
                var connection = client.connect()) {
            // over for Redis alone: the books, which know another date, do not look
            String[] grant =
                    connection.sync().hget(shard + "g:" + account.wallet(), "1").split(",", -1);
            rest = grant[3];
            connection.sync().hset(shard + "g:" + account.wallet(), "1", grant[0] + ",1,50," + rest);
            connection.sync().hset(shard + "w:" + account.wallet(), "nexp", "1");
        }
        for (int i = 0; i < 3; i++) {
            HttpResponse<String> paid = gateway.ask(account, TestGateway.chat(i == 1, 50), "tokens=20");
            assertThat(paid.statusCode()).isEqualTo(200);
        }
        JsonNode after = wallet(account);
        assertThat(after.path("granted").size()).isZero();
        Usd spent = before.minus(Usd.parse(after.path("balance").asString()));
        assertThat(spent.nano() - Long.parseLong(rest)).isBetween(1L, 1_000_000L);
        entries(account, "open", "top_up", "grant", "settle", "grant_expiry", "settle", "settle", "settle");
        verified();
    }

    @Test
    void what_expires_cannot_pay_any_more() throws Exception {
        Account account = gateway.account("0");
        grant(account, "0.50", "'" + Instant.now().plusMillis(1_500) + "'", "short");
        assertThat(gateway.ask(account, TestGateway.chat(false, 50), "tokens=20")
                        .statusCode())
                .isEqualTo(200);
        await().atMost(Duration.ofSeconds(10))
                .until(() -> gateway.ask(account, TestGateway.chat(false, 50), "tokens=20")
                                .statusCode()
                        == 402);
        assertThat(wallet(account).path("balance").asString()).isEqualTo("0.00");
        verified();
    }

    private static void grant(Account account, String amount, String expires, String reason) throws Exception {
        control.post(
                "grants",
                "{'wallet':'" + account.wallet() + "','amount':'" + amount + "','expires':" + expires + ",'reason':'"
                        + reason + "'}");
    }

    /** As soon as the ledger has the exchange. */
    private static void refunded(String exchange, Usd amount) {
        await().atMost(Duration.ofSeconds(10))
                .until(() -> control.send(
                                        "POST",
                                        "refunds",
                                        "{\"exchange\":\"" + exchange + "\",\"amount\":\"" + amount
                                                + "\",\"reason\":\"sorry\"}")
                                .statusCode()
                        == 200);
    }

    private static JsonNode wallet(Account account) throws Exception {
        return MAPPER.readTree(gateway.get(account, "/v1/wallet").body());
    }

    private static void entries(Account account, String... kinds) {
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(
                        () -> assertThat(gateway.installation.records().ledger().ofWallet(account.wallet(), 0, 100))
                                .extracting(entry -> entry.kind())
                                .containsExactly(kinds));
    }

    private static void verified() {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(gateway.installation.verify().get("problems"))
                        .asString()
                        .isEqualTo("[]"));
    }
}
