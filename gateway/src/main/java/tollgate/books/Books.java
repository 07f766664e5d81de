package tollgate.books;

import io.lettuce.core.RedisException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntPredicate;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.Telemetry;
import tollgate.journal.GatewayIdentity;
import tollgate.journal.Journal;
import tollgate.journal.Orphan;
import tollgate.records.Gateways;
import tollgate.records.Records;
import tollgate.wallet.ControlPort;
import tollgate.wallet.ShardWatch;

/**
 * The background thread that keeps wallet and records equal: opens shards, drains, replays, reaps. Thread-safe.
 *
 * <p>Every step may fail when Redis or SQL is away; the next round tries again.
 */
public final class Books implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Books.class);
    private static final long ROUND_MS = 200;
    private static final long MOVE_EVERY_MS = 300;
    private static final long RESEND_AFTER_MS = 6_000;
    private static final long RECONSTRUCT_EVERY_MS = 60_000;
    private static final long EXPIRE_GRANTS_EVERY_MS = 5_000;

    /** So long a usage record may be on its way. */
    static final Duration RECORD_AFTER = Duration.ofMinutes(10);

    private static final Duration FINAL_AFTER = Duration.ofHours(24);
    private static final String DISPLACED = "another gateway runs with the id of this data directory";
    private static final long OPENED_SOON_NANOS = 5_000_000_000L;
    private static final long OPENING_NAP_NANOS = 20_000_000;

    private final Records records;
    private final ShardWatch watch;
    private final boolean spread;
    private final Treasury treasury;
    private final SuspenseDesk suspense;
    private final Tenure tenure;
    private final Hearing hearing;
    private final Drain drain;
    private final Replay replay;
    private final Orphans orphans;
    private final Opening opening;
    private final long started = System.nanoTime();
    private final Reaper reaper;
    private final Reconstruction reconstruction;
    private final GrantExpiry grants;
    private volatile Relocation relocation;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("books").daemon().factory());
    private final ScheduledExecutorService movers = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("moves").daemon().factory());
    private final Set<Integer> shards = new ConcurrentSkipListSet<>();
    private final Set<Integer> broken = new ConcurrentSkipListSet<>();
    private volatile boolean displaced;
    /** What we had in SQL is given back: a round that is due yet must not take it again. */
    private volatile boolean ended;

    private long lastReconstruction;
    /** More entries are to be looked at than one round does: the next goes on, so that other steps have their turn. */
    private boolean recordsBehind;

    private long lastResend;
    private long lastGrants;
    private volatile @Nullable String lastFailure;

    /**
     * Books of one gateway.
     *
     * @param place whose lock we hold: two runs of one place are never alive at once; empty where nobody can tell
     * @param journalLoop number of the journal's thread that is ours
     * @param reproject puts what Redis says of keys right: a key revoked in a lost second must not come back
     * @param drainAfter entries younger than this are not drained: SQL is not to be ahead of Redis's disk
     * @param holdLife how long a hold lives without renewal
     * @param restores whether a Redis that has nothing is filled from SQL
     */
    public Books(
            Records records,
            String place,
            ControlPort control,
            ShardWatch watch,
            Journal journal,
            int journalLoop,
            Treasury treasury,
            Runnable reproject,
            Duration drainAfter,
            Duration holdLife,
            boolean restores,
            Telemetry telemetry,
            Clock clock) {
        this.records = records;
        this.watch = watch;
        this.spread = control.isSpread();
        this.treasury = treasury;
        this.suspense = new SuspenseDesk(records, control, clock);
        GatewayIdentity us = journal.identity();
        this.tenure = new Tenure(records, new Gateways.Run(us.id(), us.boot(), us.nonce(), place));
        this.replay = new Replay(journal, records, control, treasury, telemetry, clock);
        this.orphans = new Orphans(journal, journalLoop, records, replay, control.maxOverrun(), clock);
        this.hearing = new Hearing(records, replay::heard);
        this.drain = new Drain(records, control, tenure.owner(), new Ripening(drainAfter), replay::booked);
        this.reaper = new Reaper(control, telemetry, holdLife.toNanos());
        Recovery recovery = new Recovery(
                records,
                control,
                watch,
                drain,
                new RollForward(records, control, clock),
                tenure.owner(),
                tenure::take,
                tenure::hasOthers,
                holdLife,
                restores);
        this.relocation = new Relocation(records, control, watch, treasury, clock);
        this.opening = new Opening(
                records,
                control,
                watch,
                tenure,
                recovery,
                reaper,
                treasury,
                suspense,
                replay,
                orphans,
                reproject,
                () -> relocation.marked());
        this.reconstruction = new Reconstruction(records, control, clock, RECORD_AFTER, FINAL_AFTER);
        this.grants = new GrantExpiry(records, control, clock);
    }

    /**
     * Claims this gateway's id, opens the shards that can be opened, and goes on in the background.
     *
     * @throws IOException where a clone of this data directory is alive
     */
    public void start() throws IOException {
        tenure.begin();
        RecoveryStep.CLAIMED.taken();
        run(this::round);
        thread.scheduleWithFixedDelay(() -> run(this::round), ROUND_MS, ROUND_MS, TimeUnit.MILLISECONDS);
        movers.scheduleWithFixedDelay(this::moved, MOVE_EVERY_MS, MOVE_EVERY_MS, TimeUnit.MILLISECONDS);
    }

    /** Carries on what moves: on a thread of its own, since it may look for counters among all keys of a shard. */
    private void moved() {
        try {
            relocation.round(shard -> !ended && !displaced && tenure.holds(shard) && watch.closed(shard) == null);
        } catch (RedisException | JdbiException away) {
            LOG.info("organizations on their way wait: {}", String.valueOf(away.getMessage()));
        } catch (RuntimeException bug) {
            LOG.error("a move failed", bug);
        }
    }

    /** Who carries organisations, in the place of ours. */
    void relocating(Relocation by) {
        relocation = by;
    }

    /** Who explains what exchanges of an earlier run come to; to be told before the start. */
    public void itemizing(Itemizer by) {
        orphans.itemizing(by);
    }

    /** Who keeps what had left of an earlier run's answers that are made in the background; to be told before the start. */
    public void leavingJobs(Consumer<Orphan> to) {
        orphans.leavingJobs(to);
    }

    /** Who places the holds of open exchanges again, where Redis may have lost some of these shards. */
    public void onReopening(Function<Set<Integer>, CompletableFuture<Void>> reinstate) {
        opening.onReopening(reinstate);
    }

    /**
     * Who places the holds of a shard's jobs again that nobody may see to any more, before anything new is admitted to it; to be
     * told before the start. False: that cannot be said of all of them right now.
     */
    public void onAdmission(IntPredicate placed) {
        opening.onAdmission(placed);
    }

    /** A step of the books, which may find SQL or Redis away. */
    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    private void run(Step step) {
        try {
            step.run();
            if (lastFailure != null) {
                lastFailure = null;
                LOG.info("books: going on");
            }
        } catch (RedisException | JdbiException | IOException away) {
            String failure = String.valueOf(away.getMessage());
            if (!failure.equals(lastFailure)) {
                lastFailure = failure;
                LOG.warn("books: waiting: {}", failure);
            }
        } catch (RuntimeException bug) {
            LOG.error("books: a round failed", bug);
        }
    }

    private void round() throws IOException {
        if (ended) {
            return;
        }
        if (!tenure.alive()) {
            giveWay();
            return;
        }
        // not the clock of the wall, which may be set: the longest wait is over at the start
        long now = RECONSTRUCT_EVERY_MS + 1 + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
        List<Integer> used = records.shards().used();
        shards.addAll(used);
        EachShard each = new EachShard();
        opening.round(used, each);
        treasury.tellOwed();
        replay.keep();
        List<Integer> open =
                used.stream().filter(shard -> watch.closed(shard) == null).toList();
        tenure.keep(open);
        each.of(open, shard -> drained(shard, false));
        List<Integer> ours = open.stream().filter(tenure::holds).toList();
        boolean due = now - lastReconstruction > RECONSTRUCT_EVERY_MS;
        if (due || recordsBehind) {
            recordsBehind = false;
            each.of(ours, shard -> recordsBehind |= reconstruction.record(shard));
        }
        if (due) {
            lastReconstruction = now;
            reconstruction.finish(ours::contains);
        }
        if (now - lastGrants > EXPIRE_GRANTS_EVERY_MS) {
            lastGrants = now;
            grants.expire(ours::contains);
        }
        if (now - lastResend > RESEND_AFTER_MS) {
            lastResend = now;
            treasury.resend();
            suspense.resend();
            replay.settleOlderThan(Duration.ofMillis(RESEND_AFTER_MS));
        }
        reaper.reap(ours, open, each);
        each.tell();
    }

    /** Another run has our id: what is open may end, its settlements wait in the journal. */
    private void giveWay() {
        if (!displaced) {
            displaced = true;
            shards.forEach(shard -> watch.close(shard, DISPLACED));
        }
    }

    /** A drain that stopped at something it cannot explain shows until it goes on: nothing more gets to SQL. */
    private void drained(int shard, boolean toTheEnd) {
        if (!tenure.holds(shard)) {
            hearing.listen(shard);
            return;
        }
        switch (drain.drain(shard, toTheEnd)) {
            case DONE -> broken.remove(shard);
            case NOT_OURS -> {
                broken.remove(shard);
                tenure.isNotOurs(shard);
            }
            case BROKEN -> broken.add(shard);
            case WAITING -> {}
        }
        hearing.stop(shard);
    }

    /** Tells wallets now of money that was asked to move. Waits until that is done. */
    public void sendNow() {
        submitted(() -> run(treasury::resend));
    }

    /** Takes what there is to SQL, the newest too. Waits until that is done. */
    public void drainNow() {
        submitted(() -> run(() -> {
            if (displaced) {
                return;
            }
            replay.keep();
            EachShard each = new EachShard();
            each.of(shards, shard -> drained(shard, true));
            each.tell();
        }));
    }

    /** Takes to SQL what is old enough to be on Redis's disk as well. Waits until that is done. */
    public void drainSettled() {
        submitted(() -> run(() -> {
            if (displaced) {
                return;
            }
            replay.keep();
            EachShard each = new EachShard();
            each.of(shards, shard -> drained(shard, false));
            each.tell();
        }));
    }

    /** A shard is used for the first time, or has to be looked at at once. Waits until it is open, or cannot soon be. */
    public void openNow() {
        long since = System.nanoTime();
        submitted(() -> run(this::round));
        while (isOpening() && System.nanoTime() - since < OPENED_SOON_NANOS) {
            LockSupport.parkNanos(OPENING_NAP_NANOS);
            submitted(() -> run(this::round));
        }
    }

    /** Whether a shard is closed that another gateway or our next round will open. */
    private boolean isOpening() {
        return shards.stream().anyMatch(shard -> watch.closed(shard) != null)
                && opening.complaints().isEmpty()
                && !displaced
                && lastFailure == null;
    }

    private void submitted(Runnable task) {
        try {
            thread.submit(task).get(30, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (Exception late) {
            LOG.warn("books: a round takes long", late);
        }
    }

    /** Why new exchanges cannot be served; null where they can. */
    public @Nullable String notReady() {
        if (displaced) {
            return DISPLACED;
        }
        if (!opening.complaints().isEmpty()) {
            return opening.complaints().getFirst();
        }
        if (!broken.isEmpty()) {
            return complaints().getFirst();
        }
        String why = null;
        for (int shard : shards) {
            String closed = watch.closed(shard);
            if (closed == null && spread) {
                // others are served meanwhile: a balancer must not take that from them
                return null;
            }
            if (closed != null && why == null) {
                why = "shard " + shard + ": " + closed;
            }
        }
        return why;
    }

    /** What only a person can mend, in words. */
    public List<String> complaints() {
        List<String> all = new ArrayList<>(opening.complaints());
        broken.forEach(shard ->
                all.add("shard " + shard + ": the ledger in Redis does not continue the one in SQL: not drained"));
        return all;
    }

    private void end() {
        ended = true;
        tenure.end();
    }

    /** Takes everything to SQL and ends. Again: nothing happens. */
    @Override
    public void close() {
        if (thread.isShutdown()) {
            return;
        }
        movers.shutdown();
        awaited(movers);
        drainNow();
        submitted(() -> run(this::end));
        thread.shutdown();
        awaited(thread);
    }

    private static void awaited(ScheduledExecutorService ending) {
        try {
            if (!ending.awaitTermination(10, TimeUnit.SECONDS)) {
                ending.shutdownNow();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
