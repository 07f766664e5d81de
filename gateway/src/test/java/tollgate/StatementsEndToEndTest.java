package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.TestGateway.Account;
import tollgate.pricing.Usd;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Statements, the trial balance, freezes and approvals as the control plane's description says that they look. */
@SuppressWarnings("NullAway.Init") // started before all tests
class StatementsEndToEndTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    @TempDir
    static Path folder;

    private static TestGateway gateway;
    private static ControlPlane control;
    private static JsonNode description;

    @BeforeAll
    static void start() throws Exception {
        gateway = TestGateway.start(folder.resolve("data"), "approval: { above: '100.00' }");
        control = new ControlPlane(gateway);
        description = control.good("GET", "openapi.json", "");
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

    @Test
    void what_was_paid_in_and_charged_this_month_adds_up_as_json_as_a_table_and_in_the_accounts() throws Exception {
        Account account = gateway.account("statements", "5.00");
        String real = control.made("wallets", "{'name':'real','organization':'statements'}");
        control.post("top_ups", "{'wallet':'" + real + "','amount':'7','reference':'paid'}");
        control.post("grants", "{'wallet':'" + account.wallet() + "','amount':'1','reason':'welcome'}");
        long charged = 0;
        for (int i = 0; i < 5; i++) {
            HttpResponse<String> answer = gateway.ask(account, TestGateway.chat(false, 100), "tokens=20");
            charged += Usd.parse(answer.headers().firstValue("X-Usage-Cost").orElseThrow())
                    .nano();
        }
        assertThat(gateway.installation.verify()).containsEntry("ok", true);
        JsonNode newest = control.good("GET", "exchanges?wallet=" + account.wallet(), "")
                .path("data")
                .get(0);
        JsonNode exchange = control.good("GET", "exchanges/" + newest.path("id").asString(), "");
        assertThat(Instant.parse(exchange.path("placed").asString()))
                .isBetween(
                        Instant.parse(exchange.path("started").asString()),
                        Instant.parse(exchange.path("finished").asString()));
        String month = YearMonth.now(ZoneOffset.UTC).toString();
        JsonNode whole = await().atMost(Duration.ofSeconds(10))
                .until(
                        () -> control.good("GET", "organizations/statements/statement?month=" + month, ""),
                        each -> each.path("totals").toString().contains("\"closing\":\"7.00\""));
        valid("Statement", whole);
        JsonNode statement = whole.path("wallets").get(0);
        if (!statement.path("wallet").asString().equals(account.wallet())) {
            statement = whole.path("wallets").get(1);
        }
        assertThat(whole.path("totals").toString())
                .as("nothing of real money is in it")
                .isEqualTo("[{\"currency\":\"TEST\",\"opening\":\"0.00\",\"moved\":\"6.00\",\"charges\":\""
                        + new Usd(-charged) + "\",\"closing\":\"" + new Usd(6_000_000_000L - charged)
                        + "\"},{\"currency\":\"USD\",\"opening\":\"0.00\",\"moved\":\"7.00\",\"charges\":\"0.00\","
                        + "\"closing\":\"7.00\"}]");
        assertThat(statement.path("opening").asString()).isEqualTo("0.00");
        assertThat(statement.path("charges").asString()).isEqualTo(new Usd(-charged).toString());
        assertThat(statement.path("exchanges").asLong()).isEqualTo(5);
        assertThat(statement.path("moved").toString()).contains("\"kind\":\"top_up\",\"count\":1,\"amount\":\"5.00\"");
        assertThat(statement.path("by_model").get(0).path("model").asString()).isEqualTo("gpt-4o-mini");
        assertThat(statement.path("closing").asString()).isEqualTo(new Usd(6_000_000_000L - charged).toString());
        assertThat(statement.path("complete").asBoolean())
                .as("the month goes on")
                .isFalse();

        List<String> lines = cli("statement", "--wallet", account.wallet(), "--month", month, "--csv")
                .lines()
                .toList();
        assertThat(lines.getFirst()).isEqualTo("wallet,currency,month,part,item,count,amount");
        long sum = 0;
        long closing = 0;
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",", -1);
            long amount = new BigDecimal(cells[6]).movePointRight(9).longValueExact();
            sum += List.of("opening", "moved", "day").contains(cells[3]) ? amount : 0;
            closing += cells[3].equals("closing") ? amount : 0;
        }
        assertThat(sum).isEqualTo(closing).isPositive();
        assertThat(cli("statement", "--wallet", account.wallet(), "--month", month))
                .contains("opening balance: 0.00")
                .contains("gpt-4o-mini");

        JsonNode trial = control.good("GET", "trial_balance", "");
        valid("TrialBalance", trial);
        Map<String, Long> all = new HashMap<>();
        for (JsonNode row : trial.path("data")) {
            all.merge(
                    row.path("currency").asString(),
                    new BigDecimal(row.path("amount").asString())
                            .movePointRight(9)
                            .longValueExact(),
                    Long::sum);
        }
        assertThat(all).isEqualTo(Map.of("TEST", 0L, "USD", 0L));
        assertThat(cli("ledger", "balance")).contains("revenue").contains("promo_expense");
        assertThat(control.good("GET", "trial_balance?since=2001-01-01&until=2001-02-01", "")
                        .path("data"))
                .isEmpty();
    }

    @Test
    void what_is_frozen_and_what_waits_looks_as_it_is_described() throws Exception {
        String wallet = control.made("wallets", "{'name':'w','test':true}");
        valid("Wallet", control.post("wallets/" + wallet + "/freeze", "{'reason':'looks stolen'}"));
        valid("Wallet", control.post("wallets/" + wallet + "/unfreeze", ""));
        JsonNode frozen = control.post("model_freezes", "{'model':'no-such-*','organization':'default'}");
        valid("ModelFreeze", frozen);
        valid("ModelFreezePage", control.good("GET", "model_freezes?organization=default", ""));
        assertThat(cli("model", "frozen")).contains("no-such-*");
        cli("model", "unfreeze", frozen.path("id").asString(), "--reason", "a mistake");
        assertThat(cli("model", "frozen")).doesNotContain("no-such-*");
        valid("AuditPage", control.good("GET", "audit", ""));
        assertThat(cli("audit", "list")).contains("looks stolen").contains("a mistake");
        JsonNode waiting = control.post("adjustments", "{'wallet':'" + wallet + "','amount':'101','reference':'r'}");
        valid("Movement", waiting);
        valid("Movement", control.post("adjustments", "{'wallet':'" + wallet + "','amount':'1','reference':'s'}"));
        String id = waiting.path("approval").asString();
        valid("Approval", control.good("GET", "approvals/" + id, ""));
        valid("ApprovalPage", control.good("GET", "approvals", ""));
        assertThat(cli("approval", "list", "--state", "waiting")).contains(id);
        cli("approval", "reject", id, "--reason", "no");
        assertThat(cli("approval", "list", "--state", "rejected")).contains(id);
        valid("Grant", control.post("grants", "{'wallet':'" + wallet + "','amount':'500','reason':'r'}"));
    }

    private static void valid(String name, JsonNode json) {
        ObjectNode schema = MAPPER.createObjectNode();
        schema.put("$ref", "#/components/schemas/" + name);
        schema.set("components", description.path("components"));
        assertThat(SCHEMAS.getSchema(schema.toString(), InputFormat.JSON).validate(json))
                .as(name + " " + json)
                .isEmpty();
    }

    private static String cli(String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--data", folder.toString()));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = Main.execute(new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
        assertThat(exit).as(err.toString()).isZero();
        return out.toString();
    }
}
