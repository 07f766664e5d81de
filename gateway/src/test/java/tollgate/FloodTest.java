package tollgate;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.TestGateway.Account;
import tollgate.identity.ApiKey;

/** What floods from one address cost Redis: next to nothing. */
@SuppressWarnings("NullAway.Init") // started by every test
class FloodTest {
    private static final int FLOOD = 3_000;

    @TempDir
    Path folder;

    private TestGateway gateway;
    private RedisClient client;
    private StatefulRedisConnection<String, String> redis;

    private void start(String settings) throws Exception {
        gateway = TestGateway.start(folder.resolve("data"), settings).expectingLag();
        client = RedisClient.create(gateway.installation.redis().url());
        redis = client.connect();
    }

    @AfterEach
    void stop() {
        redis.close();
        client.shutdown();
        gateway.close();
    }

    @Test
    void keys_that_are_nobodys_are_looked_up_for_a_moment_only_and_good_ones_are_served_meanwhile() throws Exception {
        start("");
        Account account = gateway.account("10");
        assertThat(gateway.ask(account, TestGateway.chat(false, 10), "tokens=1").statusCode())
                .isEqualTo(200);
        // the first ones come back, and from then on this address is known
        for (int i = 0; i < 40; i++) {
            gateway.ask(stranger(), TestGateway.chat(false, 10), "");
        }
        long before = calls("get");
        long since = System.nanoTime();
        List<CompletableFuture<HttpResponse<String>>> flood = new ArrayList<>();
        for (int i = 0; i < FLOOD; i++) {
            flood.add(gateway.askLater(stranger(), TestGateway.chat(false, 10), ""));
        }
        assertThat(gateway.ask(account, TestGateway.chat(false, 10), "tokens=1").statusCode())
                .as("amid the flood, from the same address")
                .isEqualTo(200);
        int limited = 0;
        for (CompletableFuture<HttpResponse<String>> each : flood) {
            assertThat(each.join().statusCode()).isIn(401, 429);
            limited += each.join().statusCode() == 429 ? 1 : 0;
        }
        long seconds = 1 + (System.nanoTime() - since) / 1_000_000_000;
        assertThat(calls("get") - before)
                .as("look-ups in " + seconds + " s: some each second, and those that were under way by then")
                .isLessThan(seconds * 150);
        assertThat(limited).isGreaterThan(FLOOD / 2);
        assertThat(calls("evalsha")).as("holds").isLessThan(400);
    }

    @Test
    void more_requests_from_one_address_than_it_may_send_reach_nothing() throws Exception {
        start("limits: {per_address: 60}");
        Account account = gateway.account("10");
        long before = calls("evalsha");
        long since = System.nanoTime();
        List<CompletableFuture<HttpResponse<String>>> flood = new ArrayList<>();
        for (int i = 0; i < FLOOD; i++) {
            flood.add(gateway.askLater(account, TestGateway.chat(false, 10), "tokens=1"));
        }
        int good = 0;
        for (CompletableFuture<HttpResponse<String>> each : flood) {
            HttpResponse<String> answer = each.join();
            good += answer.statusCode() == 200 ? 1 : 0;
            if (answer.statusCode() != 200) {
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(429);
                assertThat(answer.body()).contains("too_many_requests");
                assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
            }
        }
        assertThat(gateway.get(account, "/readyz").statusCode())
                .as("how we are is told whatever comes")
                .isEqualTo(200);
        long seconds = 2 + (System.nanoTime() - since) / 1_000_000_000;
        assertThat(good).isPositive().isLessThanOrEqualTo((int) seconds * 60);
        // a place and a settlement each, and what the books do of themselves
        assertThat(calls("evalsha") - before).isLessThan(2L * good + seconds * 60);
    }

    @Test
    void who_guesses_admin_keys_is_not_told_for_a_while() throws Exception {
        start("");
        try (HttpClient http = HttpClient.newHttpClient()) {
            int limited = 0;
            for (int i = 0; i < 200; i++) {
                HttpResponse<String> answer = asked(http, "tg_admin_guess" + i);
                assertThat(answer.statusCode()).isIn(401, 429);
                if (answer.statusCode() == 429) {
                    limited++;
                    assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
                    assertThat(answer.body()).contains("too_many_wrong_keys");
                }
            }
            assertThat(limited).isGreaterThan(50);
            HttpResponse<String> good = asked(http, TestGateway.ADMIN_KEY);
            while (good.statusCode() == 429) {
                good = asked(http, TestGateway.ADMIN_KEY);
            }
            assertThat(good.statusCode()).as("a second later").isEqualTo(200);
        }
    }

    private HttpResponse<String> asked(HttpClient http, String key) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(gateway.installation.adminUrl() + "/admin/v1/wallets"))
                        .header("Authorization", "Bearer " + key)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static Account stranger() {
        return new Account("", ApiKey.mint(ApiKey.Kind.TEST));
    }

    private long calls(String command) {
        Matcher calls = Pattern.compile("cmdstat_" + command + ":calls=(\\d+)")
                .matcher(redis.sync().info("commandstats"));
        return calls.find() ? Long.parseLong(calls.group(1)) : 0;
    }
}
