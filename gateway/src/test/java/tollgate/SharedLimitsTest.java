package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.net.http.HttpResponse;
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
import tollgate.records.Records;

/** Two gateways on one Redis let through together what one would. */
@Wide
@SuppressWarnings("NullAway.Init") // made before every test
class SharedLimitsTest {
    @TempDir
    Path folder;

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private CountingUpstream upstream;
    private TestGateway one;
    private TestGateway other;
    private ControlPlane control;
    private StatefulRedisConnection<String, String> redis;

    @BeforeEach
    void start() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("redis"));
        RedisProcess server = started(RedisProcess.start(
                disk,
                "appendonly yes\nappendfsync everysec\nmaxmemory-policy noeviction\nauto-aof-rewrite-percentage 0"));
        upstream = started(CountingUpstream.start());
        Supplier<Records> books = () -> Records.sqlite(folder.resolve("shared.db"));
        String settings = "redis: {url: 'redis://127.0.0.1:" + server.port() + "', place_wait_ms: 20000}";
        one = started(TestGateway.start(folder.resolve("one"), settings, upstream.yaml(), books)
                .expectingLag());
        other = started(TestGateway.start(folder.resolve("other"), settings, upstream.yaml(), books)
                .expectingLag());
        control = started(new ControlPlane(one));
        RedisClient client = RedisClient.create("redis://127.0.0.1:" + server.port());
        started.push(client::shutdown);
        redis = started(client.connect());
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
    void of_what_is_open_there_is_never_more_than_the_limit_at_the_provider() throws Exception {
        Account account = one.liveAccount("100");
        control.post("caps", "{'scope':'wallet:" + account.wallet() + "','concurrent':5}");
        int good = 0;
        for (int round = 0; round < 4; round++) {
            List<HttpResponse<String>> answers = asked(account, 100);
            for (HttpResponse<String> answer : answers) {
                assertThat(answer.statusCode() == 200 || answer.body().contains("concurrency_limited"))
                        .as(answer.body())
                        .isTrue();
                good += answer.statusCode() == 200 ? 1 : 0;
            }
        }
        // how many of the five are taken at one moment is the machine's business
        assertThat(upstream.most()).as("at once").isBetween(1, 5);
        assertThat(upstream.all()).isEqualTo(good);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(asked(account, 5))
                        .as("all five places are free again")
                        .allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(200)));
        theBooksAreExact();
    }

    @Test
    void a_rate_lets_through_its_limit_and_what_became_free_in_the_time_by_the_clock_of_redis() throws Exception {
        Account account = one.liveAccount("100");
        asked(account, 2);
        control.post("caps", "{'scope':'wallet:" + account.wallet() + "','per':'minute','rate':120}");
        long before = now();
        int through = 0;
        while (now() - before < 4_000) {
            through += passed(asked(account, 60), "rate_limited");
        }
        long lasted = now() - before;
        assertThat(through).as("in " + lasted + " ms").isBetween(120 + 6, (int) (120 + lasted * 120 / 60_000));
        theBooksAreExact();
    }

    @Test
    void of_any_minute_a_rolling_cap_on_requests_lets_exactly_its_limit_through() throws Exception {
        Account account = one.liveAccount("100");
        control.post("caps", "{'scope':'wallet:" + account.wallet() + "','per':'minute','rolling':true,'requests':25}");
        long before = now();
        int through = 0;
        for (int round = 0; round < 5; round++) {
            for (HttpResponse<String> answer : asked(account, 40)) {
                through += answer.statusCode() == 200 ? 1 : 0;
            }
        }
        assertThat(now() - before).as("within one window").isLessThan(60_000);
        assertThat(through).isEqualTo(25);
        theBooksAreExact();
    }

    private List<HttpResponse<String>> asked(Account account, int times) {
        List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            asked.add((i % 2 == 0 ? one : other).askLater(account, TestGateway.chat(false, 10), ""));
        }
        return asked.stream().map(CompletableFuture::join).toList();
    }

    private static int passed(List<HttpResponse<String>> answers, String otherwise) {
        int good = 0;
        for (HttpResponse<String> answer : answers) {
            assertThat(answer.statusCode() == 200 || answer.body().contains(otherwise))
                    .as(answer.body())
                    .isTrue();
            good += answer.statusCode() == 200 ? 1 : 0;
        }
        return good;
    }

    private long now() {
        List<String> time = redis.sync().time();
        return Long.parseLong(time.get(0)) * 1_000 + Long.parseLong(time.get(1)) / 1_000;
    }

    private void theBooksAreExact() {
        for (TestGateway gateway : List.of(one, other)) {
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                var verified = gateway.installation.verify();
                assertThat(verified.get("problems")).asString().isEqualTo("[]");
                assertThat(verified.get("journal_pending")).isEqualTo(0);
            });
        }
    }
}
