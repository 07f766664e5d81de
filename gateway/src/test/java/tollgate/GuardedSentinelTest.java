package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.TestGateway.Account;
import tollgate.embedded.RedisProcess;

/** Sentinels that want a password of their own, and with their servers speak TLS alone. */
@Wide
@SuppressWarnings("NullAway.Init") // made before every test
class GuardedSentinelTest {
    @TempDir
    Path folder;

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private String tls = "";
    private RedisProcess primary;
    private int primaryPort;
    private int sentinelPort;

    @BeforeEach
    void start() throws Exception {
        X509Bundle certificate = new CertificateBuilder()
                .subject("CN=redis")
                .addSanIpAddress("127.0.0.1")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        Path cert = Files.writeString(folder.resolve("cert.pem"), certificate.getCertificatePathPEM());
        Path key = Files.writeString(folder.resolve("key.pem"), certificate.getPrivateKeyPEM());
        tls = "\ntls-auth-clients no\ntls-replication yes\ntls-cert-file " + cert + "\ntls-key-file " + key
                + "\ntls-ca-cert-file " + cert + "\n";
        primaryPort = freePort();
        int replicaPort = freePort();
        sentinelPort = freePort();
        primary = server("primary", primaryPort, "");
        server("replica", replicaPort, "replicaof 127.0.0.1 " + primaryPort + "\n");
        started.push(RedisProcess.sentinel(
                Files.createDirectory(folder.resolve("sentinel")),
                tls + "tls-port " + sentinelPort + "\nrequirepass watching\nsentinel monitor tollgate 127.0.0.1 "
                        + primaryPort + " 1\nsentinel auth-pass tollgate money\n"
                        + "sentinel down-after-milliseconds tollgate 1000\nsentinel failover-timeout tollgate 5000\n"));
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each = started.poll(); each != null; each = started.poll()) {
            each.close();
        }
    }

    private RedisProcess server(String name, int tlsPort, String more) throws Exception {
        RedisProcess server = RedisProcess.start(
                Files.createDirectory(folder.resolve(name)),
                "appendonly yes\nappendfsync everysec\nmaxmemory-policy noeviction\nrepl-diskless-sync-delay 0\n"
                        + "requirepass money\nmasterauth money\n" + more + tls + "tls-port " + tlsPort + "\n");
        started.push(server);
        return server;
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private String settings(String sentinelPassword) {
        return "redis: { url: 'rediss-sentinel://:money@127.0.0.1:" + sentinelPort + "#tollgate', ca_file: '"
                + folder.resolve("cert.pem") + "', sentinel_password: '" + sentinelPassword + "' }\n";
    }

    @Test
    void a_gateway_is_served_through_them_and_follows_them_to_another_primary() throws Exception {
        try (TestGateway gateway =
                TestGateway.start(folder.resolve("data"), settings("watching")).expectingLag()) {
            Account account = gateway.account("5.00");
            assertThat(ask(gateway, account)).isEqualTo(200);
            await().atMost(Duration.ofSeconds(30)).until(() -> known().equals("1"));
            primary.kill();
            await().atMost(Duration.ofSeconds(60)).until(() -> ask(gateway, account) == 200);
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(
                            () -> assertThat(gateway.installation.verify().get("problems"))
                                    .asString()
                                    .isEqualTo("[]"));
        }
    }

    @Test
    void who_has_another_password_is_told_that_no_sentinel_says_where_the_primary_is() {
        assertThatThrownBy(() -> Installation.start(
                        TestGateway.config(folder.resolve("data"), settings("wrong"), "{}"),
                        1,
                        List.of(TestGateway.ADMIN_KEY),
                        50))
                .hasMessageContaining("no sentinel of")
                .hasMessageNotContaining("wrong");
    }

    /** How many replicas the sentinel could choose from. */
    private String known() {
        RedisURI uri = RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(sentinelPort)
                .withSsl(true)
                .withVerifyPeer(false)
                .withPassword("watching".toCharArray())
                .build();
        try (RedisClient client = RedisClient.create();
                var connection = client.connectSentinel(uri)) {
            return connection.sync().master("tollgate").getOrDefault("num-slaves", "");
        }
    }

    private static int ask(TestGateway gateway, Account account) throws Exception {
        return gateway.ask(account, TestGateway.chat(false, 50), "tokens=5").statusCode();
    }
}
