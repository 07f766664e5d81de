package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.TestGateway.Account;
import tollgate.embedded.RedisProcess;
import tollgate.records.Gateways;
import tollgate.records.Records;

/** A gateway's data directory and copies of it. */
@Wide
@SuppressWarnings("NullAway.Init") // made before every test
class ClonedDirectoryTest {
    @TempDir
    Path folder;

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private RedisProcess redis;
    private Records books;
    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        redis = RedisProcess.start(
                Files.createDirectory(folder.resolve("redis")), "appendonly yes\nmaxmemory-policy noeviction");
        started.push(redis);
        books = Records.sqlite(folder.resolve("shared.db"));
        started.push(books);
        gateway = gateway("one");
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each = started.poll(); each != null; each = started.poll()) {
            each.close();
        }
    }

    @Test
    void a_copy_of_a_running_gateways_directory_is_refused_and_the_gateway_goes_on() throws Exception {
        Account account = gateway.account("1.00");
        copy("one", "copy");
        assertThatThrownBy(() -> gateway("copy"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("alive in another place")
                .hasMessageContaining("expected: a directory for each gateway");
        assertThat(gateway.ask(account, TestGateway.chat(true, 50), "tokens=5").statusCode())
                .isEqualTo(200);
    }

    @Test
    void a_copy_of_a_stopped_gateways_directory_serves_and_its_original_is_refused_meanwhile() throws Exception {
        Account account = gateway.account("1.00");
        started.remove(gateway);
        gateway.close();
        copy("one", "copy");
        TestGateway moved = gateway("copy");
        assertThat(moved.ask(account, TestGateway.chat(true, 50), "tokens=5").statusCode())
                .isEqualTo(200);
        assertThatThrownBy(() -> gateway("one")).hasMessageContaining("alive in another place");
        started.remove(moved);
        moved.close();
        assertThat(gateway("one")
                        .ask(account, TestGateway.chat(true, 50), "tokens=5")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void a_gateway_whose_id_another_run_has_taken_admits_nothing_more_and_loses_nothing_that_was_open()
            throws Exception {
        Account account = gateway.account("1.00");
        var open = gateway.askLater(account, TestGateway.chat(true, 50), "tokens=5, barrier=2");
        await().atMost(Duration.ofSeconds(10))
                .until(() -> gateway.installation.sandbox().log().requests() > 0
                        && gateway.get(account, "/v1/wallet").body().contains("\"held\""));
        String id = books.gateways().beside("", 0).getFirst();
        Gateways.Run thief = new Gateways.Run(id, 99, "another", "elsewhere");
        assertThat(books.gateways().claim(thief, books.nowMs(), -60_000)).isTrue();
        int served = 0;
        int status = 200;
        for (long since = System.nanoTime(); status == 200; served++) {
            assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(Duration.ofSeconds(10));
            status =
                    gateway.ask(account, TestGateway.chat(true, 50), "tokens=5").statusCode();
        }
        assertThat(status).isEqualTo(503);
        gateway.releaseSandbox();
        assertThat(open.join().statusCode()).isEqualTo(200);
        started.remove(gateway);
        gateway.close();
        books.gateways().leave(thief);
        TestGateway again = gateway("one");
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            var verified = again.installation.verify();
            assertThat(verified.get("problems")).asString().isEqualTo("[]");
            assertThat(verified.get("journal_pending")).isEqualTo(0);
            assertThat(String.valueOf(verified.get("wallets"))).doesNotContainPattern("held=0\\.0*[1-9]");
        });
        assertThat(books.exchanges().last(account.wallet(), 10_000))
                .as("those that were served, and the one that was open")
                .hasSize(served)
                .allMatch(each -> each.charge() > 0);
    }

    private TestGateway gateway(String name) throws IOException {
        TestGateway made = TestGateway.start(
                        folder.resolve(name),
                        "redis: {url: 'redis://127.0.0.1:" + redis.port() + "', place_wait_ms: 20000}",
                        () -> Records.sqlite(folder.resolve("shared.db")))
                .expectingLag();
        started.push(made);
        return made;
    }

    private void copy(String from, String to) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve(from))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(to).resolve(folder.resolve(from).relativize(file)));
            }
        }
    }
}
