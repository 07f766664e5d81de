package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import tollgate.TestGateway.Account;
import tollgate.embedded.RedisProcess;
import tollgate.http.Transport;
import tollgate.records.Records;
import tollgate.simulator.Sandbox;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A Redis that can be set back, books and a provider that live on, and gateways on them: some in processes that can be killed. */
final class JobHouse {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    static final Duration LONG = Duration.ofSeconds(60);

    private final Path folder;
    private final String more;
    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final RedisProcess redis;
    private final Sandbox provider;

    /**
     * Starts Redis and the provider.
     *
     * @param more settings of every gateway, as YAML
     */
    JobHouse(Path folder, String more) throws IOException, InterruptedException {
        this.folder = folder;
        this.more = more;
        Transport transport = Transport.best();
        EventLoopGroup loops = transport.loops(1, "provider");
        started.push(() -> loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly());
        provider = Sandbox.start(0, transport, loops);
        started.push(provider);
        redis = RedisProcess.start(
                Files.createDirectory(folder.resolve("redis")),
                "appendonly yes\nappendfsync everysec\nmaxmemory-policy noeviction\nauto-aof-rewrite-percentage 0");
        started.push(redis);
    }

    private String upstreams() {
        return "{openai: {dialect: openai, base_url: 'http://127.0.0.1:" + provider.port()
                + "', api_key: sk-operator}}";
    }

    private String settings() {
        return "redis: {url: 'redis://127.0.0.1:" + redis.port() + "', place_wait_ms: 20000}\nholds: {life_s: 10}\n"
                + more;
    }

    private Path books() {
        return folder.resolve("shared.db");
    }

    /** In this process. */
    TestGateway gateway(String name) throws IOException {
        TestGateway gateway = TestGateway.start(
                        folder.resolve(name), settings(), upstreams(), () -> Records.sqlite(books()))
                .expectingLag();
        started.push(gateway);
        return gateway;
    }

    void close(TestGateway gateway) {
        started.remove(gateway);
        gateway.close();
    }

    /** In a process of its own; always the same data directory. */
    Process child() throws IOException {
        Path data = folder.resolve("child");
        Files.createDirectories(data);
        Files.deleteIfExists(data.resolve("ready.json"));
        Path file = folder.resolve("child.yaml");
        Files.writeString(
                file,
                "listen: {gateway: '127.0.0.1:0', admin: '127.0.0.1:0'}\nupstreams: " + upstreams() + "\ndata_dir: '"
                        + data + "'\nlame_duck_s: 0\n" + settings());
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "tollgate.ChildGateway",
                        file.toString(),
                        books().toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("child-" + System.nanoTime()).toFile())
                .start();
        started.push(() -> {
            process.destroy();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        });
        await().atMost(Duration.ofMinutes(2)).until(() -> Files.exists(data.resolve("ready.json")));
        return process;
    }

    String childUrl() throws IOException {
        return MAPPER.readTree(Files.readString(folder.resolve("child").resolve("ready.json")))
                .path("base_url")
                .asString();
    }

    static HttpResponse<String> begin(String baseUrl, Account account, String more, String told)
            throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(URI.create(baseUrl + "/responses"))
                            .header("Authorization", "Bearer " + account.key())
                            .header("X-Sandbox", told)
                            .POST(HttpRequest.BodyPublishers.ofString(
                                    "{\"model\":\"gpt-4o-mini\",\"max_output_tokens\":100,\"input\":\"Say something.\","
                                            + "\"background\":true" + more + "}"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    static String exchange(HttpResponse<?> answer) {
        return answer.headers().firstValue("X-Tollgate-Request-Id").orElseThrow();
    }

    static JsonNode json(HttpResponse<String> answer) {
        return MAPPER.readTree(answer.body());
    }

    /** Keeps what Redis has written by now. */
    void backUp() throws IOException {
        copy(folder.resolve("redis").resolve("appendonlydir"), folder.resolve("old"));
    }

    /** Redis is killed, and comes back with what was kept. */
    void goBack() throws Exception {
        Path disk = folder.resolve("redis");
        redis.kill();
        delete(disk.resolve("appendonlydir"));
        copy(folder.resolve("old"), disk.resolve("appendonlydir"));
        redis.again();
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectory(to);
        for (Path file : files(from)) {
            Files.copy(file, to.resolve(file.getFileName()));
        }
    }

    private static void delete(Path folder) throws IOException {
        for (Path file : files(folder)) {
            Files.delete(file);
        }
        Files.delete(folder);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    void close() throws Exception {
        for (AutoCloseable each = started.poll(); each != null; each = started.poll()) {
            each.close();
        }
    }
}
