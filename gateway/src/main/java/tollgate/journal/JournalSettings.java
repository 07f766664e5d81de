package tollgate.journal;

import java.time.Duration;

/**
 * How much a journal keeps and how soon it is on disk. Immutable.
 *
 * @param sync records are on disk at the latest so long after they were written; zero: before {@link
 *     Reservation#settle} calls back
 * @param segmentBytes size of one file of records
 * @param segments most files there may be for each loop; with all of them full no new exchange is admitted
 * @param slots open exchanges that one file of meter slots has room for
 * @param slotFiles most files of meter slots there may be for each loop
 */
public record JournalSettings(Duration sync, int segmentBytes, int segments, int slots, int slotFiles) {
    /** The settings of an empty configuration. */
    public static final JournalSettings DEFAULTS = new JournalSettings(Duration.ofMillis(100), 4 << 20, 64, 1024, 32);

    /** Checks the ranges. */
    public JournalSettings {
        if (sync.isNegative()) {
            throw new IllegalArgumentException("journal.sync_ms: " + sync.toMillis() + " (expected: at least 0)");
        }
        if (segmentBytes < 2 * Segment.MOST_RECORD_BYTES || segments < 2 || slots < 1 || slotFiles < 1) {
            throw new IllegalArgumentException("journal: " + segments + " segments of " + segmentBytes
                    + " bytes (expected: at least 2 of " + 2 * Segment.MOST_RECORD_BYTES + ")");
        }
    }

    /** The same with another time until records are on disk. */
    public JournalSettings withSync(Duration other) {
        return new JournalSettings(other, segmentBytes, segments, slots, slotFiles);
    }
}
