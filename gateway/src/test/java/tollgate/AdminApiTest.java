package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tollgate.config.ConfigFile;
import tollgate.config.TollgateConfig;
import tollgate.dialect.Service;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The control plane's API over HTTP, every answer held to its description. */
@SuppressWarnings("NullAway.Init") // started before all tests
class AdminApiTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    @TempDir
    static Path folder;

    private static TestGateway gateway;
    private static HttpClient http;
    private static JsonNode description;

    @BeforeAll
    static void start() throws Exception {
        gateway = TestGateway.start(folder.resolve("data"));
        http = HttpClient.newHttpClient();
        description = MAPPER.readTree(http.send(
                        HttpRequest.newBuilder(URI.create(gateway.installation.adminUrl() + "/admin/v1/openapi.json"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body());
    }

    @AfterAll
    static void stop() {
        http.close();
        gateway.close();
    }

    @Test
    void every_answer_is_as_described() throws Exception {
        JsonNode wallet = good("POST", "/wallets", "Wallet", "{\"name\":\"n\",\"test\":true}");
        String id = wallet.path("id").asString();
        good("GET", "/wallets", "WalletPage", "");
        good("POST", "/top_ups", "Movement", "{\"wallet\":\"" + id + "\",\"amount\":\"2.5\",\"reference\":\"r\"}");
        good("POST", "/adjustments", "Movement", "{\"wallet\":\"" + id + "\",\"amount\":\"-1\",\"reference\":\"r\"}");
        good(
                "POST",
                "/grants",
                "Grant",
                "{\"wallet\":\"" + id + "\",\"amount\":\"1\",\"reason\":\"r\",\"expires\":\"2999-01-31\"}");
        good("POST", "/grants", "Grant", "{\"wallet\":\"" + id + "\",\"amount\":\"1\",\"reason\":\"ever\"}");
        assertThat(good("GET", "/wallets/" + id, "Wallet", "").path("balance").asString())
                .isEqualTo("3.50");
        JsonNode key = good("POST", "/keys", "KeyWithSecret", "{\"wallet\":\"" + id + "\"}");
        TestGateway.Account account =
                new TestGateway.Account(id, key.path("secret").asString());
        HttpResponse<String> paid = gateway.ask(account, TestGateway.chat(false, 10), "tokens=3");
        String exchange = paid.headers().firstValue("X-Tollgate-Request-Id").orElseThrow();
        assertThat(good("GET", "/wallets/" + id + "/reconciliation", "Reconciliation", "")
                        .path("unexplained")
                        .asLong())
                .isZero();
        assertThat(good("GET", "/verify", "Verification", "").path("ok").asBoolean())
                .isTrue();
        good("GET", "/upstreams", "UpstreamPage", "");
        good("GET", "/exchanges?wallet=" + id, "ExchangeRowPage", "");
        good("GET", "/exchanges/" + exchange, "Exchange", "");
        // entries get there when they are old enough to be on Redis's disk
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(good("GET", "/wallets/" + id + "/entries?limit=2", "EntryPage", "")
                                .path("next")
                                .asString())
                        .isEqualTo("2"));
        assertThat(good("GET", "/wallets/" + id + "/grants", "GrantPage", "")
                        .path("data")
                        .size())
                .isEqualTo(2);
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(good("GET", "/exchanges/" + exchange, "Exchange", "")
                                .path("entries")
                                .size())
                        .isEqualTo(1));
        good(
                "POST",
                "/refunds",
                "Refund",
                "{\"exchange\":\"" + exchange + "\",\"amount\":\"0.000000001\",\"reason\":\"r\"}");
        JsonNode other = good("POST", "/keys/" + key.path("id").asString() + "/rotate", "KeyWithSecret", "");
        good("GET", "/keys?wallet=" + id, "KeyPage", "");
        assertThat(good("DELETE", "/keys/" + other.path("id").asString(), "Key", "")
                        .path("revoked")
                        .isNull())
                .isFalse();
        assertThat(good("POST", "/wallets/" + id + "/freeze", "Wallet", "")
                        .path("state")
                        .asString())
                .isEqualTo("frozen");
        good("POST", "/wallets/" + id + "/unfreeze", "Wallet", "");
    }

    @Test
    void teams_members_projects_and_caps_are_as_described() throws Exception {
        String org = good("POST", "/organizations", "Organization", "{\"name\":\"described\",\"zone\":\"Asia/Tokyo\"}")
                .path("id")
                .asString();
        assertThat(good("POST", "/organizations/" + org, "Organization", "{\"zone\":\"Europe/Vienna\"}")
                        .path("zone")
                        .asString())
                .isEqualTo("Europe/Vienna");
        good("GET", "/organizations", "OrganizationPage", "");
        good("GET", "/organizations/" + org, "Organization", "");
        good("POST", "/organizations/" + org + "/freeze", "Organization", "");
        good("POST", "/organizations/" + org + "/unfreeze", "Organization", "");
        String of = ",\"organization\":\"" + org + "\"";
        String team = good("POST", "/teams", "Team", "{\"name\":\"t\"" + of + "}")
                .path("id")
                .asString();
        good("GET", "/teams?organization=" + org, "TeamPage", "");
        String member = good("POST", "/members", "Member", "{\"name\":\"m\",\"team\":\"" + team + "\"}")
                .path("id")
                .asString();
        good("POST", "/members/" + member, "Member", "{\"role\":\"viewer\"}");
        good("GET", "/members?organization=described", "MemberPage", "");
        good("POST", "/projects", "Project", "{\"name\":\"p\",\"team\":\"" + team + "\"}");
        good("GET", "/projects?organization=" + org, "ProjectPage", "");
        JsonNode cap = good(
                "POST",
                "/caps",
                "Cap",
                "{\"scope\":\"each-member:" + team + "\",\"per\":\"week\",\"tokens\":5,\"service\":\"chat\","
                        + "\"model\":\"gpt-*\"}");
        String id = cap.path("id").asString();
        assertThat(good("POST", "/caps/" + id, "Cap", "{\"tokens\":0}")
                        .path("limit")
                        .asString())
                .isEqualTo("0");
        good("POST", "/caps/" + id + "/reset", "Cap", "");
        assertThat(good("GET", "/caps/" + id, "CapWithCounters", "")
                        .path("counters")
                        .path(0)
                        .path("subject")
                        .asString())
                .isEqualTo(member);
        good("GET", "/caps?organization=" + org, "CapPage", "");
        assertThat(good("DELETE", "/caps/" + id, "Cap", "").path("removed").isNull())
                .isFalse();
        String key = good(
                        "POST",
                        "/keys",
                        "KeyWithSecret",
                        "{\"wallet\":\"" + gateway.account("0").wallet() + "\"}")
                .path("id")
                .asString();
        assertThat(good("POST", "/keys/" + key + "/freeze", "Key", "")
                        .path("frozen")
                        .asBoolean())
                .isTrue();
        good("POST", "/keys/" + key + "/unfreeze", "Key", "");
    }

    @Test
    void what_an_idempotency_key_names_is_one_team_member_project_and_cap_however_often_it_is_sent() throws Exception {
        String team = null;
        for (String path : List.of("teams", "members", "projects", "caps")) {
            String body = path.equals("caps")
                    ? "{\"scope\":\"team:" + team + "\",\"per\":\"day\",\"requests\":7}"
                    : "{\"name\":\"idempotent\"}";
            JsonNode first = MAPPER.readTree(
                    send("POST", "/" + path, body, "once-" + path).body());
            killed();
            JsonNode again = MAPPER.readTree(
                    send("POST", "/" + path, body, "once-" + path).body());
            assertThat(again.path("id")).as(path + " " + first).isEqualTo(first.path("id"));
            assertThat(first.path("id").asString()).isNotEmpty();
            team = team == null ? first.path("id").asString() : team;
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "caps | {'scope':'team:t_x','per':'day','usd':'1'}                       | 404 | no team 't_x'",
                "caps | {'scope':'key:k_x','per':'day','usd':'1'}                        | 404 | no key 'k_x'",
                "caps | {'scope':'member:m_x','per':'day','usd':'1'}                     | 404 | no member",
                "caps | {'scope':'project:p_x','per':'day','usd':'1'}                    | 404 | no project",
                "caps | {'scope':'wallet:w_x','per':'day','usd':'1'}                     | 404 | no wallet",
                "caps | {'scope':'org:o_x','per':'day','usd':'1'}                        | 404 | no organization",
                "caps | {'scope':'org:tests','per':'day','usd':'1'}                      | 400 | expected: org:o_",
                "caps | {'scope':'team','per':'day','usd':'1'}                           | 400 | scope: 'team'",
                "caps | {'scope':'team:','per':'day','usd':'1'}                          | 400 | scope: 'team:'",
                "caps | {'scope':'everybody:x','per':'day','usd':'1'}                    | 400 | each-member",
                "caps | {'scope':'wallet:W','per':'year','usd':'1'}                      | 400 | per: 'year'",
                "caps | {'scope':'wallet:W','per':'lifetime','rolling':true,'usd':'1'}   | 400 | rolling",
                "caps | {'scope':'wallet:W','per':'day'}                                 | 400 | usd, tokens, requests, concurrent, rate, token_rate: missing",
                "caps | {'scope':'wallet:W','per':'day','usd':'1','tokens':1}            | 400 | one of them",
                "caps | {'scope':'wallet:W','per':'day','usd':'-1'}                      | 400 | usd: '-1'",
                "caps | {'scope':'wallet:W','per':'day','usd':'NaN'}                     | 400 | usd: 'NaN'",
                "caps | {'scope':'wallet:W','per':'day','usd':'1e3'}                     | 400 | usd: '1e3'",
                "caps | {'scope':'wallet:W','per':'day','usd':'9000001'}                 | 400 | usd: '9000001'",
                "caps | {'scope':'wallet:W','per':'day','usd':1}                         | 400 | usd: 1 (expected: a text)",
                "caps | {'scope':'wallet:W','per':'day','tokens':-1}                     | 400 | tokens: -1",
                "caps | {'scope':'wallet:W','per':'day','tokens':1.5}                    | 400 | tokens: 1.5",
                "caps | {'scope':'wallet:W','per':'day','tokens':'5'}                    | 400 | a whole number",
                "caps | {'scope':'wallet:W','per':'day','tokens':9000000000000001}       | 400 | whole number",
                "caps | {'scope':'wallet:W','per':'day','tokens':1000000000000000000000000000000} | 400 | whole number",
                "caps | {'scope':'wallet:W','per':'day','usd':'1','service':'chatt'}     | 400 | chat",
                "caps/c_x | {'usd':'1'}                                                  | 404 | no cap 'c_x'",
                "members | {'name':'m','team':'t_x'}                                     | 404 | no team",
                "members | {'name':'m','role':'king'}                                    | 400 | role: 'king'",
                "projects | {'name':'p','organization':'nobody'}                         | 404 | no organization",
                "organizations | {'name':'z','zone':'Mars/Olympus'}                      | 400 | zone: 'Mars/Olympus'",
                "organizations | {'name':'tests'}                                        | 409 | already",
                "keys | {'wallet':'W','member':'m_x'}                                    | 404 | no member",
                "keys | {'wallet':'W','project':'p_x'}                                   | 404 | no project",
            })
    void what_makes_no_sense_of_caps_and_those_under_them_is_refused(String path, String body, int status, String says)
            throws Exception {
        String sent = body.replace("'", "\"").replace("W", gateway.account("0").wallet());
        HttpResponse<String> answer = send("POST", "/" + path, sent, null);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        problem(answer);
        assertThat(MAPPER.readTree(answer.body()).path("title").asString()).contains(says);
    }

    @Test
    void the_seventeenth_cap_of_one_scope_is_refused_and_so_is_a_request_that_more_than_sixteen_apply_to()
            throws Exception {
        TestGateway.Account account = gateway.account("5.00");
        String key = MAPPER.readTree(send("GET", "/keys?wallet=" + account.wallet(), "", null)
                        .body())
                .path("data")
                .get(0)
                .path("id")
                .asString();
        String cap =
                "{\"scope\":\"wallet:" + account.wallet() + "\",\"per\":\"day\",\"requests\":1000,\"model\":\"gpt-4o-*";
        for (int i = 0; i < 16; i++) {
            good("POST", "/caps", "Cap", cap + "*".repeat(i) + "\"}");
        }
        HttpResponse<String> refused = send("POST", "/caps", cap + "*".repeat(16) + "\"}", null);
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(409);
        assertThat(gateway.ask(account, TestGateway.chat(false, 10), "tokens=3").statusCode())
                .isEqualTo(200);
        good("POST", "/caps", "Cap", "{\"scope\":\"key:" + key + "\",\"per\":\"day\",\"usd\":\"1\"}");
        HttpResponse<String> many = gateway.ask(account, TestGateway.chat(false, 10), "tokens=3");
        assertThat(many.statusCode()).isEqualTo(403);
        assertThat(many.body()).contains("too_many_caps").contains("17 caps apply");
    }

    @ParameterizedTest
    @EnumSource
    void every_kind_of_work_can_be_capped(Service service) throws Exception {
        String wallet = gateway.account("0").wallet();
        good(
                "POST",
                "/caps",
                "Cap",
                "{\"scope\":\"wallet:" + wallet + "\",\"per\":\"day\",\"usd\":\"1\",\"service\":\"" + service.wireName()
                        + "\"}");
    }

    @Test
    void a_request_with_an_idempotency_key_is_done_once_however_often_it_is_sent() throws Exception {
        String body = "{\"name\":\"once\",\"test\":true}";
        List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            asked.add(http.sendAsync(
                    request("POST", "/wallets", body, "wallet-1"), HttpResponse.BodyHandlers.ofString()));
        }
        String wallet = null;
        for (CompletableFuture<HttpResponse<String>> one : asked) {
            HttpResponse<String> answer = one.join();
            assertThat(answer.statusCode()).isIn(201, 409);
            if (answer.statusCode() == 201) {
                String id = MAPPER.readTree(answer.body()).path("id").asString();
                assertThat(wallet == null || wallet.equals(id)).isTrue();
                wallet = id;
            }
        }
        HttpResponse<String> again = send("POST", "/wallets", body, "wallet-1");
        assertThat(MAPPER.readTree(again.body()).path("id").asString()).isEqualTo(wallet);
        assertThat(send("POST", "/wallets", body + " ", "wallet-1").statusCode())
                .isEqualTo(422);
        assertThat(send("POST", "/top_ups", body, "wallet-1").statusCode()).isEqualTo(422);
        assertThat(MAPPER
                        .readTree(send("GET", "/wallets?limit=1000", "", null).body())
                        .path("data")
                        .findValuesAsString("name")
                        .stream()
                        .filter("once"::equals))
                .hasSize(1);
    }

    @Test
    void what_failed_is_tried_again_and_a_secret_is_told_once() throws Exception {
        assertThat(send("POST", "/keys", "{\"wallet\":\"w_nobody\"}", "key-1").statusCode())
                .isEqualTo(404);
        String body = "{\"wallet\":\"" + gateway.account("0").wallet() + "\"}";
        HttpResponse<String> first = send("POST", "/keys", body, "key-1");
        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(MAPPER.readTree(first.body()).path("secret").asString()).startsWith("tg_test_");
        JsonNode second = MAPPER.readTree(send("POST", "/keys", body, "key-1").body());
        assertThat(second.path("secret").isNull()).isTrue();
        assertThat(second.path("id")).isEqualTo(MAPPER.readTree(first.body()).path("id"));
        valid("KeyWithSecret", second);
    }

    @Test
    void what_a_killed_worker_made_is_what_its_successor_answers() throws Exception {
        String wallet = "{\"name\":\"killed\",\"test\":true}";
        JsonNode first =
                MAPPER.readTree(send("POST", "/wallets", wallet, "killed-1").body());
        killed();
        assertThat(MAPPER.readTree(send("POST", "/wallets", wallet, "killed-1").body()))
                .isEqualTo(first);
        assertThat(MAPPER
                        .readTree(send("GET", "/wallets?limit=1000", "", null).body())
                        .path("data")
                        .findValuesAsString("name")
                        .stream()
                        .filter("killed"::equals))
                .hasSize(1);

        String id = first.path("id").asString();
        good("POST", "/top_ups", "Movement", "{\"wallet\":\"" + id + "\",\"amount\":\"1.00\",\"reference\":\"r\"}");
        String key = "{\"wallet\":\"" + id + "\"}";
        JsonNode untold = MAPPER.readTree(send("POST", "/keys", key, "killed-2").body());
        killed();
        JsonNode told = MAPPER.readTree(send("POST", "/keys", key, "killed-2").body());
        assertThat(told.path("id")).isEqualTo(untold.path("id"));
        assertThat(status(id, told)).as("the secret that was told").isEqualTo(200);
        assertThat(status(id, untold))
                .as("the secret that died with its worker")
                .isEqualTo(401);
        String rotate = "/keys/" + told.path("id").asString() + "/rotate";
        JsonNode rotated = MAPPER.readTree(send("POST", rotate, "", "killed-3").body());
        killed();
        assertThat(MAPPER.readTree(send("POST", rotate, "", "killed-3").body()).path("id"))
                .isEqualTo(rotated.path("id"));
        assertThat(MAPPER.readTree(send("GET", "/keys?wallet=" + id, "", null).body())
                        .path("data")
                        .size())
                .isEqualTo(2);
    }

    @Test
    void what_was_parked_is_settled_or_dropped_once_and_then_verify_is_ok() throws Exception {
        String wallet = gateway.account("5.00").wallet();
        parked("x_sus-1", wallet);
        parked("x_sus-2", wallet);
        assertThat(good("GET", "/verify", "Verification", "").path("ok").asBoolean())
                .isFalse();
        JsonNode first = good("GET", "/suspense?state=parked&limit=1", "SuspensePage", "");
        assertThat(first.path("next").asString()).isEqualTo("x_sus-1");
        JsonNode rest = good("GET", "/suspense?state=parked&limit=1&after=x_sus-1", "SuspensePage", "");
        assertThat(rest.path("data").findValuesAsString("exchange")).containsExactly("x_sus-2");
        assertThat(rest.path("next").isNull()).isTrue();
        for (int sent = 0; sent < 2; sent++) {
            HttpResponse<String> answer = send("POST", "/suspense/x_sus-1/settle", "{\"reason\":\"ok\"}", "sus-1");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            valid("Suspense", MAPPER.readTree(answer.body()));
            good("POST", "/suspense/x_sus-1/settle", "Suspense", "");
            JsonNode dropped = good("POST", "/suspense/x_sus-2/drop", "Suspense", "{\"reason\":\"their bug\"}");
            assertThat(dropped.path("state").asString()).isEqualTo("dropped");
            assertThat(dropped.path("note").asString()).isEqualTo("their bug");
            assertThat(dropped.path("actor").asString()).startsWith("admin:");
        }
        HttpResponse<String> contrary = send("POST", "/suspense/x_sus-2/settle", "", null);
        assertThat(contrary.statusCode()).isEqualTo(409);
        problem(contrary);
        assertThat(good("GET", "/wallets/" + wallet, "Wallet", "")
                        .path("balance")
                        .asString())
                .isEqualTo("4.00");
        assertThat(good("GET", "/verify", "Verification", "").path("ok").asBoolean())
                .isTrue();
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(good("GET", "/suspense?state=settled", "SuspensePage", "")
                                .path("data")
                                .findValuesAsString("exchange"))
                        .containsExactly("x_sus-1"));
    }

    /** As the books park what a wallet refuses. */
    private static void parked(String exchange, String wallet) throws Exception {
        try (Connection books = DriverManager.getConnection(
                        "jdbc:sqlite:" + folder.resolve("data").resolve("records.db"));
                PreparedStatement set = books.prepareStatement(
                        "INSERT INTO suspense (exchange, wallet, total, reason, at_ms) VALUES (?, ?, ?, ?, ?)")) {
            set.setString(1, exchange);
            set.setString(2, wallet);
            set.setLong(3, 1_000_000_000);
            set.setString(4, "CORRUPT: wallet");
            set.setLong(5, System.currentTimeMillis());
            set.executeUpdate();
        }
    }

    /** As if whoever was at the requests so far had been killed, minutes ago, between work and answer. */
    private static void killed() throws Exception {
        try (Connection books = DriverManager.getConnection(
                        "jdbc:sqlite:" + folder.resolve("data").resolve("records.db"));
                PreparedStatement set = books.prepareStatement(
                        "UPDATE idempotent_request SET answer = '', worker = 'killed', at_ms = ?")) {
            set.setLong(1, System.currentTimeMillis() - 120_000);
            assertThat(set.executeUpdate()).isPositive();
        }
    }

    private static int status(String wallet, JsonNode key) throws Exception {
        TestGateway.Account account =
                new TestGateway.Account(wallet, key.path("secret").asString());
        return gateway.ask(account, TestGateway.chat(false, 10), "tokens=3").statusCode();
    }

    @Test
    void an_idempotency_key_is_for_one_request_with_its_query_and_is_given_once() throws Exception {
        String wallet = gateway.account("0").wallet();
        assertThat(send("POST", "/wallets/" + wallet + "/freeze", "", "query-1").statusCode())
                .isEqualTo(200);
        assertThat(send("POST", "/wallets/" + wallet + "/freeze?", "", "query-1")
                        .statusCode())
                .as("an empty query is none")
                .isEqualTo(200);
        HttpResponse<String> other = send("POST", "/wallets/" + wallet + "/freeze?a=b", "", "query-1");
        assertThat(other.statusCode()).as(other.body()).isEqualTo(400);
        problem(other);
        HttpRequest twice = HttpRequest.newBuilder(
                        request("POST", "/wallets", "{\"name\":\"n\"}", "twice-1"), (n, v) -> true)
                .header("Idempotency-Key", "twice-2")
                .build();
        HttpResponse<String> refused = http.send(twice, HttpResponse.BodyHandlers.ofString());
        assertThat(refused.statusCode()).isEqualTo(400);
        problem(refused);
    }

    @Test
    void nobody_without_a_key_and_no_endless_body_gets_in() throws Exception {
        for (String key :
                new String[] {"", "tg_admin_wrong", gateway.account("0").key()}) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create(gateway.installation.adminUrl() + "/admin/v1/wallets"))
                            .header("Authorization", "Bearer " + key)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(401);
            problem(answer);
        }
        HttpResponse<String> large = send("POST", "/wallets", "{\"name\":\"" + "n".repeat(100_000) + "\"}", null);
        assertThat(large.statusCode()).isEqualTo(413);
        for (String bad : new String[] {"k".repeat(256), "a b"}) {
            HttpResponse<String> answer = send("POST", "/wallets", "{\"name\":\"n\"}", bad);
            assertThat(answer.statusCode()).isEqualTo(400);
            problem(answer);
        }
    }

    @Test
    void an_empty_key_in_the_configuration_lets_nobody_in() throws Exception {
        Path file = folder.resolve("empty-key.yaml");
        Files.writeString(
                file,
                "listen: {gateway: '127.0.0.1:0', admin: '127.0.0.1:0'}\nupstreams: {}\ndata_dir: '"
                        + folder.resolve("empty-key") + "'\n");
        TollgateConfig config = ConfigFile.read(file, Map.of("TOLLGATE_ADMIN_KEY", ""));
        assertThat(config.adminKeys()).as("as if it were not set").isEmpty();
        try (Installation installation = Installation.start(config, 1, List.of(""), 50)) {
            URI wallets = URI.create(installation.adminUrl() + "/admin/v1/wallets");
            for (String authorization : new String[] {"Bearer ", "Bearer", "Basic x", "Bearer x"}) {
                HttpRequest asked = HttpRequest.newBuilder(wallets)
                        .header("Authorization", authorization)
                        .build();
                assertThat(http.send(asked, HttpResponse.BodyHandlers.ofString())
                                .statusCode())
                        .isEqualTo(401);
            }
            HttpRequest without = HttpRequest.newBuilder(wallets).build();
            assertThat(http.send(without, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .isEqualTo(401);
        }
    }

    private static JsonNode good(String method, String path, String schema, String body) throws Exception {
        HttpResponse<String> answer = send(method, path, body, null);
        assertThat(answer.statusCode()).as(path + " " + answer.body()).isIn(200, 201);
        JsonNode json = MAPPER.readTree(answer.body());
        valid(schema, json);
        return json;
    }

    private static void problem(HttpResponse<String> answer) {
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).isEqualTo("application/problem+json");
        JsonNode json = MAPPER.readTree(answer.body());
        valid("Problem", json);
        assertThat(json.path("status").asInt()).isEqualTo(answer.statusCode());
    }

    private static void valid(String name, JsonNode json) {
        ObjectNode schema = MAPPER.createObjectNode();
        schema.put("$ref", "#/components/schemas/" + name);
        schema.set("components", description.path("components"));
        Schema compiled = SCHEMAS.getSchema(schema.toString(), InputFormat.JSON);
        assertThat(compiled.validate(json)).as(name + " " + json).isEmpty();
    }

    private static HttpResponse<String> send(String method, String path, String body, @Nullable String once)
            throws IOException, InterruptedException {
        return http.send(request(method, path, body, once), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest request(String method, String path, String body, @Nullable String once) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(gateway.installation.adminUrl() + "/admin/v1" + path))
                .header("Authorization", "Bearer " + TestGateway.ADMIN_KEY)
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (once != null) {
            request.header("Idempotency-Key", once);
        }
        return request.build();
    }
}
