package tollgate.books;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.records.Gateways;
import tollgate.records.Records;

/**
 * What this run of a gateway has in SQL for as long as it says that it is alive: its id, and the leases of the shards that
 * it alone drains, reaps and recovers. Confined to the books' thread.
 */
final class Tenure {
    private static final Logger LOG = LoggerFactory.getLogger(Tenure.class);

    /** A gateway that was not heard of for so long is dead. */
    static final long ALIVE_MS = 10_000;

    private static final long BEAT_MS = 2_000;
    private static final long LOOK_MS = 250;

    private final Records records;
    private final Gateways.Run run;
    private final String owner;
    /** When each lease has to be believed lost, by our own clock. */
    private final Map<Integer, Long> leases = new ConcurrentHashMap<>();

    private long lastBeat;
    private boolean lost;

    Tenure(Records records, Gateways.Run run) {
        this.records = records;
        this.run = run;
        this.owner = run.id() + "." + run.nonce();
    }

    /**
     * Claims the id. Blocks while it may still be alive: a dead one's last word is believed for ten seconds where its place
     * does not prove it dead.
     *
     * @throws IOException where another run of the id is alive
     */
    void begin() throws IOException {
        long seen = records.gateways().seenMs(run.id());
        while (!records.gateways().claim(run, records.nowMs(), ALIVE_MS)) {
            if (records.gateways().seenMs(run.id()) > seen) {
                throw new IOException(
                        "data_dir: gateway " + run.id() + " is alive in another place: this directory is a"
                                + " copy of its own (expected: a directory for each gateway; a new one needs no copy)");
            }
            pause();
        }
        lastBeat = System.nanoTime();
        records.shards().inherit(run.id() + ".", owner);
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(LOOK_MS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while another gateway might be alive", interrupted);
        }
    }

    /** Who the leases are given to. */
    String owner() {
        return owner;
    }

    /**
     * Says, where it is time, that we are alive.
     *
     * @return false, from then on, where another run has our id: nothing may be written any more
     */
    boolean alive() {
        if (!lost && System.nanoTime() - lastBeat > BEAT_MS * 1_000_000) {
            lost = !records.gateways().renew(run, records.nowMs());
            lastBeat = System.nanoTime();
            if (lost) {
                leases.clear();
                LOG.error(
                        "another gateway runs with the id {} of this data directory: nothing is admitted here any more"
                                + " (expected: a directory for each gateway)",
                        run.id());
            }
        }
        return !lost;
    }

    /** Takes or renews the lease of a shard that is known to SQL; false where another gateway has it. */
    boolean take(int shard) {
        if (!alive()) {
            return false;
        }
        long since = System.nanoTime();
        long now = records.nowMs();
        boolean ours = records.shards().lease(shard, owner, now, now + ALIVE_MS);
        if (ours) {
            leases.put(shard, since + ALIVE_MS * 1_000_000);
        } else {
            leases.remove(shard);
        }
        return ours;
    }

    /** Renews what will soon run out and takes what nobody has. */
    void keep(List<Integer> shards) {
        for (int shard : shards) {
            Long until = leases.get(shard);
            if (until == null || until - System.nanoTime() < (ALIVE_MS - BEAT_MS) * 1_000_000) {
                take(shard);
            }
        }
    }

    /** Whether the lease of a shard is ours. */
    boolean holds(int shard) {
        Long until = leases.get(shard);
        return until != null && until - System.nanoTime() > 0;
    }

    /** It turned out that the lease is somebody else's. */
    void isNotOurs(int shard) {
        leases.remove(shard);
    }

    /** Whether other gateways are alive. */
    boolean hasOthers() {
        return !records.gateways().beside(run.id(), records.nowMs() - ALIVE_MS).isEmpty();
    }

    /** We have told a shard what we know of it in this epoch. */
    void reinstated(int shard, long epoch) {
        records.gateways().reinstated(run.id(), shard, epoch);
    }

    /** Whether every gateway that is alive has done so. */
    boolean allReinstated(int shard, long epoch) {
        return records.gateways()
                .notReinstated(shard, epoch, records.nowMs() - ALIVE_MS)
                .isEmpty();
    }

    /** Lets go of everything, so that nobody waits for us. */
    void end() {
        leases.keySet().forEach(shard -> records.shards().release(shard, owner));
        leases.clear();
        records.gateways().leave(run);
    }
}
