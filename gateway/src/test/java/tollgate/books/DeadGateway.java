package tollgate.books;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import tollgate.embedded.RedisProcess;
import tollgate.pricing.Usd;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a gateway leaves that was killed under load: its data directory, its SQL, its Redis as it is now and as it was before
 * half of that. Wallets of two shards with caps, credit, refunds and a freeze; streams of which some has left, one of which
 * nothing has, settlements that Redis has not heard of.
 */
final class DeadGateway {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final Path folder;
    private final Map<String, Usd> told = new ConcurrentHashMap<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private String base = "";
    private String admin = "";
    private String adminKey = "";

    private DeadGateway(Path folder) {
        this.folder = folder;
    }

    /** Makes one. Whatever it started has ended by then. */
    static DeadGateway underLoad(Path folder) throws Exception {
        DeadGateway gateway = new DeadGateway(folder);
        Path disk = Files.createDirectory(folder.resolve("now"));
        try (RedisProcess redis =
                RedisProcess.start(disk, "appendonly yes\nappendfsync always\nauto-aof-rewrite-percentage 0")) {
            Process process = gateway.start(redis);
            try {
                gateway.load(redis, process);
            } finally {
                process.destroyForcibly().waitFor();
                redis.kill();
            }
        } finally {
            // streams that were cut are nothing to wait for
            gateway.http.shutdownNow();
        }
        return gateway;
    }

    /** By the id of an exchange what its client was told that it took. */
    Map<String, Usd> told() {
        return told;
    }

    /** A copy of what it left, for one recovery. */
    Path copied(Path to) throws IOException {
        copy(folder.resolve("data"), to.resolve("data"));
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(each -> each.getFileName().toString().startsWith("books.db"))
                    .toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
        return to;
    }

    /** Redis's folder as it was when everything was killed, copied beside that. */
    Path redisNow(Path copied) throws IOException {
        copy(
                folder.resolve("now").resolve("appendonlydir"),
                copied.resolve("redis").resolve("appendonlydir"));
        return copied.resolve("redis");
    }

