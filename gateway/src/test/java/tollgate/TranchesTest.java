package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.TestGateway.Account;
import tollgate.pricing.Usd;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Streams that are held tranche by tranche: more of them at once, nothing overspent, and a clean end where money ends. */
@SuppressWarnings("NullAway.Init") // started before all tests
class TranchesTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final Pattern COST = Pattern.compile(": tollgate \\{\"usage_cost\":\"([0-9.]+)\"");
    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"}\\n");

    @TempDir
    static Path folder;

    private static TestGateway gateway;
    private static ControlPlane control;

    @BeforeAll
    static void start() throws Exception {
        gateway = TestGateway.start(
                        folder.resolve("data"),
                        "holds: {mode: tranches, tranche_tokens: 200}\nredis: {place_wait_ms: 20000}")
                .expectingLag();
        control = new ControlPlane(gateway);
    }

    @AfterAll
    static void stop() {
        control.close();
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

    @Wide
    @ParameterizedTest(name = "a cap in {0}")
    @CsvSource({"none", "usd", "tokens"})
    void of_a_thousand_streams_at_once_more_than_37_ceilings_run_and_nothing_is_overspent(String unit)
            throws Exception {
        int ceiling = 4_000;
        Account probe = gateway.account("0");
        JsonNode refused = error(gateway.ask(probe, TestGateway.chat(true, ceiling), ""));
        long each = Usd.parse(refused.path("needed").asString()).nano();
        Account account;
        long limit = each * 37 + each / 2;
        if (unit.equals("none")) {
            account = gateway.account(new Usd(limit).toString());
        } else {
            String wallet = gateway.account("9000").wallet();
            account = control.key(wallet, "");
            String scope = "{'scope':'wallet:" + wallet + "','per':'day','" + unit + "':";
            control.made("caps", scope + (unit.equals("usd") ? "'0'" : "0") + "}");
            if (unit.equals("tokens")) {
                long tokens = error(gateway.ask(account, TestGateway.chat(true, ceiling), ""))
                        .path("needed")
                        .asLong();
                limit = tokens * 37 + tokens / 2;
            }
            control.post("caps", scope + (unit.equals("usd") ? "'" + new Usd(limit) + "'" : limit) + "}");
        }
        long before = gateway.installation.sandbox().log().requests();
        List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            // nine of ten are short, the others come to all that they may
            int tokens = i % 10 == 0 ? ceiling : 250;
            asked.add(gateway.askLater(
                    account, TestGateway.chat(true, ceiling), "barrier=1001, burst=50, tokens=" + tokens));
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> gateway.installation.sandbox().log().requests()
                                - before
                                + asked.stream()
                                        .filter(CompletableFuture::isDone)
                                        .count()
                        == 1000);
        long together = gateway.installation.sandbox().log().requests() - before;
        assertThat(together).as("run together").isGreaterThan(3 * 37);
        gateway.releaseSandbox();
        int whole = 0;
        int cut = 0;
        long charged = 0;
        for (CompletableFuture<HttpResponse<String>> one : asked) {
            HttpResponse<String> answer = one.get(120, TimeUnit.SECONDS);
            if (answer.statusCode() != 200) {
                assertThat(answer.statusCode()).as(answer.body()).isIn(402, 429);
                continue;
            }
            long cost = cost(answer);
            charged += cost;
            if (answer.body().contains("[DONE]")) {
                whole++;
            } else {
                cut++;
                String code = unit.equals("none") ? "insufficient_funds" : "cap_reached";
                assertThat(answer.body()).contains("data: {\"error\":").contains("\"code\":\"" + code + "\"");
                assertThat(cost).as("what came is paid for").isPositive();
            }
        }
        System.out.println(unit + ": " + together + " together, " + whole + " whole, " + cut + " cut");
        assertThat(whole + cut).isEqualTo((int) together);
        assertThat(whole).as("short answers are cheaper than their ceilings").isGreaterThan(37);
        assertThat(cut).isPositive();
        recorded(account, whole, cut, charged, unit.equals("tokens") ? Long.MAX_VALUE : limit);
    }

    private static void recorded(Account account, int whole, int cut, long charged, long limit) throws Exception {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> gateway.installation.records().exchanges().last(account.wallet(), 2_000).stream()
                                .filter(each -> each.ended().equals("complete")
                                        || each.ended().equals("funds_ended"))
                                .count()
                        == whole + cut);
        long sum = 0;
        for (var exchange : gateway.installation.records().exchanges().last(account.wallet(), 2_000)) {
            JsonNode record = MAPPER.readTree(exchange.record());
            assertThat(record.has("overrun")).as(exchange.record()).isFalse();
            assertThat(record.path("hold_mode").asString()).isEqualTo("tranches");
            assertThat(exchange.charge())
                    .as(exchange.record())
                    .isBetween(1L, Usd.parse(record.path("held").asString()).nano());
            assertThat(exchange.estimated()).isEqualTo(exchange.ended().equals("funds_ended"));
            sum += exchange.charge();
        }
        assertThat(sum).isEqualTo(charged).isLessThanOrEqualTo(limit);
    }

    @Test
    void an_answer_of_many_tranches_on_a_rich_wallet_passes_byte_for_byte() throws Exception {
        Account rich = gateway.account("9.00");
        HttpResponse<String> answer = gateway.ask(rich, TestGateway.chat(true, 16_000), "tokens=12000, burst=400");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body().split("\"content\"", -1).length - 2).isEqualTo(12_000);
        JsonNode record = record(answer);
        assertThat(record.path("ended").asString()).isEqualTo("complete");
        assertThat(record.path("estimated").asBoolean()).isFalse();
        assertThat(Usd.parse(record.path("held").asString()))
                .isGreaterThan(Usd.parse(record.path("charge").asString()));
    }

    @Test
    void of_streams_that_wait_for_each_others_money_some_end_and_the_rest_go_on_with_it() throws Exception {
        int ceiling = 4_000;
        Account probe = gateway.account("0");
        String needed = error(gateway.ask(probe, TestGateway.chat(true, ceiling), ""))
                .path("needed")
                .asString();
        Account account = gateway.account(new Usd(Usd.parse(needed).nano() * 5 / 2).toString());
        List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            asked.add(gateway.askLater(
                    account, TestGateway.chat(true, ceiling), "barrier=8, burst=50, tokens=" + ceiling));
        }
        int whole = 0;
        for (CompletableFuture<HttpResponse<String>> one : asked) {
            whole += one.get(60, TimeUnit.SECONDS).body().contains("[DONE]") ? 1 : 0;
        }
        assertThat(whole).isBetween(1, 2);
    }

    @Test
    void what_cannot_be_watched_as_it_comes_is_held_strictly_and_says_so() throws Exception {
        Account account = gateway.account("9.00");
        HttpResponse<String> whole = gateway.ask(account, TestGateway.chat(false, 4_000), "tokens=5");
        String id = whole.headers().firstValue("X-Tollgate-Request-Id").orElseThrow();
        await().until(() -> gateway.installation.records().exchanges().find(id).isPresent());
        assertThat(MAPPER.readTree(gateway.installation
                                .records()
                                .exchanges()
                                .find(id)
                                .orElseThrow()
                                .record())
                        .path("hold_mode")
                        .asString())
                .isEqualTo("strict");
        HttpResponse<String> hidden =
                gateway.ask(account, TestGateway.chat(true, 4_000).replace("gpt-4o-mini", "gpt-5-mini"), "tokens=5");
        assertThat(record(hidden).path("hold_mode").asString()).isEqualTo("strict");
        HttpResponse<String> small = gateway.ask(account, TestGateway.chat(true, 100), "tokens=5");
        assertThat(record(small).path("hold_mode").asString()).isEqualTo("strict");
    }

    @Test
    void a_ceiling_that_is_not_affordable_is_refused_at_the_start() throws Exception {
        Account poor = gateway.account("0.001");
        HttpResponse<String> answer = gateway.ask(poor, TestGateway.chat(true, 16_000), "tokens=5");
        assertThat(answer.statusCode()).isEqualTo(402);
        assertThat(error(answer).path("code").asString()).isEqualTo("insufficient_funds");
    }

    @Test
    void a_wallet_that_is_frozen_meanwhile_ends_the_answer_and_takes_what_came() throws Exception {
        Account account = gateway.account("9.00");
        CompletableFuture<HttpResponse<String>> asked =
                gateway.askLater(account, TestGateway.chat(true, 8_000), "tokens=4000, pace=2ms");
        await().until(() -> held(account) > 0);
        control.post("wallets/" + account.wallet() + "/freeze", "");
        HttpResponse<String> answer = asked.get(60, TimeUnit.SECONDS);
        assertThat(answer.body()).contains("\"code\":\"wallet_frozen\"").doesNotContain("[DONE]");
        assertThat(record(answer).path("ended").asString()).isEqualTo("funds_ended");
        assertThat(cost(answer)).isPositive();
    }

    @Test
    void a_redis_that_is_back_within_ten_seconds_costs_an_answer_nothing_but_delay() throws Exception {
        Account account = gateway.account("9.00");
        CompletableFuture<HttpResponse<String>> asked =
                gateway.askLater(account, TestGateway.chat(true, 8_000), "tokens=3000, pace=1ms");
        await().until(() -> held(account) > 0);
        long pid = Objects.requireNonNull(gateway.installation.redis().pid());
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        HttpResponse<String> answer = asked.get(90, TimeUnit.SECONDS);
        assertThat(answer.body()).contains("[DONE]");
        JsonNode record = record(answer);
        assertThat(record.path("ended").asString()).isEqualTo("complete");
        assertThat(record.has("overrun")).isFalse();
    }

    @Test
    void a_hold_that_redis_lost_is_placed_again_and_goes_on_growing() throws Exception {
        Account account = gateway.account("9.00");
        CompletableFuture<HttpResponse<String>> asked =
                gateway.askLater(account, TestGateway.chat(true, 8_000), "tokens=2000, pace=2ms");
        await().until(() -> held(account) > 0);
        try (RedisClient client =
                        RedisClient.create(gateway.installation.redis().url());
                var connection = client.connect()) {
            Long lost = connection
                    .sync()
                    .eval(
                            "local lost = 0 for _, key in ipairs(redis.call('KEYS', '*:x:*')) do"
                                    + " local known = redis.call('HMGET', key, 'st', 'w')"
                                    + " if known[1] == 'OPEN' and known[2] == ARGV[1] then"
                                    + " local shard, id = string.match(key, '^(.*):x:(.*)$')"
                                    + " redis.call('DEL', key) redis.call('ZREM', shard .. ':hx', id)"
                                    + " redis.call('HSET', shard .. ':w:' .. ARGV[1], 'held', '0', 'open', '0')"
                                    + " lost = lost + 1 end end return lost",
                            ScriptOutputType.INTEGER,
                            new String[0],
                            account.wallet());
            assertThat(lost).isEqualTo(1);
        }
        HttpResponse<String> answer = asked.get(60, TimeUnit.SECONDS);
        assertThat(answer.body()).contains("[DONE]");
        JsonNode record = record(answer);
        assertThat(record.path("ended").asString()).isEqualTo("complete");
        assertThat(record.has("overrun")).isFalse();
    }

    @Wide
    @Test
    void a_redis_that_stays_away_ends_an_answer_that_needs_more() throws Exception {
        Account account = gateway.account("9.00");
        CompletableFuture<HttpResponse<String>> asked =
                gateway.askLater(account, TestGateway.chat(true, 8_000), "tokens=3000, pace=1ms");
        await().until(() -> held(account) > 0);
        long pid = Objects.requireNonNull(gateway.installation.redis().pid());
        new ProcessBuilder("kill", "-STOP", Long.toString(pid)).start().waitFor();
        try {
            HttpResponse<String> answer = asked.get(60, TimeUnit.SECONDS);
            assertThat(answer.body())
                    .contains("\"code\":\"wallet_unavailable\"")
                    .doesNotContain("[DONE]");
            assertThat(cost(answer)).isPositive();
        } finally {
            new ProcessBuilder("kill", "-CONT", Long.toString(pid)).start().waitFor();
        }
        // the gateway may say for a moment yet that it cannot tell
        await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(() -> held(account) == 0);
    }

    private static long held(Account account) throws IOException, InterruptedException {
        return Usd.parse(MAPPER.readTree(gateway.get(account, "/v1/wallet").body())
                        .path("held")
                        .asString())
                .nano();
    }

    private static JsonNode error(HttpResponse<String> answer) {
        return MAPPER.readTree(answer.body()).path("error");
    }

    private static long cost(HttpResponse<String> answer) {
        Matcher said = COST.matcher(answer.body());
        assertThat(said.find()).as(answer.body()).isTrue();
        return Usd.parse(said.group(1)).nano();
    }

    private static JsonNode record(HttpResponse<String> answer) {
        Matcher id = ID.matcher(answer.body());
        assertThat(id.find()).as(answer.body()).isTrue();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> gateway.installation
                        .records()
                        .exchanges()
                        .find(id.group(1))
                        .isPresent());
        return MAPPER.readTree(gateway.installation
                .records()
                .exchanges()
                .find(id.group(1))
                .orElseThrow()
                .record());
    }
}
