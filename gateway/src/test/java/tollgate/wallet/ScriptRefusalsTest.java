package tollgate.wallet;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tollgate.pricing.Usd;

/** Every script with arguments and keys that no caller of ours sends: a refusal that has a name, and nothing is written. */
@SuppressWarnings("NullAway.Init") // started before all tests
class ScriptRefusalsTest {
    private static final IdempotencyMark MARK = new IdempotencyMark("k_1", "n-a_me", "print");
    private static final WalletAddress AT = new WalletAddress(3, "o", "w");
    private static final Set<String> NAMED = Set.of(
            "VERSION",
            "FENCED",
            "BEHIND",
            "CORRUPT",
            "RANGE",
            "CONFLICT",
            "UNKNOWN",
            "CUR",
            "STATE",
            "FUNDS",
            "NO_HOLD",
            "NOT_DUE",
            "DONE",
            "STALE",
            "STALE_WINDOW",
            "STALE_CAP",
            "CAP",
            "CAPS",
            "LOST_RACE",
            "FOREIGN",
            "GAP",
            "FORK",
            "MAX_LIFE",
            "EXPIRED",
            "STALE_POLICY",
            "FULL",
            "GRANT_DUE",
            "GRANTS_FULL",
            "HELD");
    private static final List<String> NO_NUMBERS = List.of(
            "",
            " ",
            "-1",
            "9007199254740991",
            "9007199254740993",
            "-9007199254740993",
            "9000000000000001",
            "1" + "0".repeat(30),
            "1e3",
            "1.5",
            " 1",
            "1 ",
            "01",
            "+1",
            "-0",
            "0x10",
            "nan",
            "inf",
            "-",
            "one",
            "1\n",
            "١");
    private static final List<String> NO_FLAGS = List.of("", "2", "3", "4", "-1", "true", "1e0", "01", " 1");

    private static final Move MOVED_IN = new Move.WalletIn(
            new WalletAddress(3, "o", "new"),
            5,
            7,
            new Usd(5),
            "USD",
            "active",
            2,
            "g2,g,9000000000000000,-5,50;over,v,3,500");
    private static final Move COUNTED_IN = new Move.CounterIn(AT, 5, "n:s", "n:s,v,2,2;n:s,m,0,-5;n:s,rate,12/34");

    @TempDir
    static Path folder;

    private static OpenShard on;
    private static ControlPort control;
    private static RedisCommands<String, String> raw;
    private static final Map<String, byte[]> DUMPS = new TreeMap<>();
    private static Map<String, String> before;
    private static String digestBefore;

    @BeforeAll
    static void a_wallet_with_an_open_exchange_under_a_cap() throws IOException {
        on = new OpenShard(folder, 3, Usd.parse("10"));
        control = on.control;
        raw = on.raw;
        control.post(new Post(AT, "open", EntryKind.OPEN, Usd.ZERO, false, "USD", "r", "t"));
        control.post(new Post(AT, "top", EntryKind.TOP_UP, Usd.parse("100"), false, "USD", "r", "t"));
        control.post(grant("grant", "g"));
        control.setPolicy(AT, 1);
        assertThat(control.place(place("x", caps()))).isInstanceOf(PlaceResult.Placed.class);
        assertThat(control.place(place("y", CapDemands.NONE))).isInstanceOf(PlaceResult.Placed.class);
        raw.keys("*").forEach(key -> DUMPS.put(key, raw.dump(key)));
        before = everything();
        digestBefore = digest();
    }

    @AfterAll
    static void stop() {
        on.close();
    }

    private static CapDemands caps() {
        return new CapDemands(
                List.of(
                        new CapDemand(
                                "c", "s", 1, 0, CapUnit.USD, 1L << 50, 0, 0, CapDemand.NEVER_MS, CapDemand.NEVER_MS),
                        new CapDemand("t", "s", 1, 0, CapUnit.TOKENS, 1L << 50, 60_000, 0, 0, 0)),
                10,
                20);
    }

