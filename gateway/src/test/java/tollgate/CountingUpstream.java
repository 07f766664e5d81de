package tollgate;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** A provider of chat that only counts how many requests it has at once. Thread-safe. */
final class CountingUpstream implements AutoCloseable {
    private static final byte[] ANSWER = ("{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,"
                    + "\"model\":\"gpt-4o-mini-2024-07-18\",\"choices\":[{\"index\":0,\"finish_reason\":\"stop\","
                    + "\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"}}],"
                    + "\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":1,\"total_tokens\":6}}")
            .getBytes(StandardCharsets.UTF_8);
    private static final int SLOWEST_MS = 40;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final AtomicInteger all = new AtomicInteger();
    private final HttpServer server;

    private CountingUpstream(HttpServer server) {
        this.server = server;
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    static CountingUpstream start() throws IOException {
        return new CountingUpstream(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 512));
    }

    private void answer(HttpExchange exchange) throws IOException {
        all.incrementAndGet();
        most.accumulateAndGet(open.incrementAndGet(), Math::max);
        exchange.getRequestBody().readAllBytes();
        try {
            // it works for a while: others come and go meanwhile
            Thread.sleep(ThreadLocalRandom.current().nextInt(SLOWEST_MS));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.getResponseHeaders().set("x-ratelimit-limit-requests", "99999");
        open.decrementAndGet();
        exchange.sendResponseHeaders(200, ANSWER.length);
        exchange.getResponseBody().write(ANSWER);
        exchange.close();
    }

    /** As an upstream in a configuration. */
    String yaml() {
        return "{counting: {dialect: openai, api_key: sk-x, base_url: 'http://127.0.0.1:"
                + server.getAddress().getPort() + "'}}";
    }

    /** Requests at one moment, at most. */
    int most() {
        return most.get();
    }

    /** Requests in all. */
    int all() {
        return all.get();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }
}
