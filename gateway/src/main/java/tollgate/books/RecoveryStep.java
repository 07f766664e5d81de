package tollgate.books;

import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of a recovery, in their order. Each is said in the log at DEBUG once it is taken, by the thread that took it:
 * a person sees where a recovery is, and what breaks gateways on purpose knows when. Nothing else depends on them.
 */
public enum RecoveryStep {
    /** The journal of earlier runs is read, what was torn is cut off. */
    JOURNAL_READ,
    /** Redis answers and is of a kind that may be trusted. */
    REDIS_CHECKED,
    /** SQL knows that this run has the gateway's id. */
    CLAIMED,
    /** SQL has given us a shard. */
    LEASED,
    /** A Redis that was set back while others may still write to it is closed. */
    CLOSED,
    /** SQL has a new line for a shard that Redis has nothing of. */
    LINE_INTENDED,
    /** Some of the entries that Redis lost are booked again. */
    PART_BOOKED_AGAIN,
    /** All of them are. */
    BOOKED_AGAIN,
    /** SQL knows that the stream is to be read from its beginning. */
    REREAD,
    /** SQL has all that the stream has. */
    DRAINED,
    /** SQL has the epoch that is to come. */
    EPOCH_INTENDED,
    /** Redis is in that epoch: only what was before is placed. */
    FENCE_OPENED,
    /** SQL knows that it is. */
    EPOCH_OPENED,
    /** Wallets know of all money that SQL was told of. */
    POSTINGS_TOLD,
    /** And of states, policies and caps. */
    STATES_TOLD,
    /** What Redis says of keys is as SQL says. */
    KEYS_PROJECTED,
    /** Every open exchange of ours has its hold again. */
    HOLDS_PLACED_AGAIN,
    /** Settlements that were journalled are told. */
    JOURNAL_REPLAYED,
    /** A person's decisions are told. */
    DECISIONS_TOLD,
    /** What a dead run left open is settled in the journal. */
    ORPHANS_JOURNALLED,
    /** And at the wallets. */
    ORPHANS_SETTLED,
    /** SQL knows that a shard has been told all that we know. */
    REINSTATED,
    /** New exchanges are let in. */
    ADMITTED;

    private static final Logger LOG = LoggerFactory.getLogger(RecoveryStep.class);

    /** It is done, in one shard. */
    void taken(int shard) {
        LOG.debug("{} shard {}", this, shard);
    }

    /** It is done, in all shards that it concerns. */
    public void taken() {
        LOG.debug("{}", this);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
