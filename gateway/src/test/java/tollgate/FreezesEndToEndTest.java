package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
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

/** What is frozen at one gateway admits nothing new at any from its next hold on, and settles what is open. */
@SuppressWarnings("NullAway.Init") // made before every test
class FreezesEndToEndTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    @TempDir
    Path folder;

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private TestGateway one;
    private TestGateway other;
    private ControlPlane control;

    @BeforeEach
    void start() throws Exception {
        RedisProcess server = started(RedisProcess.start(
                Files.createDirectory(folder.resolve("redis")),
                "appendonly yes\nappendfsync everysec\nmaxmemory-policy noeviction\nauto-aof-rewrite-percentage 0"));
        Supplier<Records> books = () -> Records.sqlite(folder.resolve("shared.db"));
        String settings = "redis: {url: 'redis://127.0.0.1:" + server.port() + "', place_wait_ms: 20000}";
        one = started(TestGateway.start(folder.resolve("one"), settings, books).expectingLag());
        other = started(
                TestGateway.start(folder.resolve("other"), settings, books).expectingLag());
        control = started(new ControlPlane(one));
    }

    private <T extends AutoCloseable> T started(T made) {
        started.push(made);
        return made;
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each = started.poll(); each != null; each = started.poll()) {
            each.close();
        }
    }

    @Test
    void a_frozen_model_is_refused_at_once_by_every_gateway_by_whatever_name_and_what_is_open_settles()
            throws Exception {
        Account ours = one.account("ours", "5.00");
        Account theirs = one.account("theirs", "5.00");
        for (TestGateway each : List.of(one, other)) {
            serves(each, ours);
            serves(each, theirs);
        }
        HttpResponse<String> tooDear = one.ask(one.account("poor", "0"), TestGateway.chat(true, 100), "");
        Usd hold = Usd.parse(
                MAPPER.readTree(tooDear.body()).path("error").path("needed").asString());
        List<CompletableFuture<HttpResponse<String>>> open = List.of(
                one.askLater(ours, TestGateway.chat(true, 100), "tokens=5, barrier=9"),
                other.askLater(ours, TestGateway.chat(true, 100), "tokens=5, barrier=9"));
        await().atMost(Duration.ofSeconds(20)).until(() -> held(ours).equals(new Usd(2 * hold.nano()).toString()));
        JsonNode frozen = control.post(
                "model_freezes", "{'model':'gpt-4o-mini*','organization':'ours','reason':'prices are in doubt'}");
        for (TestGateway each : List.of(other, one)) {
            for (String name : List.of("gpt-4o-mini", "openai/gpt-4o-mini")) {
                HttpResponse<String> refused = each.ask(ours, chat(name), "tokens=5");
                assertThat(refused.statusCode()).as(name + refused.body()).isEqualTo(403);
                JsonNode error = MAPPER.readTree(refused.body()).path("error");
                assertThat(error.path("code").asString()).isEqualTo("model_frozen");
                assertThat(error.path("param").asString()).isEqualTo("model");
            }
            assertThat(chat(each, ours, "gpt-4o")).as("another model").isEqualTo(200);
            assertThat(chat(each, theirs, "gpt-4o-mini"))
                    .as("another organization")
                    .isEqualTo(200);
        }
        one.releaseSandbox();
        other.releaseSandbox();
        for (CompletableFuture<HttpResponse<String>> each : open) {
            assertThat(each.join().statusCode()).isEqualTo(200);
            assertThat(each.join().body()).contains("usage_cost");
        }
        control.post("model_freezes/" + frozen.path("id").asString() + "/lift", "{'reason':'they are right'}");
        for (TestGateway each : List.of(one, other)) {
            serves(each, ours);
        }
        assertThat(words("model:gpt-4o-mini* of org:"
                        + frozen.path("organization").asString()))
                .containsExactly("freeze prices are in doubt", "unfreeze they are right");
        assertThat(one.installation.verify()).containsEntry("ok", true);
    }

    @Test
    void a_model_that_is_frozen_for_all_is_so_for_whoever_comes_later_in_the_words_of_each_provider() throws Exception {
        Account first = one.account("first", "5.00");
        String gemini = "/v1beta/models/gemini-2.5-flash:generateContent";
        String hello = "{\"contents\":[{\"parts\":[{\"text\":\"Hello\"}]}]}";
        String message = "{\"model\":\"claude-haiku-4-5\",\"max_tokens\":20,\"messages\":"
                + "[{\"role\":\"user\",\"content\":\"Hello\"}]}";
        serves(other, first);
        assertThat(other.post(first, "/v1/messages", message, "tokens=5", "anthropic-version", "2023-06-01")
                        .statusCode())
                .isEqualTo(200);
        assertThat(other.post(first, gemini, hello, "tokens=5").statusCode()).isEqualTo(200);
        String claude = control.made("model_freezes", "{'model':'claude-*'}");
        assertThat(control.made("model_freezes", "{'model':'claude-*','reason':'again'}"))
                .as("the same freeze")
                .isEqualTo(claude);
        control.post("model_freezes", "{'model':'gemini-*'}");
        Account later = other.account("later", "5.00");
        serves(one, later);
        for (Account each : List.of(first, later)) {
            for (TestGateway at : List.of(one, other)) {
                HttpResponse<String> refused =
                        at.post(each, "/v1/messages", message, "tokens=5", "anthropic-version", "2023-06-01");
                assertThat(refused.statusCode()).as(refused.body()).isEqualTo(403);
                JsonNode error = MAPPER.readTree(refused.body());
                assertThat(error.path("type").asString()).isEqualTo("error");
                assertThat(error.path("error").path("type").asString()).isEqualTo("permission_error");
                refused = at.post(each, gemini, hello, "tokens=5");
                assertThat(refused.statusCode()).as(refused.body()).isEqualTo(403);
                assertThat(MAPPER.readTree(refused.body())
                                .path("error")
                                .path("status")
                                .asString())
                        .isEqualTo("PERMISSION_DENIED");
            }
        }
        assertThat(control.good("GET", "model_freezes", "").path("data")).hasSize(2);
    }

    @Test
    void whoever_freezes_a_wallet_a_key_or_an_organization_is_remembered_with_their_reason() throws Exception {
        String wallet = control.made("wallets", "{'name':'w','test':true,'organization':'o'}");
        control.post("top_ups", "{'wallet':'" + wallet + "','amount':'5','reference':'r'}");
        JsonNode made = control.post("keys", "{'wallet':'" + wallet + "'}");
        Account key = new Account(wallet, made.path("secret").asString());
        String organization = control.good("GET", "wallets/" + wallet, "")
                .path("organization")
                .asString();
        serves(other, key);
        List<String> paths =
                List.of("wallets/" + wallet, "keys/" + made.path("id").asString(), "organizations/" + organization);
        for (String path : paths) {
            control.post(path + "/freeze", "{'reason':'looks stolen'}");
            assertThat(chat(other, key, "gpt-4o-mini")).as(path).isEqualTo(403);
            control.post(path + "/unfreeze", "");
            serves(other, key);
            assertThat(words(path.replaceFirst("organizations/", "org:")
                            .replaceFirst("wallets/", "wallet:")
                            .replaceFirst("keys/", "key:")))
                    .containsExactly("freeze looks stolen", "unfreeze null");
        }
        JsonNode all = control.good("GET", "audit?limit=2", "");
        assertThat(all.path("data")).hasSize(2);
        assertThat(all.path("data").get(0).path("actor").asString()).matches("admin:[0-9a-f]{8}");
        JsonNode rest =
                control.good("GET", "audit?limit=100&after=" + all.path("next").asString(), "");
        assertThat(rest.path("data")).hasSize(4);
    }

    private String held(Account account) throws Exception {
        return control.good("GET", "wallets/" + account.wallet(), "")
                .path("held")
                .asString();
    }

    /** What is lifted, or was made at another gateway, is known within a second or two. */
    private static void serves(TestGateway gateway, Account account) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(
                        () -> assertThat(chat(gateway, account, "gpt-4o-mini")).isEqualTo(200));
    }

    private static int chat(TestGateway gateway, Account account, String model) throws Exception {
        return gateway.ask(account, chat(model), "tokens=5").statusCode();
    }

    private static String chat(String model) {
        return TestGateway.chat(false, 50).replace("gpt-4o-mini", model);
    }

    /** What was done to something, and why. */
    private List<String> words(String subject) throws Exception {
        List<String> words = new ArrayList<>();
        String path = "audit?subject=" + URLEncoder.encode(subject, StandardCharsets.UTF_8);
        for (JsonNode each : control.good("GET", path, "").path("data")) {
            words.add(each.path("action").asString() + " "
                    + (each.path("reason").isNull()
                            ? "null"
                            : each.path("reason").asString()));
        }
        return words;
    }
}
