package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.TestGateway.Account;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Requests of a wallet that has as many open as it may have: refused in each provider's words until one ends. */
class ManyOpenEndToEndTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    @TempDir
    Path folder;

    @Test
    void a_wallet_with_as_many_open_as_it_may_have_is_told_to_try_again_and_another_is_served() throws Exception {
        try (TestGateway gateway = TestGateway.start(folder.resolve("data"), "holds: { max_open: 2 }")) {
            Account account = gateway.account("1.00");
            Account other = gateway.account("other", "1.00");
            long before = gateway.installation.sandbox().log().requests();
            List<CompletableFuture<HttpResponse<String>>> open = List.of(
                    gateway.askLater(account, TestGateway.chat(true, 50), "tokens=5, barrier=9"),
                    gateway.askLater(account, TestGateway.chat(true, 50), "tokens=5, barrier=9"));
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> gateway.installation.sandbox().log().requests() == before + 2);
            HttpResponse<String> refused = gateway.ask(account, TestGateway.chat(true, 50), "tokens=5");
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(429);
            assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
            JsonNode error = MAPPER.readTree(refused.body()).path("error");
            assertThat(error.path("code").asString()).isEqualTo("too_many_open");
            assertThat(error.path("message").asString()).contains("2 requests open");
            refused = gateway.post(
                    account,
                    "/v1/messages",
                    "{\"model\":\"claude-haiku-4-5\",\"max_tokens\":20,\"messages\":"
                            + "[{\"role\":\"user\",\"content\":\"Hello\"}]}",
                    "tokens=5",
                    "anthropic-version",
                    "2023-06-01");
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(429);
            assertThat(MAPPER.readTree(refused.body())
                            .path("error")
                            .path("type")
                            .asString())
                    .isEqualTo("rate_limit_error");
            assertThat(gateway.ask(other, TestGateway.chat(true, 50), "tokens=5")
                            .statusCode())
                    .isEqualTo(200);
            gateway.releaseSandbox();
            open.forEach(each -> assertThat(each.join().statusCode()).isEqualTo(200));
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> gateway.ask(account, TestGateway.chat(true, 50), "tokens=5")
                                    .statusCode()
                            == 200);
            assertThat(gateway.installation.verify()).containsEntry("ok", true);
        }
    }
}
