package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.TestGateway.Account;
import tollgate.embedded.RedisProcess;
import tollgate.pricing.Usd;
import tollgate.records.Records;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Tokens that are paid for already, from a price file to the wire, at two gateways on one Redis and one database. */
@SuppressWarnings("NullAway.Init") // made before every test
class BundlesEndToEndTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final BigDecimal INPUT = new BigDecimal("0.0000001234567");
    private static final BigDecimal OUTPUT = new BigDecimal("0.0000012");

    private static final String CARD = """
            provider: house
            source: https://example.com/pricing
            seen: 2026-11-25
            models:
              - model: house-7b
                limits: { context: 8000, max_output_tokens: 1000, visible_output: true, typical_output: 100 }
                usd_per_million: { input: "0.1234567", output: "1.20" }
            bundles:
              - { name: taste, plan: taste, tokens: TOKENS, per: lifetime }
              - { name: gold, plan: gold, model: "house-*", tokens: 1000000, per: month }
            """;

    @TempDir
    Path folder;

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private Path card;
    private String settings = "";
    private TestGateway one;
    private TestGateway other;

    @BeforeEach
    void start() throws Exception {
        card = folder.resolve("own.yaml");
        Files.writeString(card, CARD.replace("TOKENS", "1000"));
        Path disk = Files.createDirectory(folder.resolve("redis"));
        RedisProcess redis = RedisProcess.start(disk, "appendonly yes\nmaxmemory-policy noeviction");
        started.push(redis);
        settings = "redis: { url: 'redis://127.0.0.1:" + redis.port()
                + "', place_wait_ms: 20000, settle_wait_ms: 20000 }\nprices: { files: ['" + card + "'] }";
        one = gateway("one", settings);
        other = gateway("other", settings);
    }

    private TestGateway gateway(String name, String settings) throws IOException {
        TestGateway gateway = TestGateway.start(
                        folder.resolve(name), settings, () -> Records.sqlite(folder.resolve("shared.db")))
                .expectingLag();
        started.push(gateway);
        Files.createDirectories(folder.resolve("cli-" + name));
        Files.writeString(
                folder.resolve("cli-" + name).resolve("ready.json"),
                MAPPER.writeValueAsString(
                        Map.of("admin_url", gateway.installation.adminUrl(), "admin_key", TestGateway.ADMIN_KEY)));
        return gateway;
    }

    @AfterEach
    void stop() throws Exception {
        try {
            for (TestGateway gateway : List.of(one, other)) {
                await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                    assertThat(gateway.installation.verify().get("problems"))
                            .asString()
                            .isEqualTo("[]");
                    assertThat(gateway.installation.verify().get("journal_pending"))
                            .isEqualTo(0);
                });
            }
        } finally {
            for (AutoCloseable each = started.poll(); each != null; each = started.poll()) {
                each.close();
            }
        }
    }

    private Account on(String plan, String organisation, String balance) {
        Account account = one.account(organisation, balance);
        cli("org", "plan", organisation(organisation), plan);
        return account;
    }

    @Test
    void without_money_requests_run_on_what_is_paid_for_and_what_a_bundle_leaves_is_charged_exactly() throws Exception {
        Account account = on("taste", "poor", "0");
        long used = 0;
        int ran = 0;
        HttpResponse<String> answer = one.ask(account, body(false), "tokens=90");
        while (answer.statusCode() == 200) {
            // a stream's trailers no JDK client shows, its comment any
            assertThat(answer.headers().firstValue("X-Usage-Cost").orElse(answer.body()))
                    .containsAnyOf("0.00", "\"usage_cost\":\"0.00\"");
            JsonNode exchange = exchange(answer);
            assertThat(exchange.path("state").asString()).isEqualTo("settled");
            assertThat(exchange.path("charge").asString()).isEqualTo("0.00");
            assertThat(exchange.path("lines").valueStream())
                    .filteredOn(line -> line.path("units").asLong() > 0)
                    .isNotEmpty()
                    .allSatisfy(
                            line -> assertThat(line.path("reason").asString()).isEqualTo("paid for by taste"));
            used += exchange.path("bundle").path("tokens").asLong();
            assertThat(bundle("poor", "taste").path("used").asLong()).isEqualTo(used);
            ran++;
            answer = (ran % 2 == 0 ? one : other).ask(account, body(ran % 3 == 0), "tokens=90");
        }
        assertThat(ran).isGreaterThan(5);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(402);
        assertThat(answer.body()).contains("insufficient_funds");
        long left = 1000 - used;
        JsonNode wallet = MAPPER.readTree(one.get(account, "/v1/wallet").body());
        assertThat(wallet.path("bundles").toString())
                .isEqualTo("[{\"name\":\"taste\",\"per\":\"lifetime\",\"tokens\":1000,\"left\":" + left + "}]");
        assertThat(bundle("poor", "taste").path("left").asLong())
                .isEqualTo(left)
                .isPositive();

        one.installation.office().topUp(account.wallet(), Usd.parse("5"), "a", "t");
        int charges = 0;
        for (int i = 0; i < 5 && used < 1000; i++) {
            JsonNode next = exchange(one.ask(account, body(false), "tokens=95"));
            exact(next);
            used += next.path("bundle").path("tokens").asLong();
            charges += new BigDecimal(next.path("charge").asString()).signum();
        }
        assertThat(used).isEqualTo(1000);
        assertThat(charges)
                .as("the one that the last tokens did not pay for wholly")
                .isEqualTo(1);
        JsonNode charged = exchange(other.ask(account, body(false), "tokens=95"));
        assertThat(charged.has("bundle")).as("nothing is left").isFalse();
        exact(charged);
        assertThat(bundle("poor", "taste").path("left").asLong()).isZero();
    }

    /** What is charged is the price of what was used, less the tokens that the exchange says a bundle paid for. */
    private static void exact(JsonNode exchange) {
        long input = exchange.path("units").path("input").asLong();
        long output = exchange.path("units").path("output").asLong();
        long free = exchange.path("bundle").path("tokens").asLong(0);
        BigDecimal price = INPUT.multiply(BigDecimal.valueOf(Math.max(0, input - free)))
                .add(OUTPUT.multiply(BigDecimal.valueOf(Math.max(0, output - Math.max(0, free - input)))));
        assertThat(new BigDecimal(exchange.path("charge").asString()))
                .as(exchange.toString())
                .isEqualByComparingTo(price.setScale(9, RoundingMode.CEILING));
        BigDecimal shown = BigDecimal.ZERO;
        for (JsonNode line : exchange.path("lines")) {
            shown = shown.add(new BigDecimal(line.path("subtotal").asString()));
        }
        for (JsonNode adjustment : exchange.path("adjustments")) {
            shown = shown.add(new BigDecimal(adjustment.path("usd").asString()));
        }
        assertThat(shown)
                .as(exchange.toString())
                .isEqualByComparingTo(exchange.path("charge").asString());
    }

    @Test
    @Wide
    void two_gateways_never_give_the_same_token_twice_however_many_ask_at_once() throws Exception {
        Account account = on("taste", "many", "50");
        List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            asked.add((i % 2 == 0 ? one : other).askLater(account, body(i % 5 == 0), "tokens=" + i % 90));
        }
        long given = 0;
        for (CompletableFuture<HttpResponse<String>> each : asked) {
            HttpResponse<String> answer = each.join();
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            JsonNode exchange = exchange(answer);
            exact(exchange);
            given += exchange.path("bundle").path("tokens").asLong(0);
        }
        assertThat(given)
                .isLessThanOrEqualTo(1000)
                .isEqualTo(bundle("many", "taste").path("used").asLong());
        assertThat(bundle("many", "taste").path("held").asLong()).isZero();
        // what was set aside for more than was used is there for the next ones
        for (int i = 0; i < 40 && given < 1000; i++) {
            given += exchange(one.ask(account, body(false), "tokens=90"))
                    .path("bundle")
                    .path("tokens")
                    .asLong(0);
        }
        assertThat(given)
                .isEqualTo(1000)
                .isEqualTo(bundle("many", "taste").path("used").asLong());
    }

    @Test
    void another_number_in_the_file_is_in_force_for_the_next_request_and_what_is_used_stays() throws Exception {
        Account account = on("taste", "changing", "5");
        exchange(one.ask(account, body(false), "tokens=90"));
        long used = bundle("changing", "taste").path("used").asLong();
        Files.writeString(card, CARD.replace("TOKENS", "5"));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> bundle("changing", "taste").path("tokens").asLong() == 5);
        JsonNode lowered = exchange(one.ask(account, body(false), "tokens=90"));
        exact(lowered);
        assertThat(lowered.has("bundle")).isFalse();
        Files.writeString(card, CARD.replace("TOKENS", Long.toString(used + 7)));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> bundle("changing", "taste").path("left").asLong() == 7);
        JsonNode raised = exchange(one.ask(account, body(false), "tokens=90"));
        exact(raised);
        assertThat(raised.path("bundle").path("tokens").asLong()).isEqualTo(7);
    }

    @Test
    void a_named_request_that_cost_nothing_is_not_run_again_and_its_refund_gives_the_tokens_back_once()
            throws Exception {
        Account account = on("gold", "named", "0");
        HttpResponse<String> first = one.ask(account, body(false), "tokens=20", "Idempotency-Key", "once");
        assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
        long requests = one.installation.sandbox().log().requests();
        HttpResponse<String> again = one.ask(account, body(false), "tokens=20", "Idempotency-Key", "once");
        assertThat(again.statusCode()).isEqualTo(409);
        assertThat(again.body()).contains("already_settled");
        assertThat(one.installation.sandbox().log().requests()).isEqualTo(requests);
        JsonNode exchange = exchange(first);
        long used = exchange.path("bundle").path("tokens").asLong();
        assertThat(used)
                .isEqualTo(bundle("named", "gold").path("used").asLong())
                .isPositive();
        assertThat(exchange.path("bundle").path("per").asString()).isEqualTo("month");
        assertThat(one.ask(account, TestGateway.chat(false, 100), "tokens=1").statusCode())
                .as("other models are not of the bundle")
                .isEqualTo(402);

        String id = exchange.path("id").asString();
        await().atMost(Duration.ofSeconds(20))
                .until(() ->
                        run(new StringWriter(), "exchange", "refund", id, "--amount", "0", "--reason", "sorry") == 0);
        assertThat(bundle("named", "gold").path("used").asLong()).isZero();
        assertThat(run(new StringWriter(), "exchange", "refund", id, "--amount", "0", "--reason", "again"))
                .isEqualTo(1);
        assertThat(bundle("named", "gold").path("used").asLong()).isZero();
    }

    @Test
    void a_stream_that_is_held_by_tranches_runs_on_its_bundle_to_the_end() throws Exception {
        Account account = on("gold", "slow", "0");
        TestGateway third = gateway("third", settings + "\nholds: { mode: tranches, tranche_tokens: 64 }");
        String body = TestGateway.chat(true, 1000).replace("gpt-4o-mini", "house-7b");
        HttpResponse<String> answer = third.ask(account, body, "tokens=900");
        assertThat(answer.body()).contains("data: [DONE]").contains("\"usage_cost\":\"0.00\"");
        JsonNode exchange = exchange(answer);
        assertThat(exchange.path("hold_mode").asString()).isEqualTo("tranches");
        assertThat(exchange.path("ended").asString()).isEqualTo("complete");
        assertThat(exchange.path("bundle").path("tokens").asLong())
                .isEqualTo(bundle("slow", "gold").path("used").asLong())
                .isGreaterThanOrEqualTo(900);
    }

    private static String body(boolean stream) {
        return TestGateway.chat(stream, 100).replace("gpt-4o-mini", "house-7b");
    }

    /** The operator's story of an exchange. */
    private JsonNode exchange(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        String id = answer.headers().firstValue("X-Tollgate-Request-Id").orElseThrow();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> one.installation.records().exchanges().find(id).isPresent());
        return cli("exchange", "show", id);
    }

    private JsonNode bundle(String organisation, String name) {
        for (JsonNode each : cli("org", "bundles", organisation(organisation))) {
            if (each.path("name").asString().equals(name) && !each.path("live").asBoolean()) {
                return each;
            }
        }
        return MAPPER.createObjectNode();
    }

    private String organisation(String name) {
        return one.installation
                .records()
                .organisations()
                .byName(name)
                .orElseThrow()
                .id();
    }

    private JsonNode cli(String... args) {
        StringWriter out = new StringWriter();
        assertThat(run(out, args)).isZero();
        return MAPPER.readTree(out.toString());
    }

    private int run(StringWriter out, String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--data", folder.resolve("cli-one").toString(), "--json"));
        return Main.execute(
                new PrintWriter(out, true), new PrintWriter(new StringWriter(), true), all.toArray(String[]::new));
    }
}
