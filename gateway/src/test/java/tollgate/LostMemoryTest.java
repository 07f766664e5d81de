package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.TestGateway.Account;
import tollgate.records.Records;
import tollgate.records.Wallets;

/** What Redis or a gateway does not remember any more is found out before money depends on it. */
@SuppressWarnings("NullAway.Init") // started before all tests
class LostMemoryTest {
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

    @Test
    void a_hold_that_went_with_redis_last_second_is_placed_again_before_anything_new() throws Exception {
        Account account = gateway.account("0.0010");
        CompletableFuture<HttpResponse<String>> open =
                gateway.askLater(account, TestGateway.chat(true, 1_000), "tokens=5, barrier=2");
        String[] exchange = new String[1];
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            redis(commands -> commands.keys("{s*}:x:*").stream()
                    .filter(key -> account.wallet().equals(commands.hget(key, "w")))
                    .filter(key -> "OPEN".equals(commands.hget(key, "st")))
                    .forEach(key -> exchange[0] = key));
            return exchange[0] != null;
        });
        redis(commands -> {
            String shard = exchange[0].substring(0, exchange[0].indexOf(':'));
            String wallet = shard + ":w:" + account.wallet();
            commands.del(exchange[0]);
            commands.zrem(shard + ":hx", exchange[0].substring(shard.length() + 3));
            commands.hset(wallet, Map.of("held", "0", "open", "0"));
        });
        // on disk, since it is written every second
        Thread.sleep(1_500);
        ProcessHandle.of(Objects.requireNonNull(gateway.installation.redis().pid()))
                .orElseThrow()
                .destroyForcibly();
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            int status =
                    gateway.ask(account, TestGateway.chat(false, 1_000), "").statusCode();
            assertThat(status).as("its money is held by the other request").isIn(503, 429);
            return status == 429;
        });
        gateway.releaseSandbox();
        assertThat(open.join().statusCode()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(gateway.installation.verify().get("problems"))
                        .asString()
                        .isEqualTo("[]"));
    }

    @Test
    void a_redis_of_its_own_that_lost_everything_is_filled_from_sql_and_serves_on() throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> before = gateway.ask(account, TestGateway.chat(false, 100), "tokens=50");
        assertThat(before.statusCode()).isEqualTo(200);
        String balance = before.headers().firstValue("X-Wallet-Balance").orElseThrow();
        await().atMost(Duration.ofSeconds(10))
                .until(() ->
                        Integer.valueOf(0).equals(gateway.installation.verify().get("journal_pending")));
        redis(RedisCommands::flushall);
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            String now = gateway.get(account, "/v1/wallet").body();
            return now.contains("\"balance\":\"" + balance + "\"");
        });
        await().atMost(Duration.ofSeconds(20))
                .until(() -> gateway.ask(account, TestGateway.chat(false, 100), "tokens=50")
                                .statusCode()
                        == 200);
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(gateway.installation.verify().get("problems"))
                        .asString()
                        .isEqualTo("[]"));
    }

    @Test
    void a_gateway_that_remembers_a_revoked_key_is_told_so_with_its_next_hold() throws Exception {
        Account account = gateway.account("1.00");
        Account other = gateway.account("1.00");
        assertThat(gateway.ask(account, TestGateway.chat(false, 10), "").statusCode())
                .isEqualTo(200);
        assertThat(gateway.ask(other, TestGateway.chat(false, 10), "").statusCode())
                .isEqualTo(200);
        // as another gateway would: neither this one's cache nor the projection hears of it
        revokedElsewhere(account);
        assertThat(gateway.ask(account, TestGateway.chat(false, 10), "").statusCode())
                .isEqualTo(401);
        assertThat(gateway.ask(other, TestGateway.chat(false, 10), "").statusCode())
                .as("of the same organisation, resolved under the older policy, and still good")
                .isEqualTo(200);
    }

    private static void revokedElsewhere(Account account) {
        Path file = folder.resolve("data").resolve("records.db");
        try (Records records = Records.sqlite(file)) {
            String key = records.keys()
                    .list(account.wallet(), "", 1)
                    .data()
                    .getFirst()
                    .id();
            records.keys().revoke(key, System.currentTimeMillis());
            Wallets.Wallet wallet = records.wallets().find(account.wallet()).orElseThrow();
            String organisation = "{s" + wallet.shard() + "}:o:" + wallet.organisation();
            redis(commands -> commands.hset(organisation, "pol", Long.toString(wallet.policy())));
        }
    }

    private static void redis(Consumer<RedisCommands<String, String>> task) {
        try (RedisClient client =
                        RedisClient.create(gateway.installation.redis().url());
                var connection = client.connect()) {
            task.accept(connection.sync());
        }
    }
}