    /** The same as it was earlier. */
    Path redisThen(Path copied) throws IOException {
        copy(folder.resolve("then"), copied.resolve("redis").resolve("appendonlydir"));
        return copied.resolve("redis");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Path target = to.resolve(from.relativize(each).toString());
                if (Files.isDirectory(each)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(each, target);
                }
            }
        }
    }

    private Process start(RedisProcess redis) throws IOException {
        Path data = Files.createDirectory(folder.resolve("data"));
        Path config = folder.resolve("gateway.yaml");
        Files.writeString(
                config,
                "listen: {gateway: '127.0.0.1:0', admin: '127.0.0.1:0'}\ndata_dir: '" + data
                        + "'\nupstreams: {}\nredis: {url: 'redis://127.0.0.1:" + redis.port() + "'}\n");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "tollgate.ChildGateway",
                        config.toString(),
                        folder.resolve("books.db").toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("gateway.log").toFile())
                .start();
        Path ready = data.resolve("ready.json");
        await().atMost(Duration.ofMinutes(2)).until(() -> Files.exists(ready) || !process.isAlive());
        JsonNode addresses = MAPPER.readTree(Files.readString(ready));
        base = addresses.path("base_url").asString();
        admin = addresses.path("admin_url").asString();
        adminKey = addresses.path("admin_key").asString();
        return process;
    }

    private void load(RedisProcess redis, Process process) throws Exception {
        String[] wallets = {wallet("acme"), wallet("acme"), wallet("other")};
        List<String> keys = new ArrayList<>();
        for (String wallet : wallets) {
            order("top_ups", "{'wallet':'" + wallet + "','amount':'5','reference':'start'}");
            keys.add(order("keys", "{'wallet':'" + wallet + "'}").path("secret").asString());
            order("caps", "{'scope':'wallet:" + wallet + "','per':'day','tokens':100000000}");
        }
        order("grants", "{'wallet':'" + wallets[0] + "','amount':'0.0004','reason':'early'}");
        asked(keys, 60);
        drained();
        copy(folder.resolve("now").resolve("appendonlydir"), folder.resolve("then"));
        order("grants", "{'wallet':'" + wallets[2] + "','amount':'0.001','reason':'late'}");
        order("top_ups", "{'wallet':'" + wallets[1] + "','amount':'2','reference':'more'}");
        asked(keys, 240);
        drained();
        String some = told.keySet().iterator().next();
        order("refunds", "{'exchange':'" + some + "','amount':'0.000000001','reason':'sorry'}");
        String frozen = wallet("acme");
        order("top_ups", "{'wallet':'" + frozen + "','amount':'1','reference':'start'}");
        send(admin + "/admin/v1/wallets/" + frozen + "/freeze", "");
        killed(redis, process, keys);
    }

    /** Streams run, one waits at its provider; Redis sleeps, some end meanwhile. */
    private void killed(RedisProcess redis, Process process, List<String> keys) throws Exception {
        List<InputStream> streams = new ArrayList<>();
        for (String key : keys) {
            streams.add(http.send(chat(key, true, "tokens=5000, pace=5ms"), HttpResponse.BodyHandlers.ofInputStream())
                    .body());
        }
        var waiting = http.sendAsync(chat(keys.getFirst(), true, "barrier=2"), HttpResponse.BodyHandlers.ofString());
        for (InputStream stream : streams) {
            stream.readNBytes(8_000);
        }
        List<CompletableFuture<HttpResponse<String>>> ending = new ArrayList<>();
        for (String key : keys) {
            ending.add(http.sendAsync(chat(key, false, "tokens=30, pace=200ms"), HttpResponse.BodyHandlers.ofString()));
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> held() >= 7);
        redis.pause();
        for (CompletableFuture<HttpResponse<String>> each : ending) {
            heard(each.join());
        }
        process.destroyForcibly().waitFor();
        redis.kill();
        assertThat(waiting).failsWithin(Duration.ofSeconds(10));
        for (InputStream stream : streams) {
            stream.close();
        }
    }

    private void asked(List<String> keys, int times) {
        List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            asked.add(http.sendAsync(
                    chat(keys.get(i % keys.size()), false, "tokens=" + (1 + i % 9)),
                    HttpResponse.BodyHandlers.ofString()));
            if (asked.size() == 20) {
                asked.forEach(each -> heard(each.join()));
                asked.clear();
            }
        }
    }

    private void heard(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        told.put(
                answer.headers().firstValue("X-Tollgate-Request-Id").orElseThrow(),
                Usd.parse(answer.headers().firstValue("X-Usage-Cost").orElseThrow()));
    }

    private HttpRequest chat(String key, boolean stream, String directives) {
        return HttpRequest.newBuilder(URI.create(base + "/chat/completions"))
                .timeout(Duration.ofSeconds(60))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .header("X-Sandbox", directives)
                .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"gpt-4o-mini\",\"stream\":" + stream
                        + ",\"max_completion_tokens\":10000,\"messages\":[{\"role\":\"user\",\"content\":\"Hi.\"}]}"))
                .build();
    }

    private String wallet(String organisation) throws IOException, InterruptedException {
        return order("wallets", "{'name':'w','organization':'" + organisation + "','test':true}")
                .path("id")
                .asString();
    }

    /** Single quotes stand for double ones. */
    private JsonNode order(String path, String body) throws IOException, InterruptedException {
        return send(admin + "/admin/v1/" + path, body.replace('\'', '"'));
    }

    private JsonNode send(String url, String body) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(url))
                        .header("Authorization", "Bearer " + adminKey)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(url + " " + answer.body()).isIn(200, 201);
        return MAPPER.readTree(answer.body());
    }

    private JsonNode verify() throws IOException, InterruptedException {
        return MAPPER.readTree(http.send(
                        HttpRequest.newBuilder(URI.create(admin + "/admin/v1/verify"))
                                .header("Authorization", "Bearer " + adminKey)
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body());
    }

    private void drained() {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> verify().path("journal_pending").asInt(-1) == 0);
    }

    /** So many exchanges are open. */
    private long held() throws IOException, InterruptedException {
        HttpResponse<String> metrics = http.send(
                HttpRequest.newBuilder(URI.create(admin + "/metrics"))
                        .header("Authorization", "Bearer " + adminKey)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return metrics.body()
                .lines()
                .filter(line -> line.startsWith("tollgate_open_exchanges"))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
