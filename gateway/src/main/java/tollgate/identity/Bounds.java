package tollgate.identity;

import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;

/**
 * How far the holder of a key may go. Immutable.
 *
 * @param standing whether it may spend at all
 * @param zone of the organisation: its calendar is that of its caps
 * @param caps in the order in which they are asked: open exchanges, rates, then the others; of each the narrowest scope first
 * @param frozenModels models and patterns that nobody of the organisation may use now
 */
public record Bounds(Standing standing, ZoneId zone, List<Cap> caps, List<String> frozenModels) {
    /** May spend what the wallet has. */
    public static final Bounds NONE = new Bounds(Standing.GOOD, ZoneOffset.UTC, List.of(), List.of());

    /** Copies what could change. */
    public Bounds {
        caps = List.copyOf(caps);
        frozenModels = List.copyOf(frozenModels);
    }

    /** Whether a key may spend, or why not. */
    public enum Standing {
        /** It may. */
        GOOD,
        /** The organisation is on its way to another shard, and soon there. */
        MOVING,
        /** The organisation is frozen. */
        ORGANIZATION_FROZEN,
        /** The key is frozen. */
        KEY_FROZEN,
        /** Its member is there to look on. */
        VIEWER
    }
}
