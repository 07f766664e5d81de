package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.protocol.CommandType;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.TestGateway.Account;
import tollgate.embedded.RedisProcess;
import tollgate.records.Audit;

/** A Redis behind TLS whose user may do what the file we ship says, and nothing else. */
@SuppressWarnings("NullAway.Init") // made before every test
class RedisAccessTest {
    private static final Audit.Word WORD = new Audit.Word("test", "", 0);

    @TempDir
    Path folder;

    private RedisProcess redis;
    private int tlsPort;

    @BeforeEach
    void start() throws Exception {
        tlsPort = freePort();
        // 127.0.0.2 is this machine as well, but not by this certificate
        X509Bundle certificate = certificate("127.0.0.1");
        redis = RedisProcess.start(
                folder,
                Files.readString(Path.of("..", "config", "redis.conf")).replace("CHANGE-ME", "secret")
                        + "\nuser root on >toor allkeys allchannels +@all\ntls-auth-clients no\ntls-port " + tlsPort
                        + "\ntls-cert-file " + written("cert.pem", certificate.getCertificatePathPEM())
                        + "\ntls-key-file " + written("key.pem", certificate.getPrivateKeyPEM()));
        written("other.pem", certificate("127.0.0.1").getCertificatePathPEM());
    }

    @AfterEach
    void stop() {
        redis.close();
    }

    private static X509Bundle certificate(String address) throws Exception {
        return new CertificateBuilder()
                .subject("CN=redis")
                .addSanIpAddress(address)
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    private Path written(String name, String text) throws Exception {
        return Files.writeString(folder.resolve(name), text);
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private String settings(String host, String user, String ca) {
        return "redis: { url: 'rediss://" + user + "@" + host + ":" + tlsPort + "', ca_file: '" + folder.resolve(ca)
                + "' }\n";
    }

    private void asRoot(Consumer<RedisCommands<String, String>> work) {
        RedisURI uri = RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(redis.port())
                .withAuthentication("root", "toor".toCharArray())
                .build();
        try (RedisClient client = RedisClient.create(uri);
                var connection = client.connect()) {
            work.accept(connection.sync());
        }
    }

    @Test
    void over_tls_the_least_user_serves_drains_expires_and_verifies_and_is_refused_nothing() throws Exception {
        try (TestGateway gateway =
                TestGateway.start(folder.resolve("data"), settings("127.0.0.1", "tollgate:secret", "cert.pem"))) {
            Account account = gateway.account("5.00");
            gateway.installation.office().setState(account.wallet(), "frozen", WORD);
            assertThat(ask(gateway, account)).isEqualTo(403);
            gateway.installation.office().setState(account.wallet(), "active", WORD);
            for (int i = 0; i < 5; i++) {
                assertThat(ask(gateway, account)).isEqualTo(200);
            }
            // the scripts are gone: calls bring them along
            asRoot(root -> root.scriptFlush());
            assertThat(ask(gateway, account)).isEqualTo(200);
            assertThat(gateway.installation.verify()).containsEntry("ok", true);
            asRoot(root -> assertThat(root.aclLog().stream()
                            .map(denied -> denied.get("object"))
                            .filter(object ->
                                    !List.of("config|get", "client|setinfo").contains(object)))
                    .isEmpty());
        }
    }

    private static int ask(TestGateway gateway, Account account) throws Exception {
        return gateway.ask(account, TestGateway.chat(true, 50), "tokens=5").statusCode();
    }

    @Test
    void what_a_gateway_does_not_need_its_user_may_not_do() {
        RedisURI uri = RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(redis.port())
                .withAuthentication("tollgate", "secret".toCharArray())
                .build();
        try (RedisClient client = RedisClient.create(uri);
                var connection = client.connect()) {
            RedisCommands<String, String> user = connection.sync();
            assertThat(user.set("{s0}:trial", "1")).isEqualTo("OK");
            user.del("{s0}:trial");
            List<Consumer<RedisCommands<String, String>>> needless = List.of(
                    RedisCommands::flushall,
                    RedisCommands::flushdb,
                    it -> it.keys("*"),
                    it -> it.configSet("appendonly", "no"),
                    it -> it.configGet("*"),
                    it -> it.rename("{s0}:trial", "{s0}:other"),
                    it -> it.restore("{s0}:trial", 0, new byte[] {1}),
                    it -> it.replicaofNoOne(),
                    it -> it.aclList(),
                    it -> it.scriptFlush(),
                    it -> it.scriptKill(),
                    it -> it.clientKill("127.0.0.1:1"),
                    it -> it.publish("a", "b"),
                    it -> it.incr("{s0}:trial"),
                    it -> it.get("somebody-elses"),
                    it -> it.set("somebody-elses", "x"));
            assertThat(needless)
                    .allSatisfy(each -> assertThatThrownBy(() -> each.accept(user))
                            .isInstanceOf(RedisCommandExecutionException.class)
                            .hasMessageStartingWith("NOPERM"));
        }
    }

    @Test
    void a_server_that_cannot_prove_its_name_is_not_told_the_password() throws Exception {
        assertThat(doctor(settings("127.0.0.1", "tollgate:secret", "cert.pem"))).contains("its user may do all");
        assertThat(doctor(settings("127.0.0.1", "tollgate:secret", "other.pem")))
                .contains("failed   redis     cannot be used: ")
                .contains("Signature does not match");
        assertThat(doctor(settings("localhost", "tollgate:secret", "cert.pem")))
                .contains("failed   redis     cannot be used: No name matching localhost found");
    }

    @Test
    void a_user_who_lacks_a_right_that_a_script_needs_in_its_midst_is_not_served() throws Exception {
        asRoot(root -> root.aclSetuser("tollgate", AclSetuserArgs.Builder.removeCommand(CommandType.XADD)));
        assertThatThrownBy(() -> Installation.start(
                        TestGateway.config(
                                folder.resolve("data"), settings("127.0.0.1", "tollgate:secret", "cert.pem"), "{}"),
                        1,
                        List.of(TestGateway.ADMIN_KEY),
                        50))
                .hasMessageContaining("its user may not XADD (expected: the ACL line of config/redis.conf)");
    }

    private String doctor(String settings) throws Exception {
        StringWriter out = new StringWriter();
        Path config = Files.writeString(
                folder.resolve("tollgate.yaml"),
                "listen: {gateway: '127.0.0.1:0', admin: '127.0.0.1:0'}\ndata_dir: '" + folder.resolve("data")
                        + "'\nupstreams: {}\n" + settings);
        Main.execute(new PrintWriter(out, true), new PrintWriter(out, true), "doctor", "--config", config.toString());
        assertThat(out.toString()).doesNotContain("secret");
        return out.toString();
    }
}