    private static Extend extend(String exchange, HeldCaps caps) {
        Renew renewal = new Renew(AT, exchange, 1, new Usd(5), Duration.ofSeconds(60), 5);
        List<Extend.Known> known = caps.counters().stream()
                .map(each -> new Extend.Known(1, 1L << 50))
                .toList();
        return new Extend(renewal, Usd.parse("1.5"), Usd.parse("2"), new Extend.Caps(caps, known, 25, 30));
    }

    private static Place place(String exchange, CapDemands caps) {
        Usd held = Usd.parse("1");
        Duration life = Duration.ofDays(1);
        return new Place(AT, exchange, 1, held, held, life, life, Usd.ZERO, 1, "v", "USD", false, caps);
    }

    private static Place named(CapDemands caps) {
        Place plain = place("new", caps);
        return new Place(
                plain.at(),
                plain.exchange(),
                plain.generation(),
                plain.min(),
                plain.want(),
                plain.life(),
                plain.maxLife(),
                plain.accrued(),
                plain.policy(),
                plain.priceVersion(),
                plain.currency(),
                false,
                caps,
                new IdempotencyMark.Claim(MARK, "x_1-2"),
                false,
                null,
                Place.USUAL_MOST_OPEN);
    }

    private static Reapply named(Reapply plain) {
        return new Reapply(
                plain.at(),
                plain.line(),
                plain.epoch(),
                plain.entry(),
                plain.currency(),
                plain.taken(),
                plain.kept(),
                plain.moves(),
                plain.granted(),
                plain.burnt(),
                plain.overruns(),
                plain.gone(),
                new Reapply.Named(MARK, Duration.ofHours(1)));
    }

    private static Reapply moving(
            String entry, String wallet, String kind, long seq, List<Reapply.Move> moves, List<String> gone) {
        LedgerEntry booked = new LedgerEntry(
                "",
                entry,
                "o",
                wallet,
                "",
                seq,
                4,
                1,
                kind,
                new Usd(5),
                new Usd(5),
                Usd.ZERO,
                Usd.ZERO,
                1,
                "move",
                false,
                0,
                "",
                "r",
                "");
        return new Reapply(
                new WalletAddress(3, "o", wallet),
                "line",
                1,
                booked,
                "USD",
                5,
                true,
                moves,
                List.of(),
                List.of(),
                moves.isEmpty() ? "" : "2,2",
                gone,
                null);
    }

    private static Post grant(String entry, String id) {
        GrantMove terms = new GrantMove(id, GrantMove.NEVER_MS, 50, 5);
        return new Post(AT, entry, EntryKind.GRANT, new Usd(5), false, "USD", "r", "t", List.of(terms));
    }

    /**
     * A call that would be good.
     *
     * @param numbers which arguments are numbers, from 1 as in Lua
     * @param flags which are 1 or 0
     * @param names which must say something
     */
    record Good(String story, Call call, List<Integer> numbers, List<Integer> flags, List<Integer> names) {
        @Override
        public String toString() {
            return story;
        }
    }

    private static ControlPort.Gone known(Settle settle) {
        return new ControlPort.Gone(settle, Usd.ZERO, -1, List.of());
    }

