package tollgate.wallet;

import io.lettuce.core.cluster.SlotHash;
import java.util.stream.IntStream;

/** Names of keys in Redis: all of one shard share a hash tag, so one script can see them. Stateless. */
final class Keys {
    private static final int[] SLOTS = IntStream.range(0, 256).map(Keys::slotOf).toArray();

    private Keys() {}

    /** The slot of a cluster that a shard's keys are in. */
    static int slot(int shard) {
        return shard >= 0 && shard < SLOTS.length ? SLOTS[shard] : slotOf(shard);
    }

    private static int slotOf(int shard) {
        return SlotHash.getSlot("s" + shard);
    }

    static String shard(int shard) {
        return "{s" + shard + "}:m";
    }

    static String organisation(WalletAddress at) {
        return "{s" + at.shard() + "}:o:" + at.organisation();
    }

    static String wallet(WalletAddress at) {
        return "{s" + at.shard() + "}:w:" + at.wallet();
    }

    static String grants(WalletAddress at) {
        return "{s" + at.shard() + "}:g:" + at.wallet();
    }

    static String exchange(int shard, String exchange) {
        return "{s" + shard + "}:x:" + exchange;
    }

    static String posted(int shard, String entry) {
        return "{s" + shard + "}:p:" + entry;
    }

    static String cap(int shard, String counter) {
        return "{s" + shard + "}:c:" + counter;
    }

    static String mark(int shard, IdempotencyMark mark) {
        return "{s" + shard + "}:i:" + mark.key() + ":" + mark.name();
    }

    static String expiries(int shard) {
        return "{s" + shard + "}:hx";
    }

    static String ledger(int shard) {
        return "{s" + shard + "}:l";
    }

    /** A key that nothing is kept in: what we may do is tried on it. */
    static String trial(int shard) {
        return "{s" + shard + "}:trial";
    }
}
