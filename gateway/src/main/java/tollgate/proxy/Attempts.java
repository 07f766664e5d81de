package tollgate.proxy;

import java.util.ArrayList;
import java.util.List;
import tollgate.journal.UsageRecord;

/** The tries of one exchange at its upstream, for its record. Confined to its event loop. */
final class Attempts {
    private final String upstream;
    private final List<UsageRecord.Attempt> all = new ArrayList<>();

    Attempts(String upstream) {
        this.upstream = upstream;
    }

    void begin(int number, boolean reused) {
        if (!all.isEmpty()) {
            // a second connection is taken only where the first turned out to be dead
            failed("RESET");
        }
        all.add(new UsageRecord.Attempt(number, upstream, reused, 0, null));
    }

    void answered(int status) {
        UsageRecord.Attempt last = all.removeLast();
        all.add(new UsageRecord.Attempt(last.number(), upstream, last.reused(), status, null));
    }

    void failed(String why) {
        if (!all.isEmpty()) {
            UsageRecord.Attempt last = all.removeLast();
            String known = last.failure();
            all.add(new UsageRecord.Attempt(
                    last.number(), upstream, last.reused(), last.status(), known == null ? why : known));
        }
    }

    List<UsageRecord.Attempt> all() {
        return all;
    }
}