    static Stream<Good> calls() {
        Settle settle = new Settle(AT, "y", "f", Usd.parse("0.5"), false, "r");
        Settle gone = new Settle(AT, "z", "f", Usd.parse("0.5"), false, "r");
        Settle capped = new Settle(
                AT,
                "x",
                "f",
                Usd.parse("0.5"),
                false,
                "r",
                false,
                new Settle.Counted(control.exchange(3, "x").orElseThrow().caps(), 15, true));
        Settle goneUnderCaps = new Settle(AT, "z", "f", Usd.parse("0.5"), false, "r", false, capped.counted());
        LedgerEntry entry = new LedgerEntry(
                "",
                "e",
                "o",
                "w",
                "x",
                4,
                4,
                1,
                "settle",
                new Usd(-5),
                new Usd(5),
                Usd.ZERO,
                Usd.ZERO,
                1,
                "f",
                false,
                0,
                "",
                "r",
                "");
        GrantMove move = new GrantMove("g", GrantMove.NEVER_MS, 50, -5);
        Reapply again = new Reapply(
                AT,
                "line",
                1,
                entry,
                "USD",
                5,
                true,
                List.of(new Reapply.Move("c:s", 0, 5)),
                List.of(move),
                List.of(move.moving(5)),
                "3,500",
                List.of(),
                null);
        return Stream.of(
                new Good(
                        "place",
                        Calls.place(place("new", CapDemands.NONE), 0),
                        List.of(2, 3, 7, 8, 9, 10, 11, 12, 13, 16),
                        List.of(15),
                        List.of(1, 4, 5, 6, 17)),
                new Good(
                        "place under caps",
                        Calls.place(place("new", caps()), 0),
                        List.of(18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29, 31),
                        List.of(),
                        List.of(22)),
                new Good(
                        "place what has a name",
                        Calls.place(named(CapDemands.NONE), 0),
                        List.of(2, 3, 7, 8, 9, 10, 11, 12, 13, 16),
                        List.of(15),
                        List.of(1, 4, 5, 6, 17, 18)),
                new Good(
                        "place what has a name under caps",
                        Calls.place(named(caps()), 0),
                        List.of(18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29, 31),
                        List.of(),
                        List.of(22, 36)),
                new Good(
                        "extend",
                        Calls.renew(new Renew(AT, "y", 1, new Usd(5), Duration.ofSeconds(60)), 0),
                        List.of(2, 3, 5, 6, 7, 8, 9, 10),
                        List.of(),
                        List.of(1, 4)),
                new Good(
                        "extend by more",
                        Calls.extend(extend("y", HeldCaps.NONE), 0),
                        List.of(2, 3, 5, 6, 7, 8, 9, 10),
                        List.of(),
                        List.of(1, 4)),
                new Good(
                        "extend by more under caps",
                        Calls.extend(extend("x", capped.counted().caps()), 0),
                        List.of(2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16),
                        List.of(),
                        List.of(1, 4)),
                new Good(
                        "settle finally",
                        Calls.settle(settle, Usd.parse("10"), 0),
                        List.of(2, 3, 9, 15),
                        List.of(10),
                        List.of(1, 4, 5, 6, 7, 8)),
                new Good(
                        "settle what is capped",
                        Calls.settle(capped, Usd.parse("10"), 0),
                        List.of(2, 3, 9, 15, 17, 18),
                        List.of(10, 19),
                        List.of(1, 4, 5, 6, 7, 8)),
                new Good(
                        "replay",
                        Calls.replay(known(gone), 0),
                        List.of(2, 3, 9, 12),
                        List.of(10),
                        List.of(1, 4, 5, 6, 7, 8)),
                new Good(
                        "replay under caps",
                        Calls.replay(known(goneUnderCaps), 0),
                        List.of(2, 3, 9, 12, 17, 18),
                        List.of(10, 19),
                        List.of(1, 4, 5, 6, 7, 8)),
                new Good(
                        "adjust",
                        Calls.adjust(known(gone), false, 0),
                        List.of(2, 3, 9, 12),
                        List.of(10, 13),
                        List.of(1, 4, 5, 6, 7, 8)),
                new Good(
                        "adjust under caps",
                        Calls.adjust(known(goneUnderCaps), false, 0),
                        List.of(2, 3, 9, 12, 17, 18),
                        List.of(10, 13, 19),
                        List.of(1, 4, 5, 6, 7, 8)),
                new Good(
                        "expire",
                        Calls.expire(settle, new DueHold("y", "o", "w", 1, 1), 0),
                        List.of(2, 3, 13, 14),
                        List.of(10),
                        List.of(1, 4, 5, 7, 8)),
                new Good(
                        "tick",
                        Calls.tick(3, List.of(Keys.posted(3, "top")), 0),
                        List.of(2, 3),
                        List.of(),
                        List.of(1, 4)),
                new Good(
                        "post",
                        Calls.post(new Post(AT, "p", EntryKind.ADJUST, new Usd(5), false, "USD", "r", "t"), 0),
                        List.of(2, 3, 8),
                        List.of(9),
                        List.of(1, 4, 5, 6, 7, 10)),
                new Good(
                        "post a grant",
                        Calls.post(grant("p", "other"), 0),
                        List.of(2, 3, 8),
                        List.of(9),
                        List.of(1, 4, 5, 6, 7, 10, 13)),
                new Good(
                        "expire grants",
                        Calls.expireGrants(AT, "USD", 0),
                        List.of(2, 3, 8),
                        List.of(9),
                        List.of(1, 4, 5, 6, 7, 10)),
                new Good(
                        "set a state",
                        Calls.set(AT, "state", 1, "frozen", 0),
                        List.of(2, 3, 5),
                        List.of(),
                        List.of(1, 4, 6)),
                new Good("set a policy", Calls.set(AT, "pol", 2, "", 0), List.of(2, 3, 5), List.of(), List.of(1, 4)),
                new Good(
                        "set a mark",
                        Calls.setMark(AT, MARK, "y", Duration.ofHours(1), 0),
                        List.of(2, 3, 5),
                        List.of(),
                        List.of(1, 4, 6, 7)),
                new Good(
                        "reset a cap",
                        Calls.setCap(AT, "cap_reset", "c:s", 2, 0),
                        List.of(2, 3, 5),
                        List.of(),
                        List.of(1, 4, 6)),
                new Good(
                        "fence",
                        Calls.fence(3, new Fence(false, "line", 2, 1, 3, Duration.ofSeconds(1), Duration.ofSeconds(1))),
                        List.of(4, 5, 6, 7, 8),
                        List.of(),
                        List.of(1, 2, 3)),
                new Good(
                        "fence for reinstated holds",
                        Calls.endReinstating(3, "line", 1),
                        List.of(4, 5, 6, 7, 8),
                        List.of(),
                        List.of(1, 2, 3)),
                new Good(
                        "fence that closes",
                        Calls.close(3, new ShardState("line", "", 1, 3, 0)),
                        List.of(4, 5, 6, 7, 8),
                        List.of(),
                        List.of(1, 2, 3)),
                new Good(
                        "reapply",
                        Calls.reapply(again, HeldCaps.NONE),
                        List.of(3, 4, 10, 11, 12, 15, 16, 17),
                        List.of(18),
                        List.of(1, 2, 5, 7, 9)),
                new Good(
                        "move a wallet out",
                        MoveCalls.of(new Move.WalletOut(AT, 5, 3, new Usd(100_000_000_005L), List.of("z")), 0),
                        List.of(2, 3, 5, 8, 9),
                        List.of(),
                        List.of(1, 4, 6, 7)),
                new Good(
                        "move a wallet in",
                        MoveCalls.of(MOVED_IN, 0),
                        List.of(2, 3, 5, 8, 9, 12),
                        List.of(),
                        List.of(1, 4, 6, 7, 10, 11)),
                new Good(
                        "move a counter out",
                        MoveCalls.of(new Move.CounterOut(AT, 5, "c:s"), 0),
                        List.of(2, 3, 5),
                        List.of(),
                        List.of(1, 4, 6, 7)),
                new Good(
                        "move a counter in",
                        MoveCalls.of(COUNTED_IN, 0),
                        List.of(2, 3, 5),
                        List.of(),
                        List.of(1, 4, 6, 7, 8)),
                new Good(
                        "reapply a wallet that leaves",
                        Calls.reapply(moving("mv:5:w:out", "w", "move_out", 4, List.of(), List.of("z")), HeldCaps.NONE),
                        List.of(3, 4, 10, 11, 12, 15, 16, 17),
                        List.of(18),
                        List.of(1, 2, 5, 7, 9)),
                new Good(
                        "reapply a wallet that comes",
                        Calls.reapply(moving("mv:5:new:in", "new", "move_in", 8, List.of(), List.of()), HeldCaps.NONE),
                        List.of(3, 4, 10, 11, 12, 15, 16, 17),
                        List.of(18),
                        List.of(1, 2, 5, 7, 9)),
                new Good(
                        "reapply a counter that comes",
                        Calls.reapply(
                                moving(
                                        "mv:5:n:s:in",
                                        "mv:5:n:s",
                                        "counter_in",
                                        2,
                                        List.of(new Reapply.Move("n:s", 0, 5)),
                                        List.of()),
                                HeldCaps.NONE),
                        List.of(3, 4, 10, 11, 12, 15, 16, 17, 22, 23),
                        List.of(18),
                        List.of(1, 2, 5, 7, 9, 21)),
                new Good(
                        "reapply what has a name",
                        Calls.reapply(named(again), HeldCaps.NONE),
                        List.of(3, 4, 10, 11, 12, 15, 16, 17, 25),
                        List.of(18),
                        List.of(1, 2, 5, 7, 9, 24)));
    }

