package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import tollgate.TestGateway.Account;
import tollgate.embedded.RedisProcess;
import tollgate.pricing.Usd;
import tollgate.records.Records;
import tollgate.records.Shards;
import tools.jackson.databind.json.JsonMapper;

/** Two gateways on one Redis and one SQL database. */
@Wide
@ParameterizedClass(name = "{0}")
@EnumSource
@SuppressWarnings("NullAway.Init") // made before every test
class TwoGatewaysTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final AtomicInteger DATABASES = new AtomicInteger();

    enum Books {
        SQLITE,
        POSTGRESQL
    }

    @Parameter
    Books books = Books.SQLITE;

    @TempDir
    Path folder;

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private RedisProcess redis;
    private String address = "";
    private Supplier<Records> shared;
    private TestGateway one;
    private TestGateway other;

    @BeforeEach
    void start() throws Exception {
        shared = shared();
        Path disk = Files.createDirectory(folder.resolve("redis"));
        redis = RedisProcess.start(
                disk,
                "appendonly yes\nappendfsync everysec\nmaxmemory-policy noeviction\nauto-aof-rewrite-percentage 0");
        started.push(redis);
        one = gateway("one");
        other = gateway("other");
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each = started.poll(); each != null; each = started.poll()) {
            each.close();
        }
    }

    @Test
    void of_a_thousand_requests_to_both_exactly_the_37_that_are_paid_for_reach_an_upstream() throws Exception {
        Account probe = one.account("0");
        Usd each = Usd.parse(
                MAPPER.readTree(one.ask(probe, TestGateway.chat(true, 500), "").body())
                        .path("error")
                        .path("needed")
                        .asString());
        Account account = one.account(new Usd(each.nano() * 37 + each.nano() / 2).toString());
        List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            TestGateway to = i % 2 == 0 ? one : other;
            asked.add(to.askLater(account, TestGateway.chat(true, 500), "tokens=20, barrier=38"));
        }
        await().atMost(Duration.ofMinutes(2))
                .until(() -> asked.stream().filter(CompletableFuture::isDone).count() == 963);
        one.releaseSandbox();
        other.releaseSandbox();
        List<Integer> statuses =
                asked.stream().map(answer -> answer.join().statusCode()).toList();
        assertThat(statuses).isSubsetOf(200, 402, 429);
        assertThat(statuses).filteredOn(status -> status == 200).hasSize(37);
        theBooksAreExact();
    }

    @Test
    void a_request_that_has_a_name_runs_once_whichever_of_them_it_is_sent_to() throws Exception {
        Account account = one.account("1.00");
        assertThat(other.ask(account, TestGateway.chat(false, 50), "tokens=5").statusCode())
                .isEqualTo(200);
        for (int round = 0; round < 10; round++) {
            String name = "round-" + round;
            List<CompletableFuture<Integer>> asked = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                TestGateway to = i % 2 == 0 ? one : other;
                asked.add(CompletableFuture.supplyAsync(() -> named(to, account, name)));
            }
            assertThat(asked.stream().map(CompletableFuture::join))
                    .containsOnly(200, 409)
                    .filteredOn(status -> status == 200)
                    .hasSize(1);
            assertThat(List.of(named(one, account, name), named(other, account, name)))
                    .containsOnly(409);
        }
        theBooksAreExact();
    }

    private static int named(TestGateway to, Account account, String name) {
        try {
            return to.ask(account, TestGateway.chat(false, 50), "tokens=5, pace=30ms", "Idempotency-Key", name)
                    .statusCode();
        } catch (IOException | InterruptedException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @Test
    void an_organisation_made_at_one_is_served_by_the_other_and_the_other_way_round() throws Exception {
        for (int i = 0; i < 6; i++) {
            TestGateway maker = i % 2 == 0 ? one : other;
            TestGateway server = i % 2 == 0 ? other : one;
            Account account = maker.account("org-" + i, "1.00");
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> server.ask(account, TestGateway.chat(false, 50), "tokens=5")
                                    .statusCode()
                            == 200);
            assertThat(maker.ask(account, TestGateway.chat(false, 50), "tokens=5")
                            .statusCode())
                    .isEqualTo(200);
        }
        theBooksAreExact();
    }

    @Test
    void when_one_stops_the_other_goes_on_at_once_and_takes_its_work_over() throws Exception {
        Account account = one.account("1.00");
        one.close();
        started.remove(one);
        for (int i = 0; i < 20; i++) {
            assertThat(other.ask(account, TestGateway.chat(i % 2 == 0, 50), "tokens=5")
                            .statusCode())
                    .isEqualTo(200);
        }
        settled(other);
        one = gateway("one");
        assertThat(one.ask(account, TestGateway.chat(true, 50), "tokens=5").statusCode())
                .isEqualTo(200);
        theBooksAreExact();
    }

    @Test
    void a_redis_that_restarts_is_opened_once_and_served_by_both_and_what_was_streaming_is_settled() throws Exception {
        Account account = one.account("1.00");
        int shard = shard(account);
        for (int restart = 0; restart < 3; restart++) {
            long epoch = books(shard).epoch();
            var streaming = Stream.of(one, other)
                    .map(each -> each.askLater(account, TestGateway.chat(true, 400), "tokens=200, pace=10ms"))
                    .toList();
            awaitHeld(account);
            redis.kill();
            redis.again();
            served(account);
            assertThat(books(shard).epoch()).isEqualTo(epoch + 1);
            assertThat(streaming)
                    .allSatisfy(answer -> assertThat(answer.join().body()).contains("[DONE]"));
        }
        theBooksAreExact();
    }

    @Test
    void holds_of_both_that_a_redis_set_back_has_lost_are_there_again_before_their_money_can_be_spent_twice()
            throws Exception {
        Account probe = one.account("0");
        Usd each = Usd.parse(
                MAPPER.readTree(one.ask(probe, TestGateway.chat(true, 500), "").body())
                        .path("error")
                        .path("needed")
                        .asString());
        Account account = one.account(new Usd(each.nano() * 2 + each.nano() / 2).toString());
        settled(one);
        Path disk = folder.resolve("redis");
        copy(disk.resolve("appendonlydir"), folder.resolve("old"));
        var open = Stream.of(one, other)
                .map(gateway -> gateway.askLater(account, TestGateway.chat(true, 500), "tokens=20, barrier=2"))
                .toList();
        await().atMost(Duration.ofSeconds(10)).until(() -> held(account).equals(new Usd(each.nano() * 2)));
        redis.kill();
        delete(disk.resolve("appendonlydir"));
        copy(folder.resolve("old"), disk.resolve("appendonlydir"));
        redis.again();
        // whoever asks gets nothing, from the first moment on that anybody is served again
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            boolean decided = true;
            for (TestGateway gateway : List.of(one, other)) {
                int status =
                        gateway.ask(account, TestGateway.chat(true, 500), "").statusCode();
                assertThat(status).isIn(503, 402, 429);
                decided &= status != 503;
            }
            return decided;
        });
        assertThat(held(account)).isEqualTo(new Usd(each.nano() * 2));
        one.releaseSandbox();
        other.releaseSandbox();
        assertThat(open)
                .allSatisfy(answer -> assertThat(answer.join().statusCode()).isEqualTo(200));
        theBooksAreExact();
    }

    @Test
    void a_killed_one_leaves_the_other_serving_its_holds_expire_and_its_own_restart_settles_exactly() throws Exception {
        Account account = one.account("1.00");
        Process child = child("child");
        URI childUrl = childUrl("child");
        try (HttpClient http = HttpClient.newHttpClient();
                InputStream relayed = http.send(
                                ask(childUrl, account, "tokens=5000, pace=5ms"),
                                HttpResponse.BodyHandlers.ofInputStream())
                        .body()) {
            var waiting = http.sendAsync(ask(childUrl, account, "barrier=2"), HttpResponse.BodyHandlers.ofString());
            relayed.readNBytes(20_000);
            await().atMost(Duration.ofSeconds(10)).until(() -> open(account) == 2);
            child.destroyForcibly().waitFor();
            assertThat(waiting).failsWithin(Duration.ofSeconds(10));
        }
        for (int i = 0; i < 10; i++) {
            TestGateway gateway = i % 2 == 0 ? one : other;
            assertThat(gateway.ask(account, TestGateway.chat(true, 50), "tokens=5")
                            .statusCode())
                    .as("right after the kill")
                    .isEqualTo(200);
        }
        await().atMost(Duration.ofMinutes(1)).until(() -> open(account) == 0);
        child("child");
        childUrl("child");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> one.installation.records().exchanges().last(account.wallet(), 100).stream()
                                .filter(each -> each.ended().equals("gateway_died"))
                                .count()
                        == 2);
        theBooksAreExact();
        assertThat(one.installation.records().exchanges().last(account.wallet(), 100))
                .filteredOn(each -> each.ended().equals("gateway_died"))
                .extracting(each -> each.charge() > 0)
                .containsExactlyInAnyOrder(true, false);
        assertThat(one.installation.records().ledger().ofWallet(account.wallet(), 0, 100))
                .extracting(entry -> entry.kind())
                .contains("expiry", "late");
    }

    @Test
    void an_organisation_whose_gateway_was_killed_moves_once_its_holds_are_over_and_what_it_owes_is_settled_there()
            throws Exception {
        Account account = one.account("1.00");
        Process child = child("child");
        URI childUrl = childUrl("child");
        try (HttpClient http = HttpClient.newHttpClient();
                InputStream relayed = http.send(
                                ask(childUrl, account, "tokens=5000, pace=5ms"),
                                HttpResponse.BodyHandlers.ofInputStream())
                        .body()) {
            relayed.readNBytes(20_000);
            child.destroyForcibly().waitFor();
        }
        int to = (shard(account) + 1) % 64;
        String organisation = one.installation
                .records()
                .organisations()
                .byName("tests")
                .orElseThrow()
                .id();
        try (ControlPlane control = new ControlPlane(other)) {
            assertThat(control.send("POST", "organizations/" + organisation + "/move", "{\"shard\":" + to + "}")
                            .statusCode())
                    .isEqualTo(202);
        }
        assertThat(one.ask(account, TestGateway.chat(true, 50), "tokens=5").statusCode())
                .isEqualTo(503);
        await().atMost(Duration.ofMinutes(2)).until(() -> shard(account) == to);
        for (TestGateway gateway : List.of(one, other)) {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> gateway.ask(account, TestGateway.chat(true, 50), "tokens=5")
                                    .statusCode()
                            == 200);
        }
        child("child");
        childUrl("child");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> one.installation.records().exchanges().last(account.wallet(), 100).stream()
                        .anyMatch(each -> each.ended().equals("gateway_died") && each.charge() > 0));
        theBooksAreExact();
        assertThat(one.installation.records().ledger().ofWallet(account.wallet(), 0, 100))
                .extracting(entry -> entry.kind())
                .containsSubsequence("expiry", "move_out", "move_in", "late");
    }

    @Test
    void grants_that_expire_under_requests_to_both_are_spent_once_whatever_is_killed() throws Exception {
        Account account = one.account("1.00");
        Process child = child("child");
        URI childUrl = childUrl("child");
        // given once everybody serves: they are soon over
        try (ControlPlane control = new ControlPlane(one)) {
            for (int i = 0; i < 8; i++) {
                control.post(
                        "grants",
                        "{'wallet':'" + account.wallet() + "','amount':'" + (i % 2 == 0 ? "0.0002" : "0.05")
                                + "','reason':'r" + i + "','priority':" + i % 3 + ",'expires':'"
                                + Instant.now().plusSeconds(8L + i) + "'}");
            }
        }
        List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
        try (HttpClient http = HttpClient.newHttpClient()) {
            var cut = http.sendAsync(
                    ask(childUrl, account, "tokens=5000, pace=5ms"), HttpResponse.BodyHandlers.ofString());
            for (int i = 0; i < 300; i++) {
                TestGateway to = i % 2 == 0 ? one : other;
                asked.add(to.askLater(account, TestGateway.chat(i % 3 == 0, 50), "tokens=20, pace=" + i % 7 + "ms"));
                if (i == 100) {
                    child.destroyForcibly().waitFor();
                }
                if (i == 200) {
                    redis.kill();
                    redis.again();
                }
                TimeUnit.MILLISECONDS.sleep(30);
            }
            assertThat(cut).failsWithin(Duration.ofSeconds(10));
        }
        assertThat(asked.stream().map(answer -> answer.join().statusCode()).distinct())
                .contains(200)
                .isSubsetOf(200, 503);
        child("child");
        childUrl("child");
        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
            assertThat(open(account)).isZero();
            assertThat(one.installation.records().grants().ofWallet(account.wallet()))
                    .hasSize(8)
                    .allMatch(grant -> grant.rest() == 0);
        });
        theBooksAreExact();
        var entries = one.installation.records().ledger().ofWallet(account.wallet(), 0, 1_000);
        assertThat(entries).extracting(entry -> entry.kind()).contains("grant_expiry", "settle");
        assertThat(entries.stream()
                        .filter(entry -> entry.kind().equals("settle"))
                        .filter(entry -> entry.caps().contains(",g,"))
                        .count())
                .isPositive();
    }

    private Process child(String name) throws IOException {
        Path data = folder.resolve(name);
        Files.createDirectories(data);
        Files.deleteIfExists(data.resolve("ready.json"));
        Path file = folder.resolve(name + ".yaml");
        Files.writeString(
                file,
                "listen: {gateway: '127.0.0.1:0', admin: '127.0.0.1:0'}\ndata_dir: '" + data + "'\n" + settings());
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "tollgate.ChildGateway",
                        file.toString(),
                        address)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + "-" + System.nanoTime()).toFile())
                .start();
        started.push(() -> {
            process.destroy();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        });
        return process;
    }

    private URI childUrl(String name) throws IOException {
        Path ready = folder.resolve(name).resolve("ready.json");
        await().atMost(Duration.ofMinutes(1)).until(() -> Files.exists(ready));
        return URI.create(
                MAPPER.readTree(Files.readString(ready)).path("base_url").asString() + "/chat/completions");
    }

    private static HttpRequest ask(URI url, Account account, String directives) {
        return HttpRequest.newBuilder(url)
                .header("Authorization", "Bearer " + account.key())
                .header("Content-Type", "application/json")
                .header("X-Sandbox", directives)
                .POST(HttpRequest.BodyPublishers.ofString(TestGateway.chat(true, 10_000)))
                .build();
    }

    private long open(Account account) {
        try (RedisClient client = RedisClient.create("redis://127.0.0.1:" + redis.port());
                var connection = client.connect()) {
            return Long.parseLong(connection.sync().hget("{s" + shard(account) + "}:w:" + account.wallet(), "open"));
        }
    }

    private void served(Account account) {
        for (TestGateway gateway : List.of(one, other)) {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> gateway.ask(account, TestGateway.chat(false, 50), "tokens=5")
                                    .statusCode()
                            == 200);
        }
    }

    private void theBooksAreExact() {
        settled(one);
        settled(other);
    }

    private static void settled(TestGateway gateway) {
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            var verified = gateway.installation.verify();
            assertThat(verified.get("problems")).asString().isEqualTo("[]");
            assertThat(verified.get("journal_pending")).isEqualTo(0);
            assertThat(String.valueOf(verified.get("wallets"))).doesNotContainPattern("held=0\\.0*[1-9]");
        });
    }

    private void awaitHeld(Account account) {
        await().atMost(Duration.ofSeconds(10)).until(() -> held(account).nano() > 0);
    }

    private Usd held(Account account) throws IOException, InterruptedException {
        return Usd.parse(MAPPER.readTree(one.get(account, "/v1/wallet").body())
                .path("held")
                .asString("0"));
    }

    private int shard(Account account) {
        return one.installation
                .records()
                .wallets()
                .find(account.wallet())
                .orElseThrow()
                .shard();
    }

    private Shards.Shard books(int shard) {
        return one.installation.records().shards().get(shard);
    }

    private TestGateway gateway(String name) throws IOException {
        TestGateway gateway =
                TestGateway.start(folder.resolve(name), settings(), shared).expectingLag();
        started.push(gateway);
        return gateway;
    }

    private String settings() {
        return "redis: {url: 'redis://127.0.0.1:" + redis.port() + "', place_wait_ms: 20000}\nholds: {life_s: 10}";
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectory(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    private Supplier<Records> shared() throws SQLException {
        if (books == Books.SQLITE) {
            Path file = folder.resolve("shared.db");
            address = file.toString();
            return () -> Records.sqlite(file);
        }
        String server = System.getenv("TOLLGATE_TEST_POSTGRES");
        if (server == null && !"true".equals(System.getenv("CI"))) {
            Assumptions.abort("TOLLGATE_TEST_POSTGRES is not set (expected: as in RecordsTest)");
        }
        assertThat(server).as("TOLLGATE_TEST_POSTGRES").isNotNull();
        String name = "two" + ProcessHandle.current().pid() + "_" + DATABASES.incrementAndGet();
        try (Connection connection = DriverManager.getConnection(server);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
        }
        address = server.replaceFirst("/[^/?]*(\\?|$)", "/" + name + "$1");
        return () -> Records.jdbc(address);
    }
}
