package tollgate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a gateway has recorded, reckoned by other rates. */
@SuppressWarnings("NullAway.Init") // started before all tests
final class PastUsageTest {
    private static final int ASKED = 7;
    private static final String DEARER = """
            provider: ours
            source: a contract
            seen: 2026-11-25
            models:
              - { model: ten-times, usd_per_million: { input: "1.50", cached_input: "0.75", output: "6.00" } }
            """;

    @TempDir
    static Path folder;

    private static TestGateway gateway;
    private static TestGateway.Account account;
    private static Instant before;

    @BeforeAll
    static void ask() throws Exception {
        gateway = TestGateway.start(folder.resolve("data"));
        Files.writeString(
                folder.resolve("ready.json"),
                "{\"admin_url\":\"" + gateway.installation.adminUrl() + "\",\"admin_key\":\"" + TestGateway.ADMIN_KEY
                        + "\"}");
        Files.writeString(folder.resolve("dearer.yaml"), DEARER);
        account = gateway.account("5.00");
        before = Instant.now();
        for (int i = 0; i < ASKED; i++) {
            assertThat(gateway.ask(account, TestGateway.chat(false, 100), "tokens=30")
                            .statusCode())
                    .isEqualTo(200);
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> gateway.installation
                                .records()
                                .exchanges()
                                .last(account.wallet(), 100)
                                .size()
                        == ASKED);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private record Run(int exit, String out, String err) {
        JsonNode json() {
            assertThat(exit).as(err).isZero();
            return JsonMapper.shared().readTree(out);
        }
    }

    private static Run past(String... more) {
        List<String> args = new ArrayList<>(List.of("price", "estimate", "--past", "--json"));
        args.addAll(List.of("--data", folder.toString()));
        args.addAll(List.of(more));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = Main.execute(new PrintWriter(out, true), new PrintWriter(err, true), args.toArray(String[]::new));
        return new Run(exit, out.toString(), err.toString());
    }

    @Test
    void by_the_rates_in_force_the_past_comes_to_what_was_charged() {
        JsonNode same = past("--wallet", account.wallet()).json();
        assertThat(same.path("requests").asInt()).isEqualTo(ASKED);
        assertThat(new BigDecimal(same.path("charged").asString())).isPositive();
        assertThat(same.path("expected").asString())
                .isEqualTo(same.path("charged").asString());
        assertThat(same.path("cost").asString()).isEqualTo(same.path("charged").asString());
    }

    @Test
    void on_a_model_ten_times_as_dear_it_comes_to_ten_times_as_much() {
        String rates = folder.resolve("dearer.yaml").toString();
        JsonNode dearer = past("--wallet", account.wallet(), "--model", "ten-times", "--rates", rates)
                .json();
        assertThat(new BigDecimal(dearer.path("expected").asString()))
                .isEqualByComparingTo(new BigDecimal(dearer.path("charged").asString()).movePointRight(1));
        assertThat(dearer.path("models").propertyNames()).containsExactly("ten-times");
    }

    @Test
    void a_time_without_exchanges_costs_nothing_and_one_around_them_all() {
        String today = LocalDate.now(ZoneOffset.UTC).toString();
        assertThat(past("--wallet", account.wallet(), "--until", before.toString())
                        .json()
                        .path("requests")
                        .asInt())
                .isZero();
        assertThat(past(
                                "--wallet",
                                account.wallet(),
                                "--since",
                                before.minusSeconds(60).toString())
                        .json()
                        .path("requests")
                        .asInt())
                .isEqualTo(ASKED);
        assertThat(past(
                        "--wallet",
                        account.wallet(),
                        "--since",
                        "2026-01-01",
                        "--until",
                        today,
                        "--until",
                        "2999-01-01"))
                .extracting(Run::exit)
                .isEqualTo(2);
    }

    @Test
    void pages_follow_each_other_without_gap_or_repetition() {
        var exchanges = gateway.installation.records().exchanges();
        List<String> all = new ArrayList<>();
        var page = exchanges.between(account.wallet(), 0, Long.MAX_VALUE, null, 2);
        while (!page.isEmpty()) {
            page.forEach(each -> all.add(each.id()));
            page = exchanges.between(account.wallet(), 0, Long.MAX_VALUE, page.getLast(), 2);
        }
        assertThat(all).hasSize(ASKED).doesNotHaveDuplicates();
    }

    @Test
    void real_money_and_the_sandbox_are_not_put_together_and_refusals_are_one_line() {
        assertThat(past().err()).isEqualTo("tollgate: no wallet of real money (expected: --wallet, a test wallet)\n");
        String live = gateway.account("0").wallet();
        assertThat(past("--wallet", live).json().path("requests").asInt()).isZero();
        String real = gateway.liveAccount("1.00").wallet();
        for (Run refused : List.of(
                past("--wallet", account.wallet(), "--wallet", real),
                past("--wallet", "w_x"),
                past("--wallet", account.wallet(), "--since", "yesterday"),
                past("--wallet", account.wallet(), "--model", "nobodys"))) {
            assertThat(refused.exit()).as(refused.err()).isEqualTo(1);
            assertThat(refused.err()).startsWith("tollgate: ").containsOnlyOnce("\n");
            assertThat(refused.out()).isEmpty();
        }
        assertThat(past().json().path("requests").asInt()).isZero();
    }
}
