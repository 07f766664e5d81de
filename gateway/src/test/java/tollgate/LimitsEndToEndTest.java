package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.TestGateway.Account;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Rates and limits on open requests, from the command line to what clients are told. */
@SuppressWarnings("NullAway.Init") // started before all tests
class LimitsEndToEndTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final String MESSAGES = "{\"model\":\"claude-haiku-4-5\",\"max_tokens\":20,"
            + "\"messages\":[{\"role\":\"user\",\"content\":\"Say something.\"}]}";

    @TempDir
    static Path folder;

    private static TestGateway gateway;
    private static ControlPlane control;

    @BeforeAll
    static void start() throws Exception {
        gateway = TestGateway.start(folder.resolve("data"));
        control = new ControlPlane(gateway);
        Files.writeString(
                folder.resolve("ready.json"),
                MAPPER.writeValueAsString(
                        Map.of("admin_url", gateway.installation.adminUrl(), "admin_key", TestGateway.ADMIN_KEY)));
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
    void a_rate_of_requests_is_told_before_it_is_reached_and_when_it_is_there_is_room_exactly_when_it_said()
            throws Exception {
        Account account = gateway.account("10");
        cli("cap", "set", "--scope", "wallet:" + account.wallet(), "--per", "minute", "--rate", "60");
        HttpHeaders first = ask(account).headers();
        assertThat(first.firstValue("x-ratelimit-limit-requests")).hasValue("60");
        assertThat(first.firstValue("x-ratelimit-remaining-requests")).hasValue("59");
        assertThat(first.firstValue("x-ratelimit-reset-requests")).hasValue("1s");
        assertThat(first.firstValue("x-ratelimit-limit-tokens")).isEmpty();

        cli("cap", "set", "--scope", "wallet:" + account.wallet(), "--per", "minute", "--rate", "20");
        HttpResponse<String> refused = ask(account);
        for (int i = 0; i < 25 && refused.statusCode() == 200; i++) {
            refused = ask(account);
        }
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(429);
        JsonNode error = MAPPER.readTree(refused.body()).path("error");
        assertThat(error.path("code").asString()).isEqualTo("rate_limited");
        assertThat(error.path("type").asString()).isEqualTo("rate_limit_error");
        assertThat(error.path("limit").asLong()).isEqualTo(20);
        assertThat(refused.headers().firstValue("x-ratelimit-remaining-requests"))
                .hasValue("0");
        assertThat(refused.headers().firstValue("x-ratelimit-reset-requests"))
                .hasValueSatisfying(reset -> assertThat(reset).matches("1m0s|5\\d(\\.\\d+)?s"));
        assertThat(refused.headers().firstValue("x-should-retry")).isEmpty();
        long waitMs =
                Long.parseLong(refused.headers().firstValue("retry-after-ms").orElseThrow());
        assertThat(waitMs).isBetween(1L, 3_000L);
        assertThat(refused.headers().firstValue("Retry-After")).hasValue(Long.toString(Math.ceilDiv(waitMs, 1_000L)));
        TimeUnit.MILLISECONDS.sleep(waitMs);
        assertThat(ask(account).statusCode()).as("when it said").isEqualTo(200);
    }

    @Test
    void anthropic_clients_are_told_in_their_own_fields() throws Exception {
        Account account = gateway.account("10");
        String scope = "wallet:" + account.wallet();
        cli("cap", "set", "--scope", scope, "--per", "minute", "--rate", "1");
        cli("cap", "set", "--scope", scope, "--per", "minute", "--token-rate", "100000");
        Instant before = Instant.now();
        HttpResponse<String> good = message(account);
        assertThat(good.statusCode()).as(good.body()).isEqualTo(200);
        assertThat(good.headers().firstValue("anthropic-ratelimit-requests-limit"))
                .hasValue("1");
        assertThat(good.headers().firstValue("anthropic-ratelimit-requests-remaining"))
                .hasValue("0");
        assertThat(Instant.parse(good.headers()
                        .firstValue("anthropic-ratelimit-requests-reset")
                        .orElseThrow()))
                .isBetween(before.plusSeconds(59), before.plusSeconds(70));
        assertThat(good.headers().firstValue("anthropic-ratelimit-tokens-limit"))
                .hasValue("100000");
        assertThat(Long.parseLong(good.headers()
                        .firstValue("anthropic-ratelimit-tokens-remaining")
                        .orElseThrow()))
                .isBetween(90_000L, 99_980L);
        assertThat(good.headers().firstValue("x-ratelimit-limit-requests")).isEmpty();
        HttpResponse<String> refused = message(account);
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(MAPPER.readTree(refused.body()).path("error").path("type").asString())
                .isEqualTo("rate_limit_error");
        assertThat(refused.body()).contains("rate_limited");
        assertThat(refused.headers().firstValue("anthropic-ratelimit-requests-remaining"))
                .hasValue("0");
        assertThat(refused.headers().firstValue("retry-after")).isPresent();
    }

    @Test
    void streams_carry_it_in_their_heads_and_answers_without_a_limit_carry_nothing() throws Exception {
        Account account = gateway.account("10");
        HttpResponse<String> plain = gateway.ask(account, TestGateway.chat(true, 20), "tokens=3");
        assertThat(plain.headers().map().keySet()).noneMatch(name -> name.contains("ratelimit"));
        cli("cap", "set", "--scope", "wallet:" + account.wallet(), "--per", "day", "--requests", "10");
        cli("cap", "set", "--scope", "wallet:" + account.wallet(), "--per", "lifetime", "--tokens", "1000000");
        HttpResponse<String> told = gateway.ask(account, TestGateway.chat(true, 20), "tokens=3");
        assertThat(told.statusCode()).isEqualTo(200);
        assertThat(told.headers().firstValue("x-ratelimit-remaining-requests")).hasValue("9");
        assertThat(told.headers().firstValue("x-ratelimit-reset-requests"))
                .hasValueSatisfying(reset -> assertThat(reset).matches("(\\d+h)?(\\d+m)?[\\d.]+m?s"));
        assertThat(told.headers().firstValue("x-ratelimit-limit-tokens"))
                .as("what never resets is no rate")
                .isEmpty();
        HttpResponse<String> failed = gateway.ask(account, TestGateway.chat(false, 20), "status=503");
        assertThat(failed.headers().firstValue("x-ratelimit-remaining-requests"))
                .as("whatever the upstream says")
                .hasValue("8");
    }

    @ParameterizedTest(name = "{0}, at most {1}")
    @CsvSource({"key, 1", "member, 2", "each-member, 2"})
    void so_many_requests_are_open_at_once_and_the_next_waits_for_one_of_them_to_end(String scope, int most)
            throws Exception {
        String wallet = gateway.account("limits", "10").wallet();
        String team = cli("team", "create", "--name", "t" + scope, "--org", "limits");
        String member = cli("member", "create", "--name", "m", "--team", team);
        String neighbour = cli("member", "create", "--name", "n", "--team", team);
        JsonNode made = control.post("keys", "{'wallet':'" + wallet + "','member':'" + member + "'}");
        Account account = new Account(wallet, made.path("secret").asString());
        Account other = control.key(wallet, ",'member':'" + neighbour + "'");
        String subject = switch (scope) {
            case "key" -> made.path("id").asString();
            case "member" -> member;
            default -> team;
        };
        String cap = cli("cap", "set", "--scope", scope + ":" + subject, "--concurrent", Integer.toString(most));
        List<CompletableFuture<HttpResponse<String>>> open = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            open.add(gateway.askLater(account, TestGateway.chat(true, 20), "tokens=3, barrier=9"));
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> held(cap, subject.equals(team) ? member : subject) == most);
        HttpResponse<String> refused = ask(account);
        assertThat(refused.statusCode()).isEqualTo(429);
        JsonNode error = MAPPER.readTree(refused.body()).path("error");
        assertThat(error.path("code").asString()).isEqualTo("concurrency_limited");
        assertThat(error.path("open").asLong()).isEqualTo(most);
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(refused.headers().firstValue("retry-after-ms")).hasValue("500");
        assertThat(ask(other).statusCode()).as("somebody else").isEqualTo(200);
        gateway.releaseSandbox();
        for (CompletableFuture<HttpResponse<String>> one : open) {
            assertThat(one.join().statusCode()).isEqualTo(200);
        }
        await().atMost(Duration.ofSeconds(5)).until(() -> held(cap, subject.equals(team) ? member : subject) == 0);
        assertThat(ask(account).statusCode()).isEqualTo(200);
        control.good("DELETE", "caps/" + cap, "");
    }

    private static long held(String cap, String subject) throws Exception {
        for (JsonNode counter : control.good("GET", "caps/" + cap, "").path("counters")) {
            if (counter.path("subject").asString().equals(subject)) {
                return Long.parseLong(counter.path("held").asString());
            }
        }
        return 0;
    }

    @Test
    void what_is_open_is_asked_before_rates_and_these_before_caps_and_money() throws Exception {
        Account account = gateway.account("0");
        String scope = "wallet:" + account.wallet();
        assertThat(ask(account).statusCode()).isEqualTo(402);
        cli("cap", "set", "--scope", scope, "--per", "day", "--usd", "0");
        assertThat(ask(account).body()).contains("cap_reached");
        cli("cap", "set", "--scope", scope, "--per", "minute", "--rate", "0");
        HttpResponse<String> never = ask(account);
        assertThat(never.body()).contains("rate_limited");
        assertThat(never.statusCode()).isEqualTo(429);
        assertThat(never.headers().firstValue("x-should-retry")).hasValue("false");
        assertThat(never.headers().firstValue("Retry-After")).isEmpty();
        cli("cap", "set", "--scope", scope, "--concurrent", "0");
        assertThat(ask(account).body()).contains("concurrency_limited");
    }

    @Test
    void a_rate_of_tokens_of_one_model_is_corrected_by_what_was_used() throws Exception {
        Account account = gateway.account("10");
        String cap = cli(
                "cap",
                "set",
                "--scope",
                "wallet:" + account.wallet(),
                "--per",
                "minute",
                "--token-rate",
                "500",
                "--model",
                "gpt-4o*");
        HttpResponse<String> large = gateway.ask(account, TestGateway.chat(false, 9_000), "tokens=30");
        assertThat(large.statusCode())
                .as("more than the limit counts as the limit")
                .isEqualTo(200);
        long used = Long.parseLong(large.headers().firstValue("X-Total-Tokens").orElseThrow());
        assertThat(control.good("GET", "caps/" + cap, "")
                        .path("counters")
                        .get(0)
                        .path("spent")
                        .asString())
                .isEqualTo(Long.toString(used));
        HttpResponse<String> refused = gateway.ask(account, TestGateway.chat(false, 9_000), "tokens=30");
        assertThat(refused.statusCode()).isEqualTo(429);
        JsonNode error = MAPPER.readTree(refused.body()).path("error");
        assertThat(error.path("unit").asString()).isEqualTo("token_rate");
        assertThat(error.path("needed").asLong()).isEqualTo(500);
        assertThat(refused.headers().firstValue("x-ratelimit-remaining-tokens")).hasValue(Long.toString(500 - used));
        assertThat(gateway.ask(account, TestGateway.chat(false, 100), "tokens=30")
                        .statusCode())
                .as("what fits")
                .isEqualTo(200);
        assertThat(message(account).statusCode()).as("another model").isEqualTo(200);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'per':'lifetime','rate':5                   | per: 'lifetime' (expected: a shorter one with rate)",
                "'per':'lifetime','token_rate':5             | per: 'lifetime' (expected: a shorter one with token_rate)",
                "'per':'minute','rolling':true,'rate':5      | rolling: true (expected: false with rate)",
                "'rolling':true,'concurrent':5               | rolling: true (expected: false with",
                "'per':'minute','rate':150000000001          | rate: 150000000001 (expected: at most 150000000000 per minute)",
                "'per':'minute','rate':-1                    | rate: -1 (expected: a whole number",
                "'per':'minute','concurrent':1.5             | concurrent: 1.5 (expected: a whole number",
                "'per':'minute','rate':5,'concurrent':5      | a cap counts one of",
                "'rate':5                                    | per: missing",
                "'per':'fortnight','rate':5                  | per: 'fortnight' (expected: one of minute",
                "'per':'minute'                              | missing (expected: one of them; 0 allows nothing)",
            })
    void what_is_no_limit_is_named(String fields, String complaint) throws Exception {
        String wallet = gateway.account("0").wallet();
        HttpResponse<String> refused = control.send(
                "POST", "caps", ("{'scope':'wallet:" + wallet + "'," + fields.strip() + "}").replace('\'', '"'));
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
        assertThat(refused.body()).contains(complaint);
    }

    private static HttpResponse<String> message(Account account) throws Exception {
        return gateway.post(account, "/v1/messages", MESSAGES, "tokens=5", "anthropic-version", "2023-06-01");
    }

    private static HttpResponse<String> ask(Account account) throws Exception {
        return gateway.ask(account, TestGateway.chat(false, 20), "tokens=3");
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
