package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a balancer is told. */
class ReadinessTest {
    @TempDir
    Path folder;

    @Test
    void a_gateway_whose_redis_does_not_answer_is_not_ready_until_it_does() throws Exception {
        try (TestGateway gateway = TestGateway.start(folder.resolve("data"))) {
            assertThat(probe(gateway, "GET", "/readyz").statusCode()).isEqualTo(200);
            signal(gateway, "STOP");
            try {
                await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
                    HttpResponse<String> answer = probe(gateway, "GET", "/readyz");
                    assertThat(answer.statusCode()).isEqualTo(503);
                    assertThat(answer.body()).contains("redis does not answer");
                });
                assertThat(probe(gateway, "GET", "/healthz").statusCode()).isEqualTo(200);
            } finally {
                signal(gateway, "CONT");
            }
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> probe(gateway, "GET", "/readyz").statusCode() == 200);
        }
    }

    @Test
    void who_asks_for_the_head_alone_gets_it() throws Exception {
        try (TestGateway gateway = TestGateway.start(folder.resolve("data"))) {
            for (String path : new String[] {"/healthz", "/readyz"}) {
                HttpResponse<String> whole = probe(gateway, "GET", path);
                HttpResponse<String> head = probe(gateway, "HEAD", path);
                assertThat(head.statusCode()).isEqualTo(200);
                assertThat(head.body()).isEmpty();
                assertThat(head.headers().firstValue("content-length"))
                        .isEqualTo(whole.headers().firstValue("content-length"));
            }
        }
    }

    private static HttpResponse<String> probe(TestGateway gateway, String method, String path)
            throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
                            .method(method, HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private static void signal(TestGateway gateway, String name) throws IOException, InterruptedException {
        long redis = Objects.requireNonNull(gateway.installation.redis().pid());
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(redis))
                        .start()
                        .waitFor())
                .isZero();
    }
}
