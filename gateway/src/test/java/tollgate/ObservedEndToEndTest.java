package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
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
import tollgate.records.Ledger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A gateway that enforces nothing: everything is metered and recorded, and what would have been refused is told. */
@SuppressWarnings("NullAway.Init") // started before all tests
class ObservedEndToEndTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    @TempDir
    static Path folder;

    private static TestGateway gateway;
    private static ControlPlane control;

    @BeforeAll
    static void start() throws Exception {
        gateway = TestGateway.start(folder.resolve("data"), "enforce: false");
        control = new ControlPlane(gateway);
    }

    @AfterAll
    static void stop() {
        control.close();
        gateway.close();
    }

    @AfterEach
    void wallets_counters_and_books_say_the_same() {
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(gateway.installation.verify().get("problems"))
                        .asString()
                        .isEqualTo("[]"));
    }

    @Test
    void a_wallet_without_money_goes_below_zero_by_entries_that_say_so() throws Exception {
        Account account = gateway.account("0");
        HttpResponse<String> paid = gateway.ask(account, TestGateway.chat(false, 20), "tokens=3");
        assertThat(paid.statusCode()).as(paid.body()).isEqualTo(200);
        String charge = paid.headers().firstValue("X-Usage-Cost").orElseThrow();
        assertThat(paid.headers().firstValue("X-Wallet-Balance")).hasValue("-" + charge);
        assertThat(notRefused(account, paid)).isEqualTo("insufficient_funds");
        assertThat(gateway.ask(account, TestGateway.chat(true, 20), "tokens=3").body())
                .as("a stream, too")
                .contains("\"balance\":\"-");
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(entries(account))
                        .extracting(Ledger.Entry::kind)
                        .containsExactly("open", "unenforced", "unenforced"));
        Ledger.Entry last = entries(account).getLast();
        assertThat(last.amount()).isEqualTo(-Usd.parse(charge).nano());
        assertThat(metrics()).contains("tollgate_not_refused_total{reason=\"insufficient_funds\"}");
    }

    @Test
    void nothing_of_the_request_is_lowered_though_half_of_the_money_would_not_do() throws Exception {
        Account account = gateway.account("0.001");
        HttpResponse<String> paid = gateway.ask(account, TestGateway.chat(false, 0), "tokens=3");
        assertThat(paid.statusCode()).isEqualTo(200);
        assertThat(paid.headers().firstValue("X-Tollgate-Clamped")).isEmpty();
        assertThat(Objects.requireNonNull(gateway.installation.sandbox().log().last())
                        .body())
                .isEqualTo(TestGateway.chat(false, 0));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "cap_reached          | 'per':'day','usd':'0'",
                "cap_reached          | 'per':'lifetime','requests':0",
                "rate_limited         | 'per':'minute','rate':0",
                "rate_limited         | 'per':'minute','token_rate':0",
                "concurrency_limited  | 'concurrent':0",
            })
    void caps_and_limits_only_tell(String code, String cap) throws Exception {
        Account account = gateway.account("10");
        control.post("caps", "{'scope':'wallet:" + account.wallet() + "'," + cap.strip() + "}");
        HttpResponse<String> paid = gateway.ask(account, TestGateway.chat(false, 20), "tokens=3");
        assertThat(paid.statusCode()).as(paid.body()).isEqualTo(200);
        assertThat(notRefused(account, paid)).isEqualTo(code);
    }

    @Test
    void neither_do_frozen_keys_wallets_and_organizations_roles_and_models_refuse() throws Exception {
        String wallet = control.made("wallets", "{'name':'w','test':true,'organization':'frosty'}");
        control.post("top_ups", "{'wallet':'" + wallet + "','amount':'10','reference':'r'}");
        JsonNode made = control.post("keys", "{'wallet':'" + wallet + "','allowed_models':['claude-*']}");
        Account account = new Account(wallet, made.path("secret").asString());
        assertThat(said(account)).isEqualTo("model_not_allowed");
        Account plain = control.key(wallet, "");
        assertThat(said(plain)).isEmpty();
        control.good("POST", "wallets/" + wallet + "/freeze", "");
        assertThat(said(plain)).isEqualTo("wallet_frozen");
        control.good("POST", "wallets/" + wallet + "/unfreeze", "");
        control.good("POST", "keys/" + made.path("id").asString() + "/freeze", "");
        assertThat(said(account)).isEqualTo("key_frozen");
        String team = control.made("teams", "{'name':'t','organization':'frosty'}");
        String member = control.made("members", "{'name':'ida','team':'" + team + "','role':'viewer'}");
        assertThat(said(control.key(wallet, ",'member':'" + member + "'"))).isEqualTo("role_may_not_spend");
    }

    @Test
    void what_cannot_be_metered_is_refused_all_the_same() throws Exception {
        Account account = gateway.account("10");
        Account nobody = new Account(account.wallet(), account.key().replace("tg_test_", "tg_live_"));
        assertThat(gateway.ask(nobody, TestGateway.chat(false, 20), "").statusCode())
                .isEqualTo(401);
        assertThat(gateway.ask(account, "{\"model\":", "").statusCode()).isEqualTo(400);
        HttpResponse<String> unpriced =
                gateway.ask(account, TestGateway.chat(false, 20).replace("gpt-4o-mini", "no-such-model"), "");
        assertThat(unpriced.body()).contains("model_not_priced");
    }

    private static String said(Account account) throws Exception {
        HttpResponse<String> paid = gateway.ask(account, TestGateway.chat(false, 20), "tokens=3");
        assertThat(paid.statusCode()).as(paid.body()).isEqualTo(200);
        return notRefused(account, paid);
    }

    private static String notRefused(Account account, HttpResponse<String> answer) throws Exception {
        String id = answer.headers().firstValue("X-Tollgate-Request-Id").orElseThrow();
        HttpResponse<String> exchange = gateway.get(account, "/v1/exchanges/" + id);
        assertThat(exchange.statusCode()).as(exchange.body()).isEqualTo(200);
        return MAPPER.readTree(exchange.body()).path("not_refused").asString("");
    }

    private static java.util.List<Ledger.Entry> entries(Account account) {
        return gateway.installation.records().ledger().ofWallet(account.wallet(), 0, 100);
    }

    private static String metrics() throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(URI.create(gateway.installation.adminUrl() + "/metrics"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }
}
