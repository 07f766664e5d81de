package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.TestGateway.Account;
import tollgate.pricing.Usd;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A cap is never passed, however many ask at once and however rich the wallet is. */
@SuppressWarnings("NullAway.Init") // started before all tests
class CapOverspendTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    @TempDir
    static Path folder;

    private static TestGateway gateway;
    private static ControlPlane control;

    @BeforeAll
    static void start() throws Exception {
        gateway = TestGateway.start(folder.resolve("data"), "redis: {place_wait_ms: 20000}")
                .expectingLag();
        control = new ControlPlane(gateway);
    }

    @AfterAll
    static void stop() {
        control.close();
        gateway.close();
    }

    @AfterEach
    void the_books_are_exact_and_nothing_is_held() {
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            assertThat(gateway.installation.verify().get("problems")).asString().isEqualTo("[]");
            assertThat(gateway.installation.verify().get("journal_pending")).isEqualTo(0);
        });
    }

    @ParameterizedTest(name = "{0} per {1}")
    @CsvSource({
        "usd, month, false, false",
        "tokens, day, false, true",
        "requests, hour, true, false",
        "usd, day, true, true",
        "usd, lifetime, false, false",
    })
    void of_a_thousand_requests_at_once_exactly_the_37_that_the_cap_affords_reach_the_upstream(
            String unit, String per, boolean rolling, boolean stream) throws Exception {
        String wallet = gateway.account("9000").wallet();
        Account account = control.key(wallet, "");
        String scope = "{'scope':'wallet:" + wallet + "','per':'" + per + "','rolling':" + rolling + ",'" + unit + "':";
        String cap = control.made("caps", scope + (unit.equals("usd") ? "'0'" : "0") + "}");
        JsonNode refused = MAPPER.readTree(
                gateway.ask(account, TestGateway.chat(stream, 500), "").body());
        String needed = refused.path("error").path("needed").asString();
        long each = unit.equals("usd") ? Usd.parse(needed).nano() : Long.parseLong(needed);
        long limit = each * 38 - 1;
        control.post("caps", scope + (unit.equals("usd") ? "'" + new Usd(limit) + "'" : limit) + "}");
        long before = gateway.installation.sandbox().log().requests();
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong most = new AtomicLong();
        Thread watching = Thread.ofVirtual().start(() -> watch(cap, unit, over, most));
        List<CompletableFuture<HttpResponseOf>> asked = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            asked.add(gateway.askLater(account, TestGateway.chat(stream, 500), "tokens=7, barrier=38")
                    .thenApply(answer -> new HttpResponseOf(answer.statusCode(), answer.body())));
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> asked.stream().filter(CompletableFuture::isDone).count() == 963);
        gateway.releaseSandbox();
        int good = 0;
        for (CompletableFuture<HttpResponseOf> one : asked) {
            HttpResponseOf answer = one.join();
            assertThat(answer.status).as(answer.body).isIn(200, 429, 402);
            assertThat(answer.status == 200 || answer.body.contains(cap))
                    .as(answer.body)
                    .isTrue();
            good += answer.status == 200 ? 1 : 0;
        }
        over.set(true);
        watching.join();
        assertThat(good).isEqualTo(37);
        assertThat(gateway.installation.sandbox().log().requests() - before).isEqualTo(37);
        assertThat(most.get()).as("spent and held, at most").isPositive().isLessThanOrEqualTo(limit);
    }

    private record HttpResponseOf(int status, String body) {}

    private static void watch(String cap, String unit, AtomicBoolean over, AtomicLong most) {
        while (!over.get()) {
            try {
                for (JsonNode counter : control.good("GET", "caps/" + cap, "").path("counters")) {
                    long all = amount(unit, counter.path("spent")) + amount(unit, counter.path("held"));
                    most.accumulateAndGet(all, Math::max);
                }
            } catch (java.io.IOException | InterruptedException gone) {
                throw new IllegalStateException(gone);
            }
        }
    }

    private static long amount(String unit, JsonNode shown) {
        return unit.equals("usd") ? Usd.parse(shown.asString()).nano() : Long.parseLong(shown.asString());
    }
}
