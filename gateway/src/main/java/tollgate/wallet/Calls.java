package tollgate.wallet;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tollgate.pricing.Usd;

/** Turns commands into script calls, in the order of keys and arguments that each script's header states. Stateless. */
final class Calls {
    /** Open holds that one wallet may have. */
    private static final String MOST_OPEN = "100000";

    private Calls() {}

    static Call place(Place place, long n) {
        WalletAddress at = place.at();
        return new Call(
                Script.PLACE,
                at.shard(),
                new String[] {
                    Keys.shard(at.shard()),
                    Keys.organisation(at),
                    Keys.wallet(at),
                    Keys.exchange(at.shard(), place.exchange()),
                    Keys.expiries(at.shard())
                },
                new String[] {
                    Script.VERSION,
                    Long.toString(n),
                    now(),
                    place.exchange(),
                    at.organisation(),
                    at.wallet(),
                    Integer.toString(place.generation()),
                    nano(place.min().nano()),
                    nano(place.want().nano()),
                    ms(place.life()),
                    ms(place.maxLife()),
                    nano(place.accrued().nano()),
                    Long.toString(place.policy()),
                    place.priceVersion(),
                    place.reinstate() ? "1" : "0",
                    MOST_OPEN
                });
    }

    static Call renew(Renew renew, long n) {
        WalletAddress at = renew.at();
        return new Call(
                Script.EXTEND,
                at.shard(),
                new String[] {
                    Keys.shard(at.shard()),
                    Keys.wallet(at),
                    Keys.exchange(at.shard(), renew.exchange()),
                    Keys.expiries(at.shard())
                },
                new String[] {
                    Script.VERSION,
                    Long.toString(n),
                    now(),
                    renew.exchange(),
                    Integer.toString(renew.generation()),
                    "0",
                    "0",
                    nano(renew.accrued().nano()),
                    ms(renew.life())
                });
    }

    static Call settle(Settle settle, Usd maxOverrun, long n) {
        return settling("final", settle, n, "", "", "", settle.disputed() ? "0" : nano(maxOverrun.nano()));
    }

    static Call replay(Settle settle, long captured, long n) {
        return settling("replay", settle, n, nano(captured), "", "", "");
    }

    static Call expire(WalletAddress at, DueHold hold, long n) {
        Settle nothing = new Settle(at, hold.exchange(), "expired", Usd.ZERO, true, "expiry");
        return settling(
                "expire", nothing, n, "", Integer.toString(hold.generation()), Long.toString(hold.expiresMs()), "");
    }

    /** At most 100 keys of records of one shard. */
    static Call tick(int shard, List<String> records, long n) {
        List<String> keys = new ArrayList<>();
        keys.add(Keys.shard(shard));
        keys.addAll(records);
        return new Call(Script.SETTLE, shard, keys.toArray(String[]::new), new String[] {
            Script.VERSION, Long.toString(n), now(), "tick"
        });
    }

    private static Call settling(
            String mode,
            Settle settle,
            long n,
            String captured,
            String generation,
            String expiresMs,
            String maxOverrun) {
        WalletAddress at = settle.at();
        return new Call(
                Script.SETTLE,
                at.shard(),
                new String[] {
                    Keys.shard(at.shard()),
                    Keys.wallet(at),
                    Keys.exchange(at.shard(), settle.exchange()),
                    Keys.expiries(at.shard()),
                    Keys.ledger(at.shard())
                },
                new String[] {
                    Script.VERSION,
                    Long.toString(n),
                    now(),
                    mode,
                    settle.exchange(),
                    at.organisation(),
                    at.wallet(),
                    settle.fingerprint(),
                    nano(settle.total().nano()),
                    settle.estimated() ? "1" : "0",
                    settle.reference(),
                    captured,
                    generation,
                    expiresMs,
                    maxOverrun
                });
    }

    static Call post(Post post, long n) {
        WalletAddress at = post.at();
        return new Call(
                Script.POST,
                at.shard(),
                new String[] {
                    Keys.shard(at.shard()),
                    Keys.wallet(at),
                    Keys.ledger(at.shard()),
                    Keys.posted(at.shard(), post.entry())
                },
                new String[] {
                    Script.VERSION,
                    Long.toString(n),
                    now(),
                    post.entry(),
                    at.organisation(),
                    at.wallet(),
                    post.kind().wireName(),
                    nano(post.amount().nano()),
                    post.force() ? "1" : "0",
                    post.currency(),
                    post.reference(),
                    post.actor()
                });
    }

    static Call set(WalletAddress at, String what, long version, String value, long n) {
        return new Call(
                Script.SET,
                at.shard(),
                new String[] {Keys.shard(at.shard()), Keys.organisation(at), Keys.wallet(at)},
                new String[] {Script.VERSION, Long.toString(n), now(), what, Long.toString(version), value});
    }

    static Call fence(int shard, Fence fence) {
        return new Call(Script.FENCE, shard, new String[] {Keys.shard(shard)}, new String[] {
            Script.VERSION,
            fence.genesis() ? "genesis" : "open",
            fence.line(),
            Long.toString(fence.epoch()),
            Long.toString(fence.expectedEpoch()),
            Long.toString(fence.expectedN()),
            ms(fence.noReaping())
        });
    }

    private static String now() {
        return Long.toString(System.currentTimeMillis());
    }

    private static String ms(Duration duration) {
        return Long.toString(duration.toMillis());
    }

    private static String nano(long nano) {
        return Long.toString(nano);
    }
}
