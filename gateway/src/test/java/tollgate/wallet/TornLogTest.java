package tollgate.wallet;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.Breadth;
import tollgate.embedded.RedisProcess;
import tollgate.pricing.Usd;

/**
 * Redis's log, cut off as a lost machine leaves it: what a script wrote is there whole or not at all.
 *
 * <p>Cuts around the end of every command and some in between; with {@code TOLLGATE_FULL} at every byte of the last two
 * kibibytes.
 */
final class TornLogTest {
    private static final String LOGGED = "appendonly yes\nappendfsync always\nmaxmemory-policy noeviction\n";
    private static final int LAST = 2_048;
    private static final int STRIDE = 67;
    private static final WalletAddress AT = new WalletAddress(3, "o", "w");
    private static final Duration LIFE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private final List<String> states = new ArrayList<>();
    private final List<Long> ends = new ArrayList<>();

    @Test
    void whatever_is_torn_off_the_log_every_script_is_there_whole_or_not_at_all() throws Exception {
        byte[] log = written();
        int from = Math.max((int) (long) ends.getFirst(), log.length - LAST);
        SortedSet<Integer> cuts = new TreeSet<>();
        int stride = Breadth.full() ? 1 : STRIDE;
        for (int cut = from; cut <= log.length; cut += stride) {
            cuts.add(cut);
        }
        ends.forEach(end -> cuts.addAll(List.of((int) (end - 1), (int) (long) end, (int) (end + 1))));
        SortedSet<Integer> looked = cuts.subSet(from, log.length + 1);
        assertThat(looked).hasSizeGreaterThan(30);
        for (int cut : looked) {
            assertThat(states.indexOf(restored(Arrays.copyOf(log, cut))))
                    .as("cut at byte " + cut + " of " + log.length)
                    .isEqualTo(whole(cut));
        }
    }

    /** The last script that is in the log whole, up to a byte. */
    private int whole(int cut) {
        int last = -1;
        while (last + 1 < ends.size() && ends.get(last + 1) <= cut) {
            last++;
        }
        return last;
    }

    /** Runs one of each script, keeping the state and the length of the log after each. */
    private byte[] written() throws Exception {
        try (RedisProcess redis = RedisProcess.start(folder, LOGGED);
                ControlPort control = ControlPort.connect(url(redis), new ShardWatch(), Usd.parse("1"))) {
            Usd held = Usd.parse("2.5");
            control.fence(3, new Fence(true, "line", 1, 0, 0, Duration.ZERO, Duration.ZERO));
            post(control, "open", EntryKind.OPEN, "0");
            post(control, "top", EntryKind.TOP_UP, "100");
            done(redis);
            for (String exchange : List.of("x1", "x2", "x3", "x4")) {
                assertThat(control.place(new Place(
                                AT,
                                exchange,
                                1,
                                held,
                                held,
                                LIFE,
                                LIFE.multipliedBy(60),
                                Usd.ZERO,
                                0,
                                "v",
                                "USD",
                                false)))
                        .isInstanceOf(PlaceResult.Placed.class);
                done(redis);
            }
            settle(control, "x1", "1.25");
            done(redis);
            settle(control, "x2", "0");
            done(redis);
            // an overrun that freezes the wallet
            settle(control, "x3", "9");
            done(redis);
            assertThat(control.setState(AT, 1, "active")).isInstanceOf(SetResult.Done.class);
            done(redis);
            post(control, "adjust", EntryKind.ADJUST, "-3");
            done(redis);
            settle(control, "x4", "2.5");
            done(redis);
            return Files.readAllBytes(log(folder));
        }
    }

    private void done(RedisProcess redis) throws IOException {
        states.add(state(redis));
        ends.add(Files.size(log(folder)));
    }

    private static void post(ControlPort control, String entry, EntryKind kind, String amount) {
        Usd signed = amount.startsWith("-") ? Usd.ZERO.minus(Usd.parse(amount.substring(1))) : Usd.parse(amount);
        assertThat(control.post(new Post(AT, entry, kind, signed, false, "USD", "r", "t")))
                .isInstanceOf(PostResult.Posted.class);
    }

    private static void settle(ControlPort control, String exchange, String total) {
        assertThat(control.settle(new Settle(AT, exchange, "f", Usd.parse(total), false, "chat")))
                .isInstanceOf(SettleResult.Settled.class);
    }

    private String restored(byte[] log) throws Exception {
        Path other = Files.createTempDirectory(folder, "cut");
        Path to = other.resolve("appendonlydir");
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(log(folder).getParent())) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
        Files.write(to.resolve(log(folder).getFileName()), log);
        Path bin = other.resolve("bin");
        if (Files.exists(folder.resolve("bin"))) {
            Files.createSymbolicLink(bin, folder.resolve("bin"));
        }
        try (RedisProcess redis = RedisProcess.start(other, LOGGED)) {
            return state(redis);
        }
    }

    /** Everything that is kept, in words. */
    private static String state(RedisProcess redis) {
        try (RedisClient client = RedisClient.create(url(redis));
                var connection = client.connect()) {
            RedisCommands<String, String> commands = connection.sync();
            StringBuilder words = new StringBuilder();
            for (String key : new TreeSet<>(commands.keys("*"))) {
                words.append(key)
                        .append(' ')
                        .append(
                                switch (commands.type(key)) {
                                    case "hash" -> new TreeMap<>(commands.hgetall(key)).toString();
                                    case "zset" ->
                                        commands.zrangeWithScores(key, 0, -1).toString();
                                    case "stream" ->
                                        commands.xrange(key, Range.unbounded()).toString();
                                    default -> commands.get(key);
                                })
                        .append('\n');
            }
            return words.toString();
        }
    }

    private static Path log(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("appendonlydir"))) {
            return files.filter(file -> file.toString().endsWith(".incr.aof"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static String url(RedisProcess redis) {
        return "redis://127.0.0.1:" + redis.port();
    }
}
