package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tollgate.TestGateway.Account;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A request that its client has named runs once and is charged once, however often it is sent. */
@SuppressWarnings("NullAway.Init") // started before all tests
class IdempotencyEndToEndTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final String FIELD = "Idempotency-Key";
    private static final String CHAT = TestGateway.chat(false, 100);

    @TempDir
    static Path folder;

    private static TestGateway gateway;

    @BeforeAll
    static void start() throws IOException {
        gateway = TestGateway.start(folder.resolve("data"));
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @AfterEach
    void the_books_balance() {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(gateway.installation.verify().get("problems"))
                        .asString()
                        .isEqualTo("[]"));
    }

    @Test
    void what_is_settled_is_not_sent_again_and_says_what_it_was_charged() throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> first = gateway.ask(account, CHAT, "tokens=20", FIELD, "order-1");
        assertThat(first.statusCode()).isEqualTo(200);
        String balance = balance(account);

        HttpResponse<String> again = gateway.ask(account, CHAT, "tokens=20", FIELD, "\"order-1\"");
        assertThat(again.statusCode()).as("the same name in quotes").isEqualTo(409);
        assertThat(again.headers().firstValue("x-should-retry")).hasValue("false");
        JsonNode error = MAPPER.readTree(again.body()).path("error");
        assertThat(error.path("code").asString()).isEqualTo("already_settled");
        assertThat(error.path("exchange").asString())
                .isEqualTo(first.headers().firstValue("X-Tollgate-Request-Id").orElseThrow());
        assertThat(error.path("charge").asString())
                .isEqualTo(first.headers().firstValue("X-Usage-Cost").orElseThrow());
        assertThat(balance(account)).isEqualTo(balance);

        assertThat(gateway.ask(account, CHAT, "tokens=20", FIELD, "order-2").statusCode())
                .isEqualTo(200);
        assertThat(gateway.ask(account, CHAT, "tokens=20").statusCode()).isEqualTo(200);
        assertThat(gateway.ask(gateway.account("1.00"), CHAT, "tokens=20", FIELD, "order-1")
                        .statusCode())
                .as("another key's names are its own")
                .isEqualTo(200);
    }

    @Test
    void under_the_name_of_another_request_nothing_is_sent() throws Exception {
        Account account = gateway.account("1.00");
        assertThat(gateway.ask(account, CHAT, "tokens=20", FIELD, "n").statusCode())
                .isEqualTo(200);
        HttpResponse<String> other = gateway.ask(account, TestGateway.chat(false, 101), "tokens=20", FIELD, "n");
        assertThat(other.statusCode()).isEqualTo(422);
        assertThat(other.body()).contains("idempotency_key_reused");
        assertThat(other.headers().firstValue("x-should-retry")).hasValue("false");
        HttpResponse<String> elsewhere = gateway.post(account, "/v1/chat/completions?a=b", CHAT, "", FIELD, "n");
        assertThat(elsewhere.statusCode()).as("another target").isEqualTo(422);
    }

    @Test
    void of_fifty_sent_at_once_one_runs_and_the_others_are_told_to_wait() throws Exception {
        Account account = gateway.account("1.00");
        List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            asked.add(CompletableFuture.supplyAsync(() -> send(account, "tokens=20, barrier=2", "once")));
        }
        await().atMost(Duration.ofSeconds(20))
                .until(() -> asked.stream().filter(CompletableFuture::isDone).count() == 49);
        gateway.releaseSandbox();
        List<HttpResponse<String>> answers =
                asked.stream().map(CompletableFuture::join).toList();
        assertThat(answers.stream().map(HttpResponse::statusCode))
                .containsOnly(200, 409)
                .filteredOn(status -> status == 200)
                .hasSize(1);
        for (HttpResponse<String> answer : answers) {
            if (answer.statusCode() == 409) {
                assertThat(answer.body()).contains("still_running");
                assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
            }
        }
    }

    @Test
    void what_came_to_nothing_may_be_sent_again() throws Exception {
        Account account = gateway.account("1.00");
        assertThat(gateway.ask(account, CHAT, "status=500", FIELD, "n").statusCode())
                .isEqualTo(500);
        assertThat(gateway.ask(account, CHAT, "status=429", FIELD, "n").statusCode())
                .isEqualTo(429);
        assertThat(gateway.ask(account, CHAT, "tokens=20", FIELD, "n").statusCode())
                .isEqualTo(200);
        assertThat(gateway.ask(account, CHAT, "tokens=20", FIELD, "n").statusCode())
                .isEqualTo(409);
    }

    @Test
    void a_refused_request_has_not_used_its_name() throws Exception {
        Account account = gateway.account("0");
        assertThat(gateway.ask(account, CHAT, "", FIELD, "n").statusCode()).isEqualTo(402);
        gateway.installation.office().topUp(account.wallet(), tollgate.pricing.Usd.parse("1"), "r", "test");
        assertThat(gateway.ask(account, CHAT, "", FIELD, "n").statusCode()).isEqualTo(200);
    }

    @Test
    void a_name_outlives_the_memory_of_the_wallets() throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> first = gateway.ask(account, CHAT, "tokens=20", FIELD, "kept");
        assertThat(first.statusCode()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(10))
                .until(() ->
                        Integer.valueOf(0).equals(gateway.installation.verify().get("journal_pending")));
        redis(RedisCommands::flushall);
        assertThat(onceServing(account, "kept")).isEqualTo(409);
    }

    @Test
    void a_name_is_not_lost_with_redis_last_second() throws Exception {
        Account account = gateway.account("1.00");
        // nothing of what follows reaches the disk
        redis(commands -> commands.configSet("appendonly", "no"));
        HttpResponse<String> first = gateway.ask(account, CHAT, "tokens=20", FIELD, "late");
        assertThat(first.statusCode()).isEqualTo(200);
        ProcessHandle.of(Objects.requireNonNull(gateway.installation.redis().pid()))
                .orElseThrow()
                .destroyForcibly();
        assertThat(onceServing(account, "late")).isEqualTo(409);
    }

    /** What the request is answered once the wallet can be asked again. */
    private static int onceServing(Account account, String name) {
        int[] status = {503};
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            status[0] = send(account, "tokens=20", name).statusCode();
            return status[0] != 503;
        });
        return status[0];
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\"\"", "a b", "\"", "a\"b", "a\tb"})
    void what_is_no_name_is_refused(String field) throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> answer = gateway.ask(account, CHAT, "", FIELD, field);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("Idempotency-Key").contains("invalid_header");
    }

    @Test
    void two_names_or_a_very_long_one_are_refused() throws Exception {
        Account account = gateway.account("1.00");
        assertThat(gateway.ask(account, CHAT, "", FIELD, "x".repeat(256)).statusCode())
                .isEqualTo(400);
        assertThat(gateway.ask(account, CHAT, "", FIELD, "x".repeat(255)).statusCode())
                .isEqualTo(200);
        assertThat(gateway.post(account, "/v1/chat/completions", CHAT, "", FIELD, "a", FIELD, "b")
                        .statusCode())
                .isEqualTo(400);
    }

    private static HttpResponse<String> send(Account account, String directives, String name) {
        try {
            return gateway.ask(account, CHAT, directives, FIELD, name);
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private static String balance(Account account) throws Exception {
        return MAPPER.readTree(gateway.get(account, "/v1/wallet").body())
                .path("balance")
                .asString();
    }

    private static void redis(Consumer<RedisCommands<String, String>> task) {
        try (RedisClient client =
                        RedisClient.create(gateway.installation.redis().url());
                var connection = client.connect()) {
            task.accept(connection.sync());
        }
    }
}
