package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.TestGateway.Account;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Teams, members and what they may spend, from the command line to the wire. */
@SuppressWarnings("NullAway.Init") // started before all tests
class CapsEndToEndTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /** A token of an answer costs a cent, a prompt next to nothing. */
    private static final String CARD = """
            provider: house
            source: "in-house"
            seen: 2026-11-25
            models:
              - model: dear
                usd_per_million: { input: "0.001", output: "10000" }
            """;

    @TempDir
    static Path folder;

    private static TestGateway gateway;
    private static ControlPlane control;

    @BeforeAll
    static void start() throws Exception {
        Path card = Files.writeString(folder.resolve("own.yaml"), CARD);
        gateway = TestGateway.start(folder.resolve("data"), "prices: { files: ['" + card + "'] }");
        control = new ControlPlane(gateway);
        Files.writeString(
                folder.resolve("ready.json"),
                MAPPER.writeValueAsString(java.util.Map.of(
                        "admin_url", gateway.installation.adminUrl(), "admin_key", TestGateway.ADMIN_KEY)));
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
    void a_data_science_team_shares_500_dollars_a_month_and_nobody_in_it_has_a_limit_of_its_own() throws Exception {
        String wallet = rich("science");
        String team = cli("team", "create", "--name", "data science", "--org", "science");
        Account ann = member(wallet, team, "ann", "member");
        Account bob = member(wallet, team, "bob", "member");
        String cap = cli("cap", "set", "--scope", "team:" + team, "--per", "month", "--usd", "500");
        cli(
                "org",
                "zone",
                control.good("GET", "teams?organization=science", "")
                        .path("data")
                        .get(0)
                        .path("organization")
                        .asString(),
                "Pacific/Auckland");

        assertThat(spend(ann, 400).statusCode())
                .as("one alone may take most of it")
                .isEqualTo(200);
        assertThat(spend(bob, 90).statusCode()).isEqualTo(200);
        HttpResponse<String> refused = spend(bob, 20);
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(429);
        JsonNode error = MAPPER.readTree(refused.body()).path("error");
        assertThat(error.path("code").asString()).isEqualTo("cap_reached");
        assertThat(error.path("cap").asString()).isEqualTo(cap);
        assertThat(error.path("scope").asString()).isEqualTo("team:" + team);
        assertThat(error.path("limit").asString()).isEqualTo("500.00");
        assertThat(error.path("spent").asString()).startsWith("490.0");
        assertThat(error.path("affordable").asLong()).isBetween(900L, 999L);
        Instant resets = Instant.parse(error.path("resets").asString());
        ZonedDateTime there = resets.atZone(ZoneId.of("Pacific/Auckland"));
        assertThat(there.getDayOfMonth()).isEqualTo(1);
        assertThat(there.toLocalTime().toSecondOfDay()).isZero();
        long wait = Long.parseLong(refused.headers().firstValue("Retry-After").orElseThrow());
        assertThat(Instant.now().plusSeconds(wait)).isBetween(resets.minusSeconds(30), resets.plusSeconds(30));
        assertThat(refused.headers().firstValue("x-should-retry")).hasValue("false");
        assertThat(spend(bob, 9).statusCode()).as("what is left can be used").isEqualTo(200);
        assertThat(spend(control.key(wallet, ""), 100).statusCode())
                .as("who is not in the team pays from the same wallet")
                .isEqualTo(200);
    }

    @Test
    void support_agents_have_50_dollars_each_for_text_and_share_nothing() throws Exception {
        String wallet = rich("support");
        String team = cli("team", "create", "--name", "agents", "--org", "support");
        Account sue = member(wallet, team, "sue", "member");
        Account tom = member(wallet, team, "tom", "member");
        String project = cli("project", "create", "--name", "bots", "--team", team);
        Account bot = control.key(wallet, ",'project':'" + project + "'");
        Account another = control.key(wallet, ",'project':'" + project + "'");
        cli("cap", "set", "--scope", "each-member:" + team, "--per", "month", "--usd", "50", "--service", "chat");
        cli("cap", "set", "--scope", "each-member:" + team, "--per", "month", "--usd", "1", "--service", "speech");
        cli("cap", "set", "--scope", "team:" + team, "--per", "month", "--usd", "2", "--model", "gpt-*");

        for (Account each : List.of(sue, tom, bot, another)) {
            assertThat(spend(each, 45).statusCode()).isEqualTo(200);
        }
        for (Account each : List.of(sue, tom, bot, another)) {
            HttpResponse<String> refused = spend(each, 10);
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.body()).contains("each-member:" + team).contains("50.00 USD per month");
        }
        assertThat(spend(sue, 4).statusCode()).isEqualTo(200);
    }

    @Test
    void the_first_requests_of_somebody_new_share_one_cap_however_many_come_at_once() throws Exception {
        String wallet = rich("newcomers");
        String team = cli("team", "create", "--name", "all", "--org", "newcomers");
        cli("cap", "set", "--scope", "each-member:" + team, "--per", "month", "--usd", "1.5");
        for (String name : List.of("neo", "noa", "nia")) {
            Account newcomer = member(wallet, team, name, "member");
            long before = gateway.installation.sandbox().log().requests();
            List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                asked.add(gateway.askLater(newcomer, body(100), "tokens=100"));
            }
            assertThat(asked.stream().map(answer -> answer.join().statusCode()))
                    .containsOnly(200, 429)
                    .filteredOn(status -> status == 200)
                    .hasSize(1);
            assertThat(gateway.installation.sandbox().log().requests()).isEqualTo(before + 1);
        }
    }

    @Test
    void interns_look_on_and_spend_nothing_until_their_role_is_another() throws Exception {
        String wallet = rich("interns");
        String team = cli("team", "create", "--name", "interns", "--org", "interns");
        String ida = cli("member", "create", "--name", "ida", "--team", team, "--role", "viewer");
        Account key = control.key(wallet, ",'member':'" + ida + "'");
        long before = gateway.installation.sandbox().log().requests();
        HttpResponse<String> refused = spend(key, 1);
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(403);
        assertThat(refused.body()).contains("role_may_not_spend").contains("viewer");
        assertThat(gateway.installation.sandbox().log().requests()).isEqualTo(before);
        assertThat(balance(wallet)).isEqualTo("100000.00");

        cli("member", "change", ida, "--role", "member");
        await().atMost(Duration.ofSeconds(2))
                .untilAsserted(() -> assertThat(spend(key, 1).statusCode()).isEqualTo(200));
        cli("member", "change", ida, "--role", "viewer");
        assertThat(spend(key, 1).statusCode()).as("at once").isEqualTo(403);
    }

    @Test
    void a_cap_is_lowered_raised_reset_and_removed_at_once() throws Exception {
        String wallet = rich("changing");
        Account key = control.key(wallet, "");
        assertThat(spend(key, 10).statusCode()).as("cached by now").isEqualTo(200);
        String scope = "wallet:" + wallet;
        String cap = cli("cap", "set", "--scope", scope, "--per", "lifetime", "--usd", "10.5");
        assertThat(spend(key, 10).statusCode())
                .as("what was before a cap does not count")
                .isEqualTo(200);
        HttpResponse<String> refused = spend(key, 1);
        assertThat(refused.statusCode()).as("nothing will ever reset it").isEqualTo(402);
        assertThat(refused.headers().firstValue("x-should-retry")).hasValue("false");
        assertThat(refused.headers().firstValue("Retry-After")).isEmpty();
        assertThat(cli("cap", "set", "--scope", scope, "--per", "lifetime", "--usd", "21"))
                .as("the same cap")
                .isEqualTo(cap);
        assertThat(spend(key, 10).statusCode()).isEqualTo(200);
        cli("cap", "set", "--scope", scope, "--per", "lifetime", "--usd", "5");
        refused = spend(key, 1);
        assertThat(MAPPER.readTree(refused.body()).path("error").path("spent").asString())
                .as("lowered below what is spent")
                .startsWith("20.0");
        cli("cap", "reset", cap);
        assertThat(spend(key, 4).statusCode()).isEqualTo(200);
        assertThat(spend(key, 4).statusCode()).isEqualTo(402);
        assertThat(control.good("GET", "caps/" + cap, "")
                        .path("counters")
                        .get(0)
                        .path("spent")
                        .asString())
                .startsWith("4.0");
        cli("cap", "remove", cap);
        assertThat(spend(key, 100).statusCode()).isEqualTo(200);
        assertThat(control.good("GET", "caps?organization=changing", "").path("data"))
                .isEmpty();
    }

    @Test
    void requests_tokens_and_dollars_are_counted_each_by_its_own_cap_and_zero_allows_nothing() throws Exception {
        String wallet = rich("units");
        Account key = control.key(wallet, "");
        String requests =
                cli("cap", "set", "--scope", "wallet:" + wallet, "--per", "day", "--rolling", "--requests", "2");
        assertThat(spend(key, 5).statusCode()).isEqualTo(200);
        assertThat(gateway.ask(key, body(5), "status=503").statusCode())
                .as("what the upstream answered is a request")
                .isEqualTo(503);
        HttpResponse<String> refused = spend(key, 5);
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(MAPPER.readTree(refused.body()).path("error").path("per").asString())
                .isEqualTo("rolling day");
        cli("cap", "remove", requests);
        String tokens = cli("cap", "set", "--scope", "wallet:" + wallet, "--per", "month", "--tokens", "200");
        HttpResponse<String> paid = gateway.ask(key, body(30), "tokens=30");
        assertThat(paid.statusCode()).as(paid.body()).isEqualTo(200);
        assertThat(control.good("GET", "caps/" + tokens, "")
                        .path("counters")
                        .get(0)
                        .path("spent")
                        .asString())
                .isEqualTo(paid.headers().firstValue("X-Total-Tokens").orElseThrow());
        // without a ceiling of its own, a request gets what half of the tightest cap affords
        HttpResponse<String> clamped = gateway.ask(key, body(0), "tokens=3");
        assertThat(clamped.statusCode()).as(clamped.body()).isEqualTo(429);
        cli("cap", "set", "--scope", "wallet:" + wallet, "--per", "month", "--tokens", "2000");
        clamped = gateway.ask(key, body(0), "tokens=3");
        assertThat(clamped.statusCode()).as(clamped.body()).isEqualTo(200);
        assertThat(Long.parseLong(
                        clamped.headers().firstValue("X-Tollgate-Clamped").orElseThrow()))
                .isBetween(256L, 1000L);
        cli("cap", "remove", tokens);
        cli("cap", "set", "--scope", "wallet:" + wallet, "--per", "month", "--usd", "0");
        assertThat(spend(key, 1).statusCode()).isEqualTo(429);
    }

    @Test
    void frozen_keys_and_organizations_admit_nothing_new_until_that_is_lifted() throws Exception {
        String wallet = rich("frosty");
        JsonNode made = control.post("keys", "{'wallet':'" + wallet + "'}");
        Account key = new Account(wallet, made.path("secret").asString());
        Account other = control.key(wallet, "");
        String id = made.path("id").asString();
        String organization = control.good("GET", "wallets/" + wallet, "")
                .path("organization")
                .asString();
        assertThat(spend(key, 1).statusCode()).isEqualTo(200);
        assertThat(spend(other, 1).statusCode()).isEqualTo(200);
        cli("key", "freeze", id);
        assertThat(spend(key, 1).body()).contains("key_frozen");
        assertThat(spend(other, 1).statusCode()).isEqualTo(200);
        cli("key", "unfreeze", id);
        assertThat(spend(key, 1).statusCode()).isEqualTo(200);
        cli("org", "freeze", organization);
        assertThat(spend(key, 1).body()).contains("organization_frozen");
        assertThat(spend(other, 1).statusCode()).isEqualTo(403);
        cli("org", "unfreeze", organization);
        await().atMost(Duration.ofSeconds(2))
                .untilAsserted(() -> assertThat(spend(other, 1).statusCode()).isEqualTo(200));
    }

    private static String rich(String organization) throws Exception {
        String wallet = control.made("wallets", "{'name':'w','test':true,'organization':'" + organization + "'}");
        control.post("top_ups", "{'wallet':'" + wallet + "','amount':'100000','reference':'r'}");
        return wallet;
    }

    private static Account member(String wallet, String team, String name, String role) throws Exception {
        String member = cli("member", "create", "--name", name, "--team", team, "--role", role);
        return control.key(wallet, ",'member':'" + member + "'");
    }

    private static String balance(String wallet) throws Exception {
        return control.good("GET", "wallets/" + wallet, "").path("balance").asString();
    }

    /** A request that costs so many dollars, and may cost no more. */
    private static HttpResponse<String> spend(Account account, int dollars) throws Exception {
        return gateway.ask(account, body(dollars * 100), "tokens=" + dollars * 100);
    }

    private static String body(int ceiling) {
        return TestGateway.chat(false, ceiling).replace("gpt-4o-mini", "dear");
    }

    /** Runs a command; the id of what it shows. */
    private static String cli(String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--data", folder.toString(), "--json"));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = Main.execute(new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
        assertThat(exit).as(err.toString()).isZero();
        return MAPPER.readTree(out.toString()).path("id").asString();
    }
}
