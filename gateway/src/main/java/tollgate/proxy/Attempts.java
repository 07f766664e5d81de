package tollgate.proxy;

import java.util.ArrayList;
import java.util.List;
import tollgate.journal.UsageRecord;
import tollgate.metering.Settlement;
import tollgate.metering.WhoPays;

/** The tries of one exchange at its upstreams, for its record. Confined to its event loop. */
final class Attempts {
    private final List<UsageRecord.Attempt> all = new ArrayList<>();
    private String upstream = "";
    private boolean begun;

    /** The next ones are at this upstream. */
    void at(String name) {
        upstream = name;
        begun = false;
    }

    /** A connection is about to be used. */
    void begin(boolean reused) {
        if (begun) {
            // a second connection is taken only where the first turned out to be dead
            failed("RESET", WhoPays.Billed.NOTHING);
        }
        begun = true;
        all.add(new UsageRecord.Attempt(all.size() + 1, upstream, reused, 0, null));
    }

    /** An answer with such a status begins. */
    void answered(int status) {
        UsageRecord.Attempt last = all.removeLast();
        all.add(new UsageRecord.Attempt(last.number(), upstream, last.reused(), status, null));
    }

    /**
     * No complete answer came. Of two reasons the first counts.
     *
     * @param billed what the upstream may bill all the same
     */
    void failed(String why, WhoPays.Billed billed) {
        if (!begun) {
            // it was not even reached
            begin(false);
        }
        UsageRecord.Attempt last = all.removeLast();
        String known = last.failure();
        all.add(new UsageRecord.Attempt(
                last.number(),
                upstream,
                last.reused(),
                last.status(),
                known == null ? why : known,
                billed.cost(),
                billed.estimated()));
    }

    /** All of them, the last one at the cost that the exchange was settled with, if it had any. */
    List<UsageRecord.Attempt> settled(Settlement settled) {
        List<UsageRecord.Attempt> tried = new ArrayList<>(all);
        if (!tried.isEmpty() && settled.cost().nano() > 0) {
            UsageRecord.Attempt last = tried.removeLast();
            tried.add(new UsageRecord.Attempt(
                    last.number(),
                    last.upstream(),
                    last.reused(),
                    last.status(),
                    last.failure(),
                    settled.cost(),
                    settled.estimated()));
        }
        return tried;
    }
}
