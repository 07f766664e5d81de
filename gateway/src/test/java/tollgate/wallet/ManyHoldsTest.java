package tollgate.wallet;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tollgate.pricing.Usd;

/** A wallet has at most so many open holds, and however many it has, a hold looks at none of the others. */
@SuppressWarnings("NullAway.Init") // started before all tests
class ManyHoldsTest {
    private static final int SHARD = 12;
    private static final Duration LIFE = Duration.ofHours(1);

    @TempDir
    static Path folder;

    private static OpenShard on;
    private static ControlPort control;
    private static RedisCommands<String, String> raw;
    private static int made;

    @BeforeAll
    static void start() throws IOException {
        on = new OpenShard(folder, SHARD, new Usd(Usd.MAX_NANO));
        control = on.control;
        raw = on.raw;
    }

    @AfterAll
    static void stop() {
        on.close();
    }

    private static WalletAddress wallet() {
        WalletAddress at = new WalletAddress(SHARD, "o", "w" + made++);
        control.post(new Post(at, at + "-open", EntryKind.OPEN, Usd.ZERO, false, "TEST", "", "t"));
        control.post(new Post(at, at + "-top", EntryKind.TOP_UP, new Usd(1_000_000), false, "TEST", "", "t"));
        return at;
    }

    private static Place place(WalletAddress at, String id, int mostOpen, boolean reinstate, boolean observed) {
        return new Place(
                at,
                id,
                1,
                new Usd(5),
                new Usd(5),
                LIFE,
                LIFE,
                Usd.ZERO,
                0,
                "v",
                "TEST",
                reinstate,
                CapDemands.NONE,
                null,
                observed,
                null,
                mostOpen);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    void of_many_at_once_as_many_are_admitted_as_may_be_open_and_each_that_ends_makes_room_for_one(int most) {
        WalletAddress at = wallet();
        List<CompletableFuture<PlaceResult>> asked = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String id = at.wallet() + "-" + i;
            asked.add(CompletableFuture.supplyAsync(() -> control.place(place(at, id, most, false, i(id) % 2 == 1))));
        }
        List<PlaceResult> results = asked.stream().map(CompletableFuture::join).toList();
        assertThat(results).filteredOn(PlaceResult.Placed.class::isInstance).hasSize(most);
        assertThat(results)
                .filteredOn(each -> !(each instanceof PlaceResult.Placed))
                .containsOnly(new PlaceResult.TooManyOpen(most));
        for (int i = 0; i < 40; i++) {
            if (results.get(i) instanceof PlaceResult.Placed) {
                String id = at.wallet() + "-" + i;
                assertThat(control.place(place(at, id, most, false, false)))
                        .as("sent again it is the same")
                        .isInstanceOf(PlaceResult.Placed.class);
                control.settle(new Settle(at, id, "f", new Usd(1), false, "", false, Settle.Counted.NOTHING));
                assertThat(control.place(place(at, id + "-next", most, false, false)))
                        .isInstanceOf(PlaceResult.Placed.class);
                assertThat(control.place(place(at, id + "-last", most, false, false)))
                        .isEqualTo(new PlaceResult.TooManyOpen(most));
            }
        }
    }

    private static int i(String id) {
        return Integer.parseInt(id.substring(id.indexOf('-') + 1));
    }

    @Test
    void what_a_lost_memory_took_along_is_placed_again_however_many_are_open() {
        WalletAddress at = wallet();
        assertThat(control.place(place(at, at.wallet() + "-a", 1, false, false)))
                .isInstanceOf(PlaceResult.Placed.class);
        assertThat(control.place(place(at, at.wallet() + "-b", 1, true, false))).isInstanceOf(PlaceResult.Placed.class);
        assertThat(control.place(place(at, at.wallet() + "-c", 2, false, false)))
                .isEqualTo(new PlaceResult.TooManyOpen(2));
    }

    /** Keys that grow with what is open: the sorted set of expiries, which is asked for single members only. */
    @ParameterizedTest
    @CsvSource({"place.lua", "settle.lua", "extend.lua", "extend_more.lua", "place_caps.lua", "settle_caps.lua"})
    void no_script_of_an_exchange_reads_a_key_that_grows_with_what_is_open(String script) throws IOException {
        try (InputStream in = Objects.requireNonNull(Script.class.getResourceAsStream(script))) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .doesNotContain("'HGETALL'", "'HKEYS'", "'HVALS'", "'SMEMBERS'", "'ZRANGE", "'ZCARD'", "'SCAN'");
        }
    }

    @Test
    void a_hold_costs_the_same_beside_a_hundred_thousand_others() {
        WalletAddress at = wallet();
        long few = cost(at);
        String expiries = Keys.expiries(SHARD);
        for (int block = 0; block < 100; block++) {
            Object[] members = new Object[2_000];
            for (int i = 0; i < 1_000; i++) {
                members[2 * i] = 9e15;
                members[2 * i + 1] = "other-" + block + "-" + i;
            }
            raw.zadd(expiries, members);
        }
        raw.hset(Keys.wallet(at), "open", "99000");
        long many = cost(at);
        assertThat(many).as("microseconds for 400 holds, before: %s", few).isLessThan(3 * few + 20_000);
    }

    /** Microseconds of Redis for 400 holds, the less of three tries. */
    private static long cost(WalletAddress at) {
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 3; round++) {
            raw.configResetstat();
            for (int i = 0; i < 400; i++) {
                String id = at.wallet() + "-cost" + made++;
                assertThat(control.place(place(at, id, 100_000, false, false))).isInstanceOf(PlaceResult.Placed.class);
                control.settle(new Settle(at, id, "f", Usd.ZERO, false, "", false, Settle.Counted.NOTHING));
            }
            least = Math.min(least, used());
        }
        return least;
    }

    private static long used() {
        return raw.info("commandstats")
                .lines()
                .filter(line -> line.startsWith("cmdstat_evalsha:"))
                .mapToLong(line -> Long.parseLong(line.replaceFirst(".*usec=(\\d+),.*", "$1")))
                .sum();
    }
}
