package tollgate.books;

import io.lettuce.core.RedisException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.Telemetry;
import tollgate.journal.GatewayIdentity;
import tollgate.journal.Journal;
import tollgate.records.Records;
import tollgate.records.Shards;
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
    private static final long LEASE_MS = 10_000;
    private static final long ALIVE_MS = 10_000;
    private static final long CLAIM_EVERY_MS = 2_000;
    private static final long RESEND_AFTER_MS = 6_000;
    private static final long LOOK_EVERY_MS = 1_000;
    private static final long RECONSTRUCT_EVERY_MS = 60_000;
    private static final Duration RECORD_AFTER = Duration.ofMinutes(10);
    private static final Duration FINAL_AFTER = Duration.ofHours(24);
    private static final long REINSTATE_MS = 5_000;

    private final Records records;
    private final ShardWatch watch;
    private final Journal journal;
    private final Clock clock;
    private final Treasury treasury;
    private final Runnable reproject;
    private final String owner;
    private final Drain drain;
    private final Replay replay;
    private final Recovery recovery;
    private final Reaper reaper;
    private final Reconstruction reconstruction;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("books").daemon().factory());
    private final ConcurrentHashMap<Integer, String> complaints = new ConcurrentHashMap<>();
    private final Set<Integer> shards = new ConcurrentSkipListSet<>();
    private final Set<Integer> broken = new ConcurrentSkipListSet<>();
    private volatile Supplier<CompletableFuture<Void>> reinstatement = () -> CompletableFuture.completedFuture(null);
    private boolean orphansSettled;
    private long lastReconstruction;
    private long lastClaim;
    private long lastLook;
    private long lastResend;
    private @Nullable String lastFailure;

    /**
     * Books of one gateway.
     *
     * @param journalLoop number of the journal's thread that is ours
     * @param reproject puts what Redis says of keys right: a key revoked in a lost second must not come back
     * @param drainAfter entries younger than this are not drained: SQL is not to be ahead of Redis's disk
     * @param holdLife how long a hold lives without renewal
     * @param restores whether a Redis that has nothing is filled from SQL
     */
    public Books(
            Records records,
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
        this.journal = journal;
        this.treasury = treasury;
        this.reproject = reproject;
        this.clock = clock;
        // not this run's: what a killed run had leased is ours again at once
        this.owner = journal.identity().id();
        this.replay = new Replay(journal, journalLoop, records, control, treasury, telemetry, clock);
        this.drain = new Drain(records, control, owner, drainAfter.toMillis(), replay::booked);
        this.recovery = new Recovery(
                records, control, watch, drain, new RollForward(records, control, clock), owner, holdLife, restores);
        this.reaper = new Reaper(control, telemetry, holdLife.toNanos());
        this.reconstruction = new Reconstruction(records, control, clock, RECORD_AFTER, FINAL_AFTER);
    }

    /**
     * Claims this gateway's id, opens the shards that can be opened, and goes on in the background.
     *
     * @throws IOException where a clone of this data directory is alive
     */
    public void start() throws IOException {
        if (!claim()) {
            throw new IOException("data_dir: another gateway with this directory's id is alive: a cloned directory?"
                    + " (expected: one directory for each gateway)");
        }
        run(this::round);
        thread.scheduleWithFixedDelay(() -> run(this::round), ROUND_MS, ROUND_MS, TimeUnit.MILLISECONDS);
    }

    /** Who explains what exchanges of an earlier run come to; to be told before the start. */
    public void itemizing(Itemizer by) {
        replay.itemizing(by);
    }

    /** Who places the holds of open exchanges again, where Redis may have lost some. */
    public void onReopening(Supplier<CompletableFuture<Void>> reinstate) {
        reinstatement = reinstate;
    }

    private boolean claim() {
        GatewayIdentity us = journal.identity();
        return records.gateways().claim(us.id(), us.boot(), us.nonce(), clock.millis(), ALIVE_MS);
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
        long now = clock.millis();
        if (now - lastClaim > CLAIM_EVERY_MS) {
            claim();
            lease();
            lastClaim = now;
        }
        List<Integer> used = records.shards().used();
        shards.addAll(used);
        if (now - lastLook > LOOK_EVERY_MS) {
            lastLook = now;
            recovery.look(used);
        }
        boolean opening = false;
        for (int shard : used) {
            opening |= open(shard);
        }
        if (opening) {
            catchUp(used);
        }
        treasury.tellOwed();
        replay.keep();
        List<Integer> open =
                used.stream().filter(shard -> watch.closed(shard) == null).toList();
        open.forEach(shard -> drained(shard, false));
        if (now - lastReconstruction > RECONSTRUCT_EVERY_MS) {
            lastReconstruction = now;
            open.forEach(reconstruction::record);
            reconstruction.finish();
        }
        if (now - lastResend > RESEND_AFTER_MS) {
            lastResend = now;
            treasury.resend();
            replay.settleOlderThan(now - RESEND_AFTER_MS);
        }
        reaper.reap(open);
    }

    /** A drain that stopped at something it cannot explain shows until it goes on: nothing more gets to SQL. */
    private void drained(int shard, boolean toTheEnd) {
        switch (drain.drain(shard, toTheEnd)) {
            case DONE, NOT_OURS -> broken.remove(shard);
            case BROKEN -> broken.add(shard);
            case WAITING -> {}
        }
    }

    private void lease() {
        long now = clock.millis();
        for (int shard : records.shards().used()) {
            records.shards().get(shard);
            records.shards().lease(shard, owner, now, now + LEASE_MS);
        }
    }

    /** Whether a closed shard could be prepared. */
    private boolean open(int shard) {
        if (watch.closed(shard) == null || !ours(shard)) {
            return false;
        }
        reaper.pause();
        String why = recovery.prepare(shard);
        if (why == null) {
            complaints.remove(shard);
            return true;
        }
        if (!why.equals(complaints.put(shard, why))) {
            LOG.error("shard {} stays closed: {}", shard, why);
        }
        return false;
    }

    private boolean ours(int shard) {
        records.shards().get(shard);
        long now = clock.millis();
        return records.shards().lease(shard, owner, now, now + LEASE_MS);
    }

    /** What must come before anything new: money that was promised, settlements that were journalled, orphans. */
    private void catchUp(List<Integer> used) throws IOException {
        treasury.resend();
        treasury.resendStates();
        reproject.run();
        reinstate();
        replay.settleOlderThan(Long.MAX_VALUE);
        if (!orphansSettled) {
            replay.settleOrphans();
            orphansSettled = true;
        }
        for (int shard : used) {
            if (!complaints.containsKey(shard)) {
                watch.open(shard);
            }
        }
    }

    private void reinstate() {
        try {
            reinstatement.get().get(REINSTATE_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException late) {
            LOG.warn("not every open exchange has its hold again: its next renewal will see to it", late);
        }
    }

    /** Tells wallets now of money that was asked to move. Waits until that is done. */
    public void sendNow() {
        submitted(() -> run(treasury::resend));
    }

    /** Takes what there is to SQL, the newest too. Waits until that is done. */
    public void drainNow() {
        submitted(() -> run(() -> {
            replay.keep();
            shards.forEach(shard -> drained(shard, true));
        }));
    }

    /** Takes to SQL what is old enough to be on Redis's disk as well. Waits until that is done. */
    public void drainSettled() {
        submitted(() -> run(() -> {
            replay.keep();
            shards.forEach(shard -> drained(shard, false));
        }));
    }

    /** A shard is used for the first time, or has to be looked at at once. Waits until that is done. */
    public void openNow() {
        submitted(() -> run(this::round));
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
        if (!complaints.isEmpty()) {
            return complaints.values().iterator().next();
        }
        if (!broken.isEmpty()) {
            return complaints().getFirst();
        }
        for (int shard : shards) {
            String closed = watch.closed(shard);
            if (closed != null) {
                return "shard " + shard + ": " + closed;
            }
        }
        return null;
    }

    /** What only a person can mend, in words. */
    public List<String> complaints() {
        List<String> all = new ArrayList<>(complaints.values());
        broken.forEach(shard ->
                all.add("shard " + shard + ": the ledger in Redis does not continue the one in SQL: not drained"));
        return all;
    }

    /** How far the drain is behind, in entries. */
    public long lag() {
        long lag = 0;
        for (int shard : List.copyOf(shards)) {
            lag += watch.n(shard)
                    - records.shards().find(shard).map(Shards.Shard::n).orElse(0L);
        }
        return lag;
    }

    /** Takes everything to SQL and ends. Again: nothing happens. */
    @Override
    public void close() {
        if (thread.isShutdown()) {
            return;
        }
        drainNow();
        thread.shutdown();
        try {
            if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
