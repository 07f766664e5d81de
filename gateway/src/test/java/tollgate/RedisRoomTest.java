package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.TestGateway.Account;

/** A Redis that fills up refuses what is new before it is full, and goes on with what is open. */
@SuppressWarnings("NullAway.Init") // started before all tests
class RedisRoomTest {
    private static final int MOST = 200;

    @TempDir
    static Path folder;

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        gateway = TestGateway.start(folder.resolve("data"), "redis: { ledger_entries: " + MOST + " }\n")
                .expectingLag();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @AfterEach
    void what_was_open_is_settled_and_everybody_is_served_again() throws Exception {
        Account account = gateway.account("again", "1.00");
        await().atMost(Duration.ofSeconds(30)).until(() -> status(account) == 200);
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            var verified = gateway.installation.verify();
            assertThat(verified.get("problems")).asString().isEqualTo("[]");
            assertThat(verified.get("journal_pending")).isEqualTo(0);
        });
    }

    private static int status(Account account) throws Exception {
        return gateway.ask(account, TestGateway.chat(false, 50), "tokens=5").statusCode();
    }

    /** What an alarm is set on. */
    private static long metric(String name) throws Exception {
        HttpResponse<String> answer = HTTP.send(
                HttpRequest.newBuilder(URI.create(gateway.installation.adminUrl() + "/metrics"))
                        .header("Authorization", "Bearer " + TestGateway.ADMIN_KEY)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    @Wide
    @Test
    void while_sql_is_away_the_ledger_in_redis_grows_to_its_bound_and_no_further() throws Exception {
        Account account = gateway.account("bound", "10.00");
        int good = 0;
        try (Connection sql = DriverManager.getConnection(
                        "jdbc:sqlite:" + folder.resolve("data").resolve("records.db"));
                Statement statement = sql.createStatement()) {
            // nobody else can write
            statement.execute("BEGIN IMMEDIATE");
            var open = gateway.askLater(account, TestGateway.chat(true, 100), "tokens=5, barrier=2");
            int status = 200;
            while (status == 200) {
                status = status(account);
                good += status == 200 ? 1 : 0;
                assertThat(good).isLessThan(5 * MOST);
                Thread.sleep(10);
            }
            assertThat(status).isEqualTo(503);
            // so much came in since it was looked at last, at most
            assertThat(good).isBetween(MOST / 2, 2 * MOST);
            gateway.releaseSandbox();
            assertThat(open.join().body()).as("settled all the same").contains("[DONE]");
            statement.execute("ROLLBACK");
        }
    }

    @Test
    void while_sql_answers_nothing_the_metrics_tell_what_waits_for_it() throws Exception {
        Account account = gateway.account("alarm", "10.00");
        try (Connection sql = DriverManager.getConnection(
                        "jdbc:sqlite:" + folder.resolve("data").resolve("records.db"));
                Statement statement = sql.createStatement()) {
            await().atMost(Duration.ofSeconds(30)).until(() -> metric("tollgate_redis_waiting_entries") == 0);
            statement.execute("ALTER TABLE shard RENAME TO shard_away");
            for (int i = 0; i < 10; i++) {
                assertThat(status(account)).isEqualTo(200);
            }
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() ->
                            assertThat(metric("tollgate_redis_waiting_entries")).isGreaterThanOrEqualTo(10));
            assertThat(metric("tollgate_ledger_lag_entries")).isGreaterThanOrEqualTo(10);
            assertThat(metric("tollgate_journal_pending_entries")).isGreaterThanOrEqualTo(10);
            statement.execute("ALTER TABLE shard_away RENAME TO shard");
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> metric("tollgate_redis_waiting_entries") == 0);
        assertThat(metric("tollgate_ledger_lag_entries")).isZero();
    }

    @Test
    void from_four_fifths_of_its_memory_on_nothing_new_is_placed() throws Exception {
        Account account = gateway.account("memory", "10.00");
        assertThat(status(account)).isEqualTo(200);
        try (RedisClient client =
                        RedisClient.create(gateway.installation.redis().url());
                var connection = client.connect()) {
            long used = connection
                    .sync()
                    .info("memory")
                    .lines()
                    .filter(line -> line.startsWith("used_memory:"))
                    .mapToLong(line -> Long.parseLong(line.substring("used_memory:".length())))
                    .sum();
            connection.sync().configSet("maxmemory", Long.toString(used * 11 / 10));
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() ->
                            assertThat(metric("tollgate_redis_memory_percent")).isBetween(80L, 100L));
            await().atMost(Duration.ofSeconds(10)).until(() -> status(account) == 503);
            connection.sync().configSet("maxmemory", "0");
        }
    }
}
