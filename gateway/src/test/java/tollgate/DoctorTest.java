package tollgate;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.config.ConfigFile;
import tollgate.embedded.RedisProcess;
import tollgate.pricing.Usd;
import tollgate.records.Records;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What {@code tollgate doctor} says of real servers, and what a gateway then makes of them. */
final class DoctorTest {
    private static final String SAFE = "appendonly yes\nappendfsync everysec\nmaxmemory-policy noeviction\n";

    @TempDir
    private Path folder;

    private record Run(int exit, String out, String err) {}

    private static Run run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = Main.execute(new PrintWriter(out, true), new PrintWriter(err, true), args);
        return new Run(exit, out.toString(), err.toString());
    }

    private Path config(String redis, String more) throws Exception {
        return Files.writeString(
                folder.resolve("tollgate.yaml"),
                "listen: {gateway: '127.0.0.1:0', admin: '127.0.0.1:0'}\ndata_dir: '" + folder.resolve("data")
                        + "'\nredis: { url: '" + redis + "'" + more + " }\nupstreams: {}\n");
    }

    private String operatorsRedis() throws Exception {
        return Files.readString(Path.of("..", "config", "redis.conf")).replace("CHANGE-ME", "secret");
    }

    @Test
    void a_redis_set_up_by_the_file_we_ship_is_well_and_its_least_rights_are_enough_to_serve() throws Exception {
        try (RedisProcess redis = RedisProcess.start(folder, operatorsRedis())) {
            String url = "redis://tollgate:secret@127.0.0.1:" + redis.port();
            Path config = config(url, "");
            Run looked = run("doctor", "--config", config.toString(), "--json");
            assertThat(looked.exit()).as(looked.out() + looked.err()).isZero();
            JsonNode answer = JsonMapper.builder().build().readTree(looked.out());
            assertThat(answer.path("well").booleanValue()).isTrue();
            assertThat(answer.path("findings").findValuesAsString("message"))
                    .contains("its user may do all that is needed");
            assertThat(looked.out()).doesNotContain("secret");

            try (Installation gateway =
                    Installation.start(ConfigFile.read(config, Map.of()), 1, List.of("tg_admin_for_tests"), 50)) {
                var wallet = gateway.office().createWallet("tests", "w", false, "test");
                gateway.office().topUp(wallet.id(), Usd.parse("5"), "start", "test");
                assertThat(gateway.verify()).containsEntry("ok", true);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "evicts          | maxmemory-policy allkeys-lru   | maxmemory_policy is 'allkeys-lru' (expected: noeviction",
                "keeps no log    | appendonly no                  | aof_enabled is '0' (expected: 1",
                "forces no write | appendfsync no                 | appendfsync is 'no' (expected: everysec or always",
                "is a replica    | replicaof 127.0.0.1 1          | role is 'slave' (expected: master",
                "is of a cluster | cluster-enabled yes            | cluster_enabled is '1' (expected: 0, or redis-cluster://",
            })
    void a_redis_that_would_lose_money_fails_and_no_gateway_starts_on_it(String story, String line, String message)
            throws Exception {
        try (RedisProcess redis = RedisProcess.start(folder, SAFE + line)) {
            String url = "redis://127.0.0.1:" + redis.port();
            Run looked = run("doctor", "--config", config(url, "").toString());
            assertThat(looked.exit()).as(looked.out()).isEqualTo(1);
            assertThat(looked.out()).contains("failed   redis     " + message);
            Run served = run("serve", "--config", config(url, "").toString());
            assertThat(served.exit()).isEqualTo(1);
            assertThat(served.err()).contains(message).contains("redis.allow_unsafe");
        }
    }

    @Test
    void whoever_insists_may_serve_from_a_redis_that_keeps_no_log() throws Exception {
        try (RedisProcess redis = RedisProcess.start(folder, SAFE + "appendonly no")) {
            Path config = config("redis://127.0.0.1:" + redis.port(), ", allow_unsafe: true");
            try (Installation gateway =
                    Installation.start(ConfigFile.read(config, Map.of()), 1, List.of("tg_admin_for_tests"), 50)) {
                assertThat(gateway.baseUrl()).isNotEmpty();
            }
        }
    }

    @Test
    void a_user_with_fewer_rights_is_told_which_are_missing() throws Exception {
        String few = operatorsRedis().replace("+xtrim", "").replace("+hdel", "");
        try (RedisProcess redis = RedisProcess.start(folder, few)) {
            Run looked = run(
                    "doctor",
                    "--config",
                    config("redis://tollgate:secret@127.0.0.1:" + redis.port(), "")
                            .toString());
            assertThat(looked.exit()).isEqualTo(1);
            assertThat(looked.out()).contains("its user may not HDEL, XTRIM (expected: the ACL line");
        }
    }

    @Test
    void a_wrong_password_or_nobody_there_is_said_in_one_line() throws Exception {
        try (RedisProcess redis = RedisProcess.start(folder, operatorsRedis())) {
            Run looked = run(
                    "doctor",
                    "--config",
                    config("redis://tollgate:wrong@127.0.0.1:" + redis.port(), "")
                            .toString());
            assertThat(looked.exit()).isEqualTo(1);
            assertThat(looked.out())
                    .contains("failed   redis     cannot be used: WRONGPASS")
                    .doesNotContain("wrong@");
        }
        Run looked = run("doctor", "--config", config("redis://127.0.0.1:1", "").toString());
        assertThat(looked.exit()).isEqualTo(1);
        assertThat(looked.out()).contains("failed   redis     cannot be used: ").contains("Connection refused");
    }

    @Test
    void books_of_a_newer_release_and_damaged_ones_fail() throws Exception {
        Path data = Files.createDirectories(folder.resolve("data"));
        Records.sqlite(data.resolve("records.db")).close();
        Path config = config("embedded", "");
        assertThat(run("doctor", "--config", config.toString()).out())
                .contains("ok       records   SQLite at " + data.resolve("records.db"));

        Files.write(
                data.resolve("records.db"),
                "this is no database at all, whatever it says".getBytes(StandardCharsets.UTF_8));
        Run looked = run("doctor", "--config", config.toString());
        assertThat(looked.exit()).isEqualTo(1);
        assertThat(looked.out()).contains("failed   records   SQLite at").contains("file is not a database");
    }

    @Test
    void a_provider_that_answers_is_well_whatever_it_answers_and_one_that_does_not_fails() throws Exception {
        HttpServer provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        provider.createContext("/", exchange -> {
            assertThat(exchange.getRequestHeaders().containsKey("Authorization"))
                    .isFalse();
            exchange.sendResponseHeaders(401, -1);
            exchange.close();
        });
        provider.start();
        try {
            Path config = config("embedded", "");
            Files.writeString(
                    config,
                    Files.readString(config)
                            .replace(
                                    "upstreams: {}",
                                    "upstreams:\n  good: { dialect: openai, api_key: sk-secret, base_url: 'http://127.0.0.1:"
                                            + provider.getAddress().getPort()
                                            + "' }\n  gone: { dialect: openai, base_url: 'http://127.0.0.1:1' }\n"));
            Run looked = run("doctor", "--config", config.toString());
            assertThat(looked.exit()).isEqualTo(1);
            assertThat(looked.out())
                    .contains("ok       upstream  good at")
                    .contains("(401 without a key)")
                    .contains("failed   upstream  gone at http://127.0.0.1:1 cannot be reached: ConnectException")
                    .doesNotContain("sk-secret");
        } finally {
            provider.stop(0);
        }
    }
}
