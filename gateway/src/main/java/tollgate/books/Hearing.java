package tollgate.books;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import tollgate.records.Ledger;
import tollgate.records.Records;

/**
 * Hears which entries another gateway has taken to SQL, in their order. What it misses when leases change hands is asked
 * for by exchange, later. Confined to the books' thread.
 */
final class Hearing {
    private static final int BATCH = 500;

    private final Records records;
    private final Consumer<List<Ledger.Entry>> heard;
    private final Map<Integer, Long> known = new HashMap<>();

    Hearing(Records records, Consumer<List<Ledger.Entry>> heard) {
        this.records = records;
        this.heard = heard;
    }

    /** Tells of what is new since the last call; the first call only takes note of where the shard is. */
    void listen(int shard) {
        Long last = known.get(shard);
        if (last == null) {
            known.put(shard, records.shards().get(shard).n());
            return;
        }
        List<Ledger.Entry> entries;
        do {
            entries = records.ledger().ofShard(shard, last, Long.MAX_VALUE, BATCH);
            if (!entries.isEmpty()) {
                heard.accept(entries);
                last = entries.getLast().n();
                known.put(shard, last);
            }
        } while (entries.size() == BATCH);
    }

    /** We take it to SQL ourselves for now. */
    void stop(int shard) {
        known.remove(shard);
    }
}
