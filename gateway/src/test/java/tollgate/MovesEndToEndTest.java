package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
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

/** Organisations that move between shards while two gateways serve them, by the command (H18). */
@Wide
@SuppressWarnings("NullAway.Init") // made before every test
class MovesEndToEndTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final String CARD = """
            bundles:
              - { name: some, plan: gold, model: "gpt-*", tokens: 3000, per: lifetime }
            """;

    @TempDir
    Path folder;

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private String settings = "";
    private TestGateway one;
    private TestGateway other;

    @BeforeEach
    void start() throws Exception {
        Path card = folder.resolve("own.yaml");
        Files.writeString(card, CARD);
        Path disk = Files.createDirectory(folder.resolve("redis"));
        RedisProcess redis = RedisProcess.start(disk, "appendonly yes\nmaxmemory-policy noeviction");
        started.push(redis);
        settings = "redis: { url: 'redis://127.0.0.1:" + redis.port()
                + "', place_wait_ms: 20000, settle_wait_ms: 20000 }\nprices: { files: ['" + card + "'] }";
        one = gateway("one");
        other = gateway("other");
        Files.createDirectories(folder.resolve("cli"));
        Files.writeString(
                folder.resolve("cli").resolve("ready.json"),
                MAPPER.writeValueAsString(
                        Map.of("admin_url", one.installation.adminUrl(), "admin_key", TestGateway.ADMIN_KEY)));
    }

    private TestGateway gateway(String name) throws IOException {
        TestGateway gateway = TestGateway.start(
                        folder.resolve(name), settings, () -> Records.sqlite(folder.resolve("shared.db")))
                .expectingLag();
        started.push(gateway);
        return gateway;
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each = started.poll(); each != null; each = started.poll()) {
            each.close();
        }
    }

    @Test
    void under_load_with_caps_bundles_and_grants_no_money_is_lost_or_made_and_every_charge_is_booked_once()
            throws Exception {
        Account account = one.account("acme", "1.00");
        Account second = one.account("acme", "1.00");
        Account beside = one.account("beside", "1.00");
        String organisation = organisation("acme");
        cli("org", "plan", organisation, "gold");
        try (ControlPlane control = new ControlPlane(one)) {
            for (Account each : List.of(account, second)) {
                for (int i = 0; i < 3; i++) {
                    control.post(
                            "grants",
                            "{'wallet':'" + each.wallet() + "','amount':'0.0001','reason':'r" + i + "','priority':" + i
                                    + "}");
                }
            }
            control.post("grants", "{'wallet':'" + beside.wallet() + "','amount':'0.0003','reason':'r'}");
            for (String limit : List.of(
                    "'usd':'0.9','per':'day'",
                    "'tokens':90000000,'per':'month'",
                    "'requests':1000000,'per':'hour','rolling':true",
                    "'rate':100000,'per':'minute'",
                    "'token_rate':90000000,'per':'minute'",
                    "'concurrent':200")) {
                control.post("caps", "{'scope':'org:" + organisation + "'," + limit + "}");
            }
        }
        int from = shard(organisation);
        SteadyLoad load = new SteadyLoad(List.of(one, other), List.of(account, second, beside), 6);
        load.serve(60);
        for (int to : List.of((from + 5) % 64, from, (from + 11) % 64)) {
            JsonNode moved = cli("org", "move", "--org", organisation, "--shard", "" + to, "--reason", "a busy shard");
            assertThat(moved.path("step").asString()).isEqualTo("done");
            assertThat(shard(organisation)).isEqualTo(to);
            load.serve(60);
        }
        load.isBookedExactly(List.of(one, other), List.of(account, second, beside), Usd.parse("1.0003"));
        System.out.println("moved three times: " + load);
        assertThat(load.served()).isGreaterThan(240);
        assertThat(cli("audit", "list", "--subject", "org:" + organisation)).hasSize(3);
        assertThat(one.installation.records().ledger().ofWallet(account.wallet(), 0, 1_000_000))
                .extracting(entry -> entry.kind())
                .contains("move_out", "move_in");
    }

    @Test
    void who_asks_while_it_moves_is_told_to_come_again_and_what_streams_ends_first() throws Exception {
        Account account = one.account("acme", "1.00");
        String organisation = organisation("acme");
        int to = (shard(organisation) + 1) % 64;
        // the other opens the shard of an organisation that it did not make a moment later
        await().atMost(Duration.ofSeconds(20))
                .until(() -> other.ask(account, TestGateway.chat(false, 50), "tokens=5")
                                .statusCode()
                        == 200);
        var streaming = other.askLater(account, TestGateway.chat(true, 400), "tokens=100, barrier=2");
        await().atMost(Duration.ofSeconds(20)).until(() -> !held(account).equals(Usd.ZERO));
        try (ControlPlane control = new ControlPlane(other)) {
            HttpResponse<String> begun =
                    control.send("POST", "organizations/" + organisation + "/move", "{\"shard\":" + to + "}");
            assertThat(begun.statusCode()).as(begun.body()).isEqualTo(202);
            for (TestGateway gateway : List.of(one, other)) {
                HttpResponse<String> refused = gateway.ask(account, TestGateway.chat(false, 50), "tokens=5");
                assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
                assertThat(refused.body()).contains("organization_moving");
                assertThat(refused.headers().firstValue("Retry-After")).contains("5");
            }
            assertThat(control.good("GET", "organizations/" + organisation + "/move", "")
                            .path("step")
                            .asString())
                    .isEqualTo("moving");
            other.releaseSandbox();
            assertThat(streaming.join().statusCode()).isEqualTo(200);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> control.good("GET", "organizations/" + organisation + "/move", "")
                            .path("step")
                            .asString()
                            .equals("done"));
            for (TestGateway gateway : List.of(one, other)) {
                await().atMost(Duration.ofSeconds(10))
                        .until(() -> gateway.ask(account, TestGateway.chat(false, 50), "tokens=5")
                                        .statusCode()
                                == 200);
            }
            for (String bad :
                    List.of("{}", "{\"shard\":64}", "{\"shard\":-1}", "{\"shard\":\"1\"}", "{\"shard\":1.5}")) {
                assertThat(control.send("POST", "organizations/" + organisation + "/move", bad)
                                .statusCode())
                        .as(bad)
                        .isEqualTo(400);
            }
            assertThat(control.send("POST", "organizations/" + organisation + "/move", "{\"shard\":" + to + "}")
                            .statusCode())
                    .isEqualTo(409);
            assertThat(control.send("POST", "organizations/o_none/move", "{\"shard\":1}")
                            .statusCode())
                    .isEqualTo(404);
        }
        exact();
    }

    @Test
    void when_the_gateway_that_carries_it_stops_in_the_middle_the_other_goes_on() throws Exception {
        Account account = one.account("acme", "1.00");
        String organisation = organisation("acme");
        for (int i = 0; i < 5; i++) {
            assertThat(one.ask(account, TestGateway.chat(false, 50), "tokens=5").statusCode())
                    .isEqualTo(200);
        }
        int to = (shard(organisation) + 1) % 64;
        try (ControlPlane control = new ControlPlane(other)) {
            assertThat(control.send("POST", "organizations/" + organisation + "/move", "{\"shard\":" + to + "}")
                            .statusCode())
                    .isEqualTo(202);
        }
        await().atMost(Duration.ofSeconds(30))
                .until(() -> !other.installation
                        .records()
                        .moves()
                        .last(organisation)
                        .orElseThrow()
                        .step()
                        .wireName()
                        .equals("moving"));
        one.close();
        started.remove(one);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> other.ask(account, TestGateway.chat(false, 50), "tokens=5")
                                .statusCode()
                        == 200);
        one = gateway("one");
        assertThat(shard(organisation)).isEqualTo(to);
        exact();
    }

    private void exact() {
        for (TestGateway gateway : List.of(one, other)) {
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                var verified = gateway.installation.verify();
                assertThat(verified.get("problems")).asString().isEqualTo("[]");
                assertThat(verified.get("journal_pending")).isEqualTo(0);
            });
        }
    }

    private Usd held(Account account) throws IOException, InterruptedException {
        try (ControlPlane control = new ControlPlane(one)) {
            return Usd.parse(control.good("GET", "wallets/" + account.wallet(), "")
                    .path("held")
                    .asString());
        }
    }

    private int shard(String organisation) {
        return one.installation
                .records()
                .organisations()
                .find(organisation)
                .orElseThrow()
                .shard();
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
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--data", folder.resolve("cli").toString(), "--json"));
        assertThat(Main.execute(new PrintWriter(out, true), new PrintWriter(out, true), all.toArray(String[]::new)))
                .as(out.toString())
                .isZero();
        return MAPPER.readTree(out.toString());
    }
}
