package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tollgate.TestGateway.Account;
import tollgate.pricing.Usd;
import tools.jackson.databind.json.JsonMapper;

/** A wallet is never spent twice, however many ask at once. */
@Tag("wide")
class OverspendTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    @TempDir
    static Path folder;

    private static TestGateway gateway;

    @BeforeAll
    static void start() throws IOException {
        // what is shown is what is admitted, not how fast: a starved machine must not turn a refusal into a 503
        gateway = TestGateway.start(folder.resolve("data"), "redis: {place_wait_ms: 20000}")
                .expectingLag();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    static LongStream seeds() {
        return Breadth.seeds(5, 20);
    }

    @AfterEach
    void the_books_are_exact_and_nothing_is_held() {
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            var verified = gateway.installation.verify();
            assertThat(verified.get("problems")).asString().isEqualTo("[]");
            assertThat(verified.get("journal_pending")).isEqualTo(0);
            assertThat(String.valueOf(verified.get("wallets"))).doesNotContainPattern("held=0\\.0*[1-9]");
        });
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void of_a_thousand_requests_at_once_exactly_the_37_that_are_paid_for_reach_the_upstream(long seed)
            throws Exception {
        Random random = new Random(seed);
        boolean stream = seed % 2 == 0;
        int ceiling = 100 + random.nextInt(8_000);
        int tokens = 1 + random.nextInt(40);
        // each may cost what its ceiling of output and the bound of its input do
        Account probe = gateway.account("0");
        String needed = MAPPER.readTree(gateway.ask(probe, TestGateway.chat(stream, ceiling), "")
                        .body())
                .path("error")
                .path("needed")
                .asString();
        Usd each = Usd.parse(needed);
        long spare = random.nextLong(each.nano());
        Account account = gateway.account(new Usd(each.nano() * 37 + spare).toString());
        long before = gateway.installation.sandbox().log().requests();
        List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            asked.add(
                    gateway.askLater(account, TestGateway.chat(stream, ceiling), "tokens=" + tokens + ", barrier=38"));
        }
        // while 37 wait at the upstream, all others are decided; only then may money flow back
        await().atMost(Duration.ofSeconds(60))
                .until(() -> asked.stream().filter(CompletableFuture::isDone).count() == 963);
        gateway.releaseSandbox();
        int good = 0;
        for (CompletableFuture<HttpResponse<String>> one : asked) {
            int status = one.join().statusCode();
            assertThat(status).isIn(200, 402, 429);
            good += status == 200 ? 1 : 0;
        }
        assertThat(good).isEqualTo(37);
        assertThat(gateway.installation.sandbox().log().requests() - before).isEqualTo(37);
    }
}
