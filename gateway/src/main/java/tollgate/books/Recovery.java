package tollgate.books;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.records.Records;
import tollgate.records.Shards;
import tollgate.wallet.ControlPort;
import tollgate.wallet.Fence;
import tollgate.wallet.FenceResult;
import tollgate.wallet.ShardState;
import tollgate.wallet.ShardWatch;

/**
 * Decides whether a shard may be written to, and opens it: nothing is written to a Redis that lost something until that
 * is mended. Confined to the books' thread. The letters are those of the ledger's start-up order.
 */
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private static final String LEASE_LOST = "another gateway took the shard's lease";

    /**
     * So long other gateways may take to place the holds of their open exchanges again (H34): who is alive and does not
     * come to it counts as dead by then.
     */
    private static final Duration REINSTATING = Duration.ofMillis(Tenure.ALIVE_MS);

    private final Records records;
    private final ControlPort control;
    private final ShardWatch watch;
    private final Drain drain;
    private final RollForward rollForward;
    private final String owner;
    private final IntPredicate lease;
    private final BooleanSupplier others;
    private final Duration noReaping;
    private final boolean restores;

    /**
     * Opens shards as this owner of leases.
     *
     * @param lease takes or renews the lease of a shard
     * @param others whether other gateways are alive, which may have holds to place again
     * @param noReaping nothing expires for so long after a shard was opened anew
     * @param restores whether a Redis that has nothing is filled from SQL: it may be that its address is wrong
     */
    Recovery(
            Records records,
            ControlPort control,
            ShardWatch watch,
            Drain drain,
            RollForward rollForward,
            String owner,
            IntPredicate lease,
            BooleanSupplier others,
            Duration noReaping,
            boolean restores) {
        this.records = records;
        this.control = control;
        this.watch = watch;
        this.drain = drain;
        this.rollForward = rollForward;
        this.owner = owner;
        this.lease = lease;
        this.others = others;
        this.noReaping = noReaping;
        this.restores = restores;
    }

    /**
     * Goes along with a shard that is open, be it that another gateway opened it. Needs no lease.
     *
     * @return false where somebody has to open it first
     */
    boolean follows(int shard) {
        long epoch = watch.epoch(shard);
        long seen = watch.n(shard);
        Shards.Shard known = records.shards().get(shard);
        Optional<ShardState> found = control.shard(shard);
        if (found.isEmpty() || !isOpen(found.get(), known) || !found.get().run().equals(control.run(shard))) {
            return false;
        }
        ShardState state = found.get();
        if (epoch == state.epoch() && seen > state.n()) {
            LOG.error("shard {}: Redis is at entry {} and has been at {}: it went back", shard, state.n(), seen);
            records.shards().doubt(shard, epoch);
            return false;
        }
        opened(shard, state.epoch(), state.n());
        return true;
    }

    /** Whether SQL knows that this epoch is open, and of nothing that is lost. */
    private static boolean isOpen(ShardState state, Shards.Shard known) {
        return state.line().equals(known.line())
                && state.epoch() == known.epoch()
                && known.epoch() == known.intended()
                && known.doubted() < known.epoch()
                && state.n() >= known.n();
    }

    /**
     * Makes a shard whose lease is ours ready to be told what it missed.
     *
     * @return null where it is; otherwise why it stays closed
     */
    @Nullable
    String prepare(int shard) {
        Shards.Shard known = records.shards().get(shard);
        Optional<ShardState> found = control.shard(shard);
        if (found.isEmpty()) {
            if (known.n() == 0) {
                return genesis(shard, known);
            }
            return restores
                    ? restore(shard, known)
                    : "EMPTIED: Redis has nothing, SQL has " + known.n()
                            + " entries; if redis.url is right, tollgate restore fills it again";
        }
        ShardState state = found.get();
        String run = control.run(shard);
        if (!state.line().equals(known.line()) && !known.line().isEmpty()) {
            return "FOREIGN: Redis holds another history than SQL (" + state.line() + ", expected " + known.line()
                    + ")";
        }
        if (known.line().isEmpty() || state.epoch() > known.intended()) {
            return "FOREIGN: Redis is at epoch " + state.epoch() + ", SQL has heard of " + known.intended();
        }
        if (state.run().equals(run) && state.epoch() < known.epoch()) {
            return "FOREIGN: Redis is at epoch " + state.epoch() + ", an old primary of epoch " + known.epoch();
        }
        if (state.n() < known.n()) {
            // set back under a server that goes on, others may still write to it
            if (state.run().equals(run)) {
                if (!(control.close(shard, state) instanceof FenceResult.Opened)) {
                    return "BEHIND: Redis is at entry " + state.n() + " of " + known.n() + " and is written to";
                }
                RecoveryStep.CLOSED.taken(shard);
            }
            return rolledForward(shard, known, state.n());
        }
        // entries that SQL never had are booked again from the journals
        return open(shard, state, known);
    }

    /** Closes a shard that is open where its Redis is not the one that was opened: if nobody asks, no script would tell. */
    void look(int shard) {
        if (watch.closed(shard) != null) {
            return;
        }
        long epoch = watch.epoch(shard);
        // before Redis is asked: what it has told until then, it must know
        long n = watch.n(shard);
        String run = control.run(shard);
        boolean same = control.shard(shard)
                .filter(state -> state.run().equals(run) && state.epoch() == epoch && state.n() >= n)
                .isPresent();
        if (!same) {
            watch.close(shard, "Redis is not the one that was opened in epoch " + epoch);
        }
    }

    private @Nullable String genesis(int shard, Shards.Shard known) {
        String line = known.line().isEmpty() ? random() : known.line();
        long epoch = Math.max(known.intended(), known.epoch()) + 1;
        if (!records.shards().intend(shard, owner, line, epoch)) {
            return LEASE_LOST;
        }
        RecoveryStep.EPOCH_INTENDED.taken(shard);
        return fenced(shard, control.fence(shard, new Fence(true, line, epoch, 0, 0, Duration.ZERO, Duration.ZERO)));
    }

    /** Under a new line, so that the Redis that had the old one is foreign should it come back. */
    private @Nullable String restore(int shard, Shards.Shard known) {
        LOG.warn("shard {}: Redis has nothing; {} entries are booked again from SQL", shard, known.n());
        if (!records.shards().intend(shard, owner, random(), Math.max(known.intended(), known.epoch()) + 1)) {
            return LEASE_LOST;
        }
        RecoveryStep.LINE_INTENDED.taken(shard);
        return rolledForward(shard, records.shards().get(shard), 0);
    }

    private @Nullable String rolledForward(int shard, Shards.Shard known, long after) {
        String why = rollForward.run(
                shard, known.line(), known.epoch(), after, known.n(), () -> lease.test(shard) ? null : LEASE_LOST);
        if (why != null) {
            return why;
        }
        // where the stream is read from again: what a promoted Redis writes may have earlier positions than what is
        // lost
        RecoveryStep.BOOKED_AGAIN.taken(shard);
        records.shards().reread(shard, owner);
        RecoveryStep.REREAD.taken(shard);
        return open(
                shard,
                new ShardState(known.line(), "", known.epoch(), known.n(), 0),
                records.shards().get(shard));
    }

    private @Nullable String open(int shard, ShardState state, Shards.Shard known) {
        Drain.Result drained = drain.drain(shard, true);
        if (drained == Drain.Result.NOT_OURS || !lease.test(shard)) {
            return LEASE_LOST;
        }
        if (drained != Drain.Result.DONE) {
            return "BROKEN: the ledger in Redis does not continue the one in SQL";
        }
        RecoveryStep.DRAINED.taken(shard);
        long epoch = Math.max(Math.max(state.epoch(), known.epoch()), known.intended()) + 1;
        if (!records.shards().intend(shard, owner, state.line(), epoch)) {
            return LEASE_LOST;
        }
        RecoveryStep.EPOCH_INTENDED.taken(shard);
        Duration reinstating = others.getAsBoolean() ? REINSTATING : Duration.ZERO;
        Fence fence = new Fence(false, state.line(), epoch, state.epoch(), state.n(), noReaping, reinstating);
        return fenced(shard, control.fence(shard, fence));
    }

    private @Nullable String fenced(int shard, FenceResult result) {
        if (result instanceof FenceResult.Opened(long epoch, long n)) {
            RecoveryStep.FENCE_OPENED.taken(shard);
            records.shards().opened(shard, owner, epoch);
            RecoveryStep.EPOCH_OPENED.taken(shard);
            return opened(shard, epoch, n);
        }
        return "not opened: " + result;
    }

    private @Nullable String opened(int shard, long epoch, long n) {
        LOG.info("shard {} is at epoch {}, entry {}", shard, epoch, n);
        watch.ready(shard, epoch, n);
        return null;
    }

    private static String random() {
        byte[] bytes = new byte[8];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
