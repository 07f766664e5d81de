package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
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

/** Organisations on different plans, from the command line to the wire, at two gateways on one Redis and one database. */
@SuppressWarnings("NullAway.Init") // made before every test
class MarkupsEndToEndTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final BigDecimal FACTOR = new BigDecimal("1.2");
    private static final BigDecimal FIXED = new BigDecimal("0.0005");

    private static final String CARD = """
            provider: house
            source: https://example.com/pricing
            seen: 2026-11-25
            models:
              - model: house-7b
                usd_per_million: { input: "0.1234567", output: "1.20" }
            """;
    private static final String MARKUPS = """
            markups:
              - { plan: gold, model: house-7b, percent: "20", fixed_usd: "0.0005" }
              - { plan: tin, percent: "50" }
            """;

    @TempDir
    Path folder;

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private Path card;
    private TestGateway one;
    private TestGateway other;

    @BeforeEach
    void start() throws Exception {
        card = Files.writeString(folder.resolve("own.yaml"), CARD + MARKUPS);
        Path disk = Files.createDirectory(folder.resolve("redis"));
        RedisProcess redis = RedisProcess.start(disk, "appendonly yes\nmaxmemory-policy noeviction");
        started.push(redis);
        String settings =
                "redis: { url: 'redis://127.0.0.1:" + redis.port() + "' }\nprices: { files: ['" + card + "'] }";
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
                await().atMost(Duration.ofSeconds(30))
                        .untilAsserted(
                                () -> assertThat(gateway.installation.verify().get("problems"))
                                        .asString()
                                        .isEqualTo("[]"));
            }
        } finally {
            for (AutoCloseable each = started.poll(); each != null; each = started.poll()) {
                each.close();
            }
        }
    }

    @Test
    void the_same_request_is_charged_by_each_organizations_plan_exactly_and_costs_the_same() throws Exception {
        Account plain = one.account("plain", "5.00");
        Account gold = one.account("golden", "5.00");
        assertThat(cli("one", "org", "plan", organisation("golden"), "gold")
                        .path("plan")
                        .asString())
                .isEqualTo("gold");
        for (boolean stream : new boolean[] {false, true}) {
            JsonNode atCost = exchange(one, plain, body("house-7b", stream));
            JsonNode marked = exchange(other, gold, body("house-7b", stream));
            assertThat(marked.path("units")).isEqualTo(atCost.path("units"));
            BigDecimal cost = exact(atCost);
            assertThat(charge(atCost)).isEqualByComparingTo(cost.setScale(9, RoundingMode.CEILING));
            assertThat(charge(marked))
                    .isEqualByComparingTo(cost.multiply(FACTOR)
                            .setScale(9, RoundingMode.CEILING)
                            .add(FIXED));
        }
        assertThat(charge(exchange(one, gold, body("gpt-4o-mini", false))))
                .as("the plan says nothing of this model")
                .isEqualByComparingTo(charge(exchange(one, plain, body("gpt-4o-mini", false))));
    }

    @Test
    void the_record_states_cost_and_charge_to_its_operator_and_the_charge_alone_to_the_keys_holder() throws Exception {
        Account gold = one.account("golden", "5.00");
        cli("one", "org", "plan", organisation("golden"), "gold");
        HttpResponse<String> answer = one.ask(gold, body("house-7b", false), "tokens=30");
        String id = answer.headers().firstValue("X-Tollgate-Request-Id").orElseThrow();
        JsonNode holder = MAPPER.readTree(one.get(gold, "/v1/exchanges/" + id).body());
        await().atMost(Duration.ofSeconds(20))
                .until(() -> one.installation.records().exchanges().find(id).isPresent());
        JsonNode operator = cli("other", "exchange", "show", id);

        BigDecimal cost = exact(operator);
        assertThat(new BigDecimal(operator.path("cost").asString()))
                .isEqualByComparingTo(cost.setScale(9, RoundingMode.CEILING));
        assertThat(operator.path("plan").asString()).isEqualTo("gold");
        assertThat(operator.path("markup").path("percent").asString()).isEqualTo("20");
        assertThat(operator.path("markup").path("fixed").asString()).isEqualTo("0.0005");
        assertThat(operator.path("lines")).isNotEmpty().allSatisfy(line -> {
            assertThat(line.path("source").asString()).isEqualTo("https://example.com/pricing");
            assertThat(line.path("seen").asString()).isEqualTo("2026-11-25");
        });
        assertThat(exact(operator).add(sum(operator.path("adjustments"), "usd")))
                .isEqualByComparingTo(charge(operator));

        assertThat(charge(holder)).isEqualTo(charge(operator)).isGreaterThan(cost);
        assertThat(exact(holder)).as("what a line came to at its price").isEqualByComparingTo(cost.multiply(FACTOR));
        assertThat(exact(holder).add(sum(holder.path("adjustments"), "usd"))).isEqualByComparingTo(charge(holder));
        assertThat(holder.path("lines").get(0).path("rate").asString()).isEqualTo("0.00000014814804");
        assertThat(holder.has("cost")).isFalse();
        assertThat(holder.has("markup")).isFalse();
        assertThat(holder.path("adjustments").findValuesAsString("kind")).containsExactly("fixed", "rounding");
    }

    @Test
    void a_hold_covers_the_marked_up_price_to_the_nano_dollar() throws Exception {
        BigDecimal plain = needed(one.account("plain", "0"));
        Account poor = one.account("golden", "0");
        cli("one", "org", "plan", organisation("golden"), "gold");
        BigDecimal marked = needed(poor);
        assertThat(marked.subtract(FIXED)).isBetween(plain.multiply(FACTOR).subtract(nano(2)), plain.multiply(FACTOR));
        one.installation
                .office()
                .topUp(poor.wallet(), Usd.parse(marked.subtract(nano(1)).toPlainString()), "a", "t");
        assertThat(one.ask(poor, body("house-7b", false), "tokens=100").statusCode())
                .as("one nano-dollar short")
                .isEqualTo(402);
        one.installation.office().topUp(poor.wallet(), Usd.parse("0.000000001"), "b", "t");
        HttpResponse<String> answer = one.ask(poor, body("house-7b", false), "tokens=100");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(new BigDecimal(answer.headers().firstValue("X-Usage-Cost").orElseThrow()))
                .isLessThanOrEqualTo(marked);
    }

    @Test
    void another_plan_is_in_force_for_the_next_request_at_every_gateway() throws Exception {
        Account account = one.account("moving", "50.00");
        String organisation = organisation("moving");
        String[] plans = {"tin", "gold", "none"};
        for (int i = 0; i < 12; i++) {
            String plan = plans[i % 3];
            cli(i % 2 == 0 ? "one" : "other", "org", "plan", organisation, plan);
            for (TestGateway gateway : List.of(one, other)) {
                JsonNode exchange = exchange(gateway, account, body("house-7b", i % 2 == 0));
                BigDecimal cost = exact(exchange);
                BigDecimal expected = switch (plan) {
                    case "gold" ->
                        cost.multiply(FACTOR).setScale(9, RoundingMode.CEILING).add(FIXED);
                    case "tin" -> cost.multiply(new BigDecimal("1.5")).setScale(9, RoundingMode.CEILING);
                    default -> cost.setScale(9, RoundingMode.CEILING);
                };
                assertThat(charge(exchange)).as("round " + i + " " + plan).isEqualByComparingTo(expected);
            }
        }
    }

    @Test
    void a_plan_that_no_rate_card_knows_is_refused_where_it_is_named_and_where_it_is_to_be_charged() throws Exception {
        Account account = one.account("lost", "5.00");
        String organisation = organisation("lost");
        assertThat(refused("one", "org", "plan", organisation, "glod")).contains("plan: 'glod' (expected: gold, tin)");
        assertThat(refused("one", "org", "create", "--name", "new", "--plan", "glod"))
                .contains("'glod'");
        cli("one", "org", "plan", organisation, "tin");
        assertThat(one.ask(account, body("house-7b", false), "tokens=5").statusCode())
                .isEqualTo(200);

        Files.writeString(card, CARD);
        await().atMost(Duration.ofSeconds(30))
                .until(() ->
                        one.ask(account, body("house-7b", false), "tokens=5").statusCode() == 503);
        long before = one.installation.sandbox().log().requests();
        HttpResponse<String> answer = one.ask(account, body("house-7b", false), "tokens=5");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("plan_unknown").contains("'tin'");
        assertThat(one.installation.sandbox().log().requests()).isEqualTo(before);
        assertThat(refused("one", "org", "plan", organisation, "gold"))
                .contains("no markups or bundles of a rate card file");

        cli("one", "org", "plan", organisation, "none");
        assertThat(one.ask(account, body("house-7b", false), "tokens=5").statusCode())
                .as("at once")
                .isEqualTo(200);
        cli("one", "org", "freeze", organisation);
        cli("one", "org", "unfreeze", organisation);
    }

    @Test
    void a_gateway_does_not_start_with_what_nothing_counts() throws Exception {
        Path quotas = Files.writeString(
                folder.resolve("quotas.yaml"), "free_quotas: [{ name: tokens, included: 10000000, usd: '50' }]\n");
        assertThatThrownBy(() -> TestGateway.start(folder.resolve("third"), "prices: { files: ['" + quotas + "'] }"))
                .hasMessageContaining("quotas.yaml:1: free_quotas: no such list");
    }

    private static BigDecimal nano(long nano) {
        return BigDecimal.valueOf(nano, 9);
    }

    private BigDecimal needed(Account account) throws Exception {
        HttpResponse<String> refused = one.ask(account, body("house-7b", false), "");
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(402);
        return new BigDecimal(
                MAPPER.readTree(refused.body()).path("error").path("needed").asString());
    }

    private JsonNode exchange(TestGateway gateway, Account account, String body) throws Exception {
        HttpResponse<String> answer = gateway.ask(account, body, "tokens=37");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        String id = answer.headers().firstValue("X-Tollgate-Request-Id").orElseThrow();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> one.installation.records().exchanges().find(id).isPresent());
        return cli("one", "exchange", "show", id);
    }

    private static String body(String model, boolean stream) {
        return TestGateway.chat(stream, 100).replace("gpt-4o-mini", model);
    }

    /** The exact sum of the lines. */
    private static BigDecimal exact(JsonNode exchange) {
        return sum(exchange.path("lines"), "subtotal");
    }

    private static BigDecimal sum(JsonNode rows, String name) {
        BigDecimal sum = BigDecimal.ZERO;
        for (JsonNode each : rows) {
            sum = sum.add(new BigDecimal(each.path(name).asString()));
        }
        return sum;
    }

    private static BigDecimal charge(JsonNode exchange) {
        return new BigDecimal(exchange.path("charge").asString());
    }

    private String organisation(String name) {
        return one.installation
                .records()
                .organisations()
                .byName(name)
                .orElseThrow()
                .id();
    }

    private JsonNode cli(String gateway, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        assertThat(run(gateway, out, err, args)).as(err.toString()).isZero();
        return MAPPER.readTree(out.toString());
    }

    private String refused(String gateway, String... args) {
        StringWriter err = new StringWriter();
        assertThat(run(gateway, new StringWriter(), err, args)).isEqualTo(1);
        return err.toString();
    }

    private int run(String gateway, StringWriter out, StringWriter err, String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--data", folder.resolve("cli-" + gateway).toString(), "--json"));
        return Main.execute(new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
    }
}
