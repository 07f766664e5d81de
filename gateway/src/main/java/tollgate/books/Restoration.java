package tollgate.books;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tollgate.records.Records;
import tollgate.wallet.ControlPort;
import tollgate.wallet.ShardWatch;

/**
 * Fills a Redis that has lost everything from SQL, at a person's word, while every gateway is stopped: what a gateway does
 * not do unasked, since its address may be wrong. Blocks; confined to one thread.
 */
public final class Restoration {
    /** No gateway renews a hold of the time before; the next one places those of its open exchanges again. */
    private static final Duration NO_REAPING = Duration.ofSeconds(60);

    private final Records records;
    private final String owner = "restore-" + Long.toHexString(new SecureRandom().nextLong());
    private final Recovery recovery;

    /** Works on these books and wallets. */
    public Restoration(Records records, ControlPort control, ShardWatch watch, Clock clock) {
        this.records = records;
        Drain drain = new Drain(records, control, owner, new Ripening(Duration.ZERO), entries -> {});
        this.recovery = new Recovery(
                records,
                control,
                watch,
                drain,
                new RollForward(records, control, clock),
                owner,
                this::leased,
                () -> false,
                NO_REAPING,
                true);
    }

    /**
     * A shard.
     *
     * @param entries what SQL has of it
     * @param why it could not be brought to that; null where it could
     */
    public record Outcome(int shard, long entries, @Nullable String why) {}

    /** No longer than a gateway's, and renewed with every part that is booked again: one that is killed bars nobody. */
    private boolean leased(int shard) {
        long now = records.nowMs();
        return records.shards().lease(shard, owner, now, now + Tenure.ALIVE_MS);
    }

    /** Brings every shard to where SQL is; what is there already stays as it is. */
    public List<Outcome> run() {
        List<Outcome> outcomes = new ArrayList<>();
        for (int shard : records.shards().used()) {
            long n = records.shards().get(shard).n();
            if (!leased(shard)) {
                outcomes.add(
                        new Outcome(
                                shard,
                                n,
                                "a gateway or another restore has it (expected: every gateway stopped, for 10 seconds at least)"));
                continue;
            }
            RecoveryStep.LEASED.taken(shard);
            try {
                outcomes.add(new Outcome(shard, n, recovery.follows(shard) ? null : recovery.prepare(shard)));
            } finally {
                records.shards().release(shard, owner);
            }
        }
        return outcomes;
    }
}