    @ParameterizedTest
    @MethodSource("calls")
    void what_no_caller_sends_is_refused_by_name_and_writes_nothing(Good good) {
        String[] args = good.call.args();
        String[] keys = good.call.keys();
        for (int number : good.numbers) {
            for (String bad : NO_NUMBERS) {
                if (bad.equals("-1") && signed(good, number)) {
                    continue;
                }
                refused(good, "argument " + number + " '" + bad + "'", keys, changed(args, number, bad));
            }
        }
        for (int flag : good.flags) {
            for (String bad : NO_FLAGS) {
                if ((bad.equals("2") || bad.equals("3")) && good.story.startsWith("place")) {
                    // they are modes of it
                    continue;
                }
                refused(good, "flag " + flag + " '" + bad + "'", keys, changed(args, flag, bad));
            }
        }
        for (int name : good.names) {
            refused(good, "name " + name, keys, changed(args, name, ""));
        }
        for (int count = 0; count < args.length; count++) {
            refused(good, count + " arguments", keys, Arrays.copyOf(args, count));
        }
        int needed = switch (good.story) {
            case "tick" -> 1;
            case "reapply a wallet that leaves" -> 5;
            default -> keys.length;
        };
        for (int count = 0; count < needed; count++) {
            refused(good, count + " keys", Arrays.copyOf(keys, count), args);
        }
        for (int key = 1; key <= keys.length; key++) {
            for (String foreign : List.of("", "{s4}", "{s33}", "s3", "{}{s3}", "{s3")) {
                String bad = keys[key - 1].replace("{s3}", foreign);
                refused(good, "key " + bad, changed(keys, key, bad), args);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("calls")
    void a_key_of_another_type_is_refused_by_name_and_writes_nothing(Good good) {
        for (String key : good.call.keys()) {
            byte[] kept = raw.dump(key);
            for (String type : List.of("string", "list", "hash", "zset", "stream")) {
                if (unread(good, key, type) || type.equals(raw.type(key)) || (kept == null && type.equals("hash"))) {
                    continue;
                }
                raw.del(key);
                switch (type) {
                    case "string" -> raw.set(key, "1");
                    case "list" -> raw.lpush(key, "1");
                    case "zset" -> raw.zadd(key, 1, "1");
                    case "stream" -> raw.xadd(key, "a", "1");
                    default -> raw.hset(key, "other", "1");
                }
                Map<String, String> now = everything();
                List<Object> reply = ask(good, good.call.keys(), good.call.args());
                // a shard or wallet that is a hash of something else is not open
                boolean ignored = good.story.equals("tick") && !key.endsWith(":m");
                assertThat(String.valueOf(reply.getFirst()))
                        .as("%s: %s as %s: %s", good, key, type, reply)
                        .isIn(ignored ? Set.of("OK") : NAMED);
                assertThat(everything()).as("%s: %s as %s", good, key, type).isEqualTo(now);
                raw.del(key);
                if (kept != null) {
                    raw.restore(key, 0, kept);
                }
            }
        }
        assertThat(everything()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "3",
                "3,",
                ",5",
                "3,-1",
                "-3,1",
                "3,1,1",
                "03,1",
                "3,01",
                "3,1e12",
                "3,1.5",
                "3,9007199254740993",
                "3,1000000000000000000000000000000"
            })
    void overruns_of_nonsense_are_refused_when_an_entry_is_booked_again(String bad) {
        Good reapply =
                calls().filter(good -> good.story.equals("reapply")).findFirst().orElseThrow();
        refused(reapply, "overruns '" + bad + "'", reapply.call.keys(), changed(reapply.call.args(), 21, bad));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                ";",
                "g2",
                "g2,g,1,-5",
                "g2,g,1,5,50",
                "g2,g,1,-5,-1",
                "g2,g,1,-0,50",
                "g2,g,01,-5,50",
                "g2,g,1,-5,50;",
                "g2,g,1,-9007199254740993,50",
                "g2,x,1,-5,50",
                "over,v,3",
                "over,v,3,0",
                "over,v,3,-1",
                "over,v,3,1000000000000000000000000000000",
                "c:s,m,0,-5"
            })
    void what_a_wallet_does_not_bring_along_is_refused(String bad) {
        Good in = good("move a wallet in");
        refused(in, "moved '" + bad + "'", in.call.keys(), changed(in.call.args(), 13, bad));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "n:s",
                "n:s,m,0,-5",
                "n:s,v,2",
                "n:s,v,2,1",
                "n:s,v,-2,0",
                "n:s,v,2,2;",
                "n:s,v,2,2;n:s,m,0,5",
                "n:s,v,2,2;n:s,m,0,-0",
                "n:s,v,2,2;n:s,m,-1,-5",
                "n:s,v,2,2;n:s,m,0,-9007199254740993",
                "n:s,v,2,2;n:t,m,0,-5",
                "n:s,v,2,2;n:s,k,-1",
                "n:s,v,2,2;n:s,k,",
                "n:s,v,2,2;n:s,rate,1",
                "n:s,v,2,2;n:s,rate,-1/2",
                "n:s,v,2,2;n:s,other,1",
                "g2,g,1,-5,50"
            })
    void what_a_counter_does_not_bring_along_is_refused(String bad) {
        Good in = good("move a counter in");
        refused(in, "moved '" + bad + "'", in.call.keys(), changed(in.call.args(), 8, bad));
    }

    @Test
    void what_moves_in_is_as_the_calls_say_and_again_changes_nothing() {
        assertThat(control.move(MOVED_IN)).isEqualTo(new MoveResult.Done(8));
        assertThat(control.move(COUNTED_IN)).isEqualTo(new MoveResult.Done(2));
        Map<String, String> then = everything();
        assertThat(control.move(MOVED_IN)).isEqualTo(new MoveResult.Done(8));
        assertThat(control.move(COUNTED_IN)).isEqualTo(new MoveResult.Done(2));
        assertThat(everything()).isEqualTo(then);
        assertThat(raw.hgetall("{s3}:w:new"))
                .containsEntry("bal", "5")
                .containsEntry("seq", "8")
                .containsEntry("over", "500")
                .containsEntry("over_ver", "3")
                .containsEntry("nexp", "9000000000000000");
        assertThat(raw.hgetall("{s3}:g:new")).containsExactly(Map.entry("1", "g2,9000000000000000,50,5"));
        assertThat(raw.hgetall("{s3}:c:n:s"))
                .containsEntry("0:s", "5")
                .containsEntry("rv", "2")
                .containsEntry("lvl", "12")
                .containsEntry("at", "34");
        assertThat(control.move(new Move.WalletOut(AT, 6, 3, new Usd(100_000_000_005L), List.of())))
                .isEqualTo(new MoveResult.Held(2));
        assertThat(control.move(new Move.CounterOut(AT, 6, "c:s"))).isInstanceOf(MoveResult.Held.class);
    }

    private static Good good(String story) {
        return calls().filter(good -> good.story.equals(story)).findFirst().orElseThrow();
    }

    /** An amount that may be below zero. */
    private static boolean signed(Good good, int number) {
        return (good.story.equals("post") && number == 8)
                || (good.call.script() == Script.SETTLE && number == 17)
                || (good.story.startsWith("move a wallet") && number == 9)
                || (good.story.equals("reapply a counter that comes") && number > 21)
                || (good.story.startsWith("reapply") && (number == 10 || number == 11 || number == 17));
    }

    /** A script does not look at every key each time, and what is a hash may be one that says nothing. */
    private static boolean unread(Good good, String key, String type) {
        return (key.contains(":o:")
                        && (type.equals("hash")
                                || Stream.of("state", "reset a cap", "mark").anyMatch(good.story::contains)))
                || (key.contains(":w:") && List.of("extend", "set a policy").contains(good.story))
                || (key.contains(":c:") && type.equals("hash") && !good.story.startsWith("place"))
                || (key.contains(":x:") && type.equals("hash") && good.story.equals("expire"))
                || (key.contains(":g:") && good.story.contains("counter"));
    }

    @BeforeEach
    void as_it_was_at_the_start() {
        raw.flushall();
        DUMPS.forEach((key, dump) -> raw.restore(key, 0, dump));
    }

    private static void refused(Good good, String what, String[] keys, String[] args) {
        List<Object> reply = ask(good, keys, args);
        assertThat(String.valueOf(reply.getFirst()))
                .as("%s with %s: %s", good, what, reply)
                .isIn(NAMED);
        if (!digest().equals(digestBefore)) {
            assertThat(everything()).as("%s with %s: %s", good, what, reply).isEqualTo(before);
        }
    }

    /** Of every key and what it holds, in one go. */
    private static String digest() {
        return raw.eval(
                "local keys, all = redis.call('KEYS', '*'), {} table.sort(keys)"
                        + " for i, key in ipairs(keys) do all[i] = key .. redis.call('DUMP', key) end"
                        + " return redis.sha1hex(table.concat(all))",
                ScriptOutputType.VALUE);
    }

    private static List<Object> ask(Good good, String[] keys, String[] args) {
        boolean closed = good.call.script() == Script.REAPPLY
                && raw.type("{s3}:m").equals("hash")
                && raw.hexists("{s3}:m", "line");
        String run = closed ? control.run() : "";
        if (closed) {
            // entries are booked again only while nobody writes
            raw.hset("{s3}:m", "run", "another");
        }
        try {
            return raw.eval(good.call.script().text(), ScriptOutputType.MULTI, keys, args);
        } finally {
            if (closed) {
                raw.hset("{s3}:m", "run", run);
            }
        }
    }

    private static String[] changed(String[] all, int number, String to) {
        String[] other = all.clone();
        other[number - 1] = to;
        return other;
    }

    private static Map<String, String> everything() {
        Map<String, String> all = new TreeMap<>();
        List<String> keys = new ArrayList<>(raw.keys("*"));
        for (String key : keys) {
            byte[] dump = raw.dump(key);
            all.put(key, dump == null ? "" : HexFormat.of().formatHex(dump));
        }
        return all;
    }
}
