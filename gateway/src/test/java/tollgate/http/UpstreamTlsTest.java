package tollgate.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Upstreams over TLS, with good certificates and with such that must not be believed. */
@ParameterizedClass
@EnumSource(Transport.class)
@SuppressWarnings("NullAway.Init") // the authorities are made before all tests
class UpstreamTlsTest {
    private static final Duration DAY = Duration.ofDays(1);

    private static X509Bundle trusted;
    private static X509Bundle unknown;

    private final Transport transport;
    private final EventLoopGroup loops;
    private final EventLoop loop;

    UpstreamTlsTest(Transport transport) {
        Sockets.assumeAvailable(transport);
        this.transport = transport;
        loops = transport.loops(1, "test");
        loop = loops.next();
    }

    @BeforeAll
    static void makeAuthorities() throws Exception {
        trusted = authority("CN=Trusted Authority");
        unknown = authority("CN=Unknown Authority");
    }

    @AfterEach
    void close() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static X509Bundle authority(String name) throws Exception {
        return new CertificateBuilder()
                .subject(name)
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    private static CertificateBuilder leaf(String host) {
        Instant now = Instant.now();
        return new CertificateBuilder()
                .subject("CN=" + host)
                .addSanDnsName(host)
                .addExtendedKeyUsageServerAuth()
                .notBefore(now.minus(DAY))
                .notAfter(now.plus(DAY));
    }

    private Upstreams trusting() {
        return new Upstreams(transport, SslContextBuilder.forClient().trustManager(trusted.getCertificate()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void a_trusted_certificate_for_the_host_is_believed_and_its_connection_used_again(String protocol)
            throws Exception {
        try (Upstreams upstreams = trusting();
                TlsUpstream server = new TlsUpstream(leaf("localhost").buildIssuedBy(trusted), protocol)) {
            UpstreamPool pool = pool(upstreams, server.port());
            assertThat(ask(pool)).isEqualTo("new 200 hello end");
            assertThat(ask(pool)).isEqualTo("reused 200 hello end");
            loop.submit(pool::close).get();
            String request =
                    "POST /v1/x HTTP/1.1\r\nhost: localhost:" + server.port() + "\r\ncontent-length: 4\r\n\r\nbody";
            assertThat(server.ended.poll(5, TimeUnit.SECONDS)).isEqualTo(request + request);
        }
    }

    @ParameterizedTest(name = "{0}, {1}")
    @CsvSource({
        "another host,         TLSv1.2, No subject alternative DNS name matching localhost",
        "another host,         TLSv1.3, No subject alternative DNS name matching localhost",
        "an address only,      TLSv1.3, No name matching localhost",
        "expired,              TLSv1.2, validity check failed",
        "expired,              TLSv1.3, validity check failed",
        "not valid yet,        TLSv1.3, validity check failed",
        "an unknown issuer,    TLSv1.2, unable to find valid certification path",
        "an unknown issuer,    TLSv1.3, unable to find valid certification path",
        "its own issuer,       TLSv1.3, unable to find valid certification path",
        "a client by its use,  TLSv1.3, Extended key usage does not permit use for TLS server",
    })
    void a_certificate_that_proves_nothing_is_refused_before_a_byte_of_the_request(
            String story, String protocol, String why) throws Exception {
        Instant now = Instant.now();
        X509Bundle certificate = switch (story) {
            case "another host" -> leaf("elsewhere.example").buildIssuedBy(trusted);
            case "an address only" ->
                new CertificateBuilder()
                        .subject("CN=server")
                        .addSanIpAddress("127.0.0.1")
                        .addExtendedKeyUsageServerAuth()
                        .buildIssuedBy(trusted);
            case "expired" -> leaf("localhost").notAfter(now.minusSeconds(60)).buildIssuedBy(trusted);
            case "not valid yet" ->
                leaf("localhost").notBefore(now.plusSeconds(600)).buildIssuedBy(trusted);
            case "an unknown issuer" -> leaf("localhost").buildIssuedBy(unknown);
            case "its own issuer" ->
                leaf("localhost").setIsCertificateAuthority(true).buildSelfSigned();
            case "a client by its use" ->
                new CertificateBuilder()
                        .subject("CN=localhost")
                        .addSanDnsName("localhost")
                        .addExtendedKeyUsageClientAuth()
                        .buildIssuedBy(trusted);
            default -> throw new IllegalArgumentException(story);
        };
        try (Upstreams upstreams = trusting();
                TlsUpstream server = new TlsUpstream(certificate, protocol)) {
            refused(upstreams, server, why);
        }
    }

    private void refused(Upstreams upstreams, TlsUpstream server, String why) throws Exception {
        GatheredAnswer answer = begin(pool(upstreams, server.port()));
        assertThat(answer.over.get(5, TimeUnit.SECONDS)).isEqualTo(" TLS");
        assertThat(answer.detail).contains(why);
        assertThat(server.ended.poll(5, TimeUnit.SECONDS)).as("decrypted bytes").isEmpty();
    }

    @Test
    void without_other_trust_only_the_authorities_of_the_JDK_are_believed() throws Exception {
        try (Upstreams upstreams = new Upstreams(transport);
                TlsUpstream server = new TlsUpstream(leaf("localhost").buildIssuedBy(trusted), "TLSv1.3")) {
            refused(upstreams, server, "unable to find valid certification path");
        }
    }

    @Test
    void an_upstream_that_speaks_no_TLS_gets_no_request() throws Exception {
        try (Upstreams upstreams = trusting();
                ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            GatheredAnswer answer = begin(pool(upstreams, server.getLocalPort()));
            try (Socket socket = server.accept()) {
                byte[] greeting = socket.getInputStream().readNBytes(5);
                socket.getOutputStream()
                        .write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(greeting[0]).as("a handshake record").isEqualTo((byte) 22);
                assertThat(answer.over.get(5, TimeUnit.SECONDS)).isEqualTo(" TLS");
                assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                        .doesNotContain("POST", "body");
            }
        }
    }

    @Test
    void an_upstream_that_takes_the_connection_and_shakes_no_hands_is_a_connect_timeout_of_one_budget()
            throws Exception {
        try (Upstreams upstreams = trusting();
                ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            long began = System.nanoTime();
            GatheredAnswer answer = begin(pool(upstreams, server.getLocalPort(), Duration.ofMillis(800)));
            try (Socket socket = server.accept()) {
                assertThat(answer.over.get(5, TimeUnit.SECONDS)).isEqualTo(" CONNECT_TIMEOUT");
                assertThat(Duration.ofNanos(System.nanoTime() - began))
                        .isBetween(Duration.ofMillis(800), Duration.ofMillis(1_500));
                socket.setSoTimeout(5_000);
                assertThat(socket.getInputStream().readAllBytes())
                        .as("the greeting, and then the end: nothing is left open")
                        .isNotEmpty();
            }
        }
    }

    private UpstreamPool pool(Upstreams upstreams, int port) throws Exception {
        return pool(upstreams, port, Duration.ofSeconds(4));
    }

    private UpstreamPool pool(Upstreams upstreams, int port, Duration connect) throws Exception {
        Duration patience = Duration.ofSeconds(4);
        URI base = URI.create("https://localhost:" + port);
        return loop.submit(() ->
                        upstreams.pool(new UpstreamSettings(base, connect, patience, patience, patience, 4), loop))
                .get();
    }

    private String ask(UpstreamPool pool) throws Exception {
        return begin(pool).over.get(5, TimeUnit.SECONDS);
    }

    private GatheredAnswer begin(UpstreamPool pool) {
        GatheredAnswer answer = new GatheredAnswer();
        loop.execute(() -> pool.send(
                new UpstreamRequest(
                        HttpMethod.POST,
                        "/v1/x",
                        new DefaultHttpHeaders(),
                        Unpooled.copiedBuffer("body", StandardCharsets.UTF_8)),
                answer));
        return answer;
    }
}
