package tollgate.books;

import java.time.Clock;
import java.util.List;
import java.util.function.IntPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.records.Records;
import tollgate.wallet.ControlPort;
import tollgate.wallet.PostResult;

/**
 * Takes promotional money that is over, where nobody asks the wallet for a hold, which would: as far as it is not held, the
 * rest again later. Redis's clock decides what is over; ours only says whom to ask. Confined to the books' thread.
 */
final class GrantExpiry {
    private static final Logger LOG = LoggerFactory.getLogger(GrantExpiry.class);
    private static final int BATCH = 500;

    private final Records records;
    private final ControlPort control;
    private final Clock clock;

    GrantExpiry(Records records, ControlPort control, Clock clock) {
        this.records = records;
        this.control = control;
        this.clock = clock;
    }

    /** Asks the wallets of the shards that are ours. */
    void expire(IntPredicate ours) {
        long now = clock.millis();
        List<String> due = records.grants().due(now, "", BATCH);
        while (!due.isEmpty()) {
            due.forEach(wallet -> expire(wallet, ours));
            due = records.grants().due(now, due.getLast(), BATCH);
        }
    }

    private void expire(String id, IntPredicate ours) {
        records.wallets().find(id).filter(wallet -> ours.test(wallet.shard())).ifPresent(wallet -> {
            PostResult result = control.expireGrants(Treasury.address(wallet), wallet.currency());
            if (result instanceof PostResult.Rejected(String code, String detail)) {
                LOG.error("grants of {} cannot expire, a person has to look: {} {}", id, code, detail);
            }
        });
    }
}
