package tollgate.books;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.IntPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.records.Records;
import tollgate.wallet.ControlPort;
import tollgate.wallet.FenceResult;
import tollgate.wallet.ShardState;
import tollgate.wallet.ShardWatch;

/**
 * Brings closed shards to where this gateway serves from them: opened by its lease or another's, told what this gateway
 * knows, and admitted to once all others have told theirs. Confined to the books' thread, but for {@link #complaints} and
 * {@link #onReopening}.
 */
final class Opening {
    private static final Logger LOG = LoggerFactory.getLogger(Opening.class);
    private static final long REINSTATE_MS = 5_000;
    private static final long LOOK_EVERY_NANOS = 1_000_000_000;

    private final Records records;
    private final ControlPort control;
    private final ShardWatch watch;
    private final Tenure tenure;
    private final Recovery recovery;
    private final Reaper reaper;
    private final Treasury treasury;
    private final SuspenseDesk suspense;
    private final Replay replay;
    private final Orphans orphans;
    private final Runnable reproject;
    private final Runnable markAgain;
    private final ConcurrentHashMap<Integer, String> complaints = new ConcurrentHashMap<>();
    /** Shards that have been told what we know, by the epoch that was: new exchanges wait for the other gateways. */
    private final Map<Integer, Long> told = new HashMap<>();

    private volatile Function<Set<Integer>, CompletableFuture<Void>> reinstatement =
            shards -> CompletableFuture.completedFuture(null);
    private volatile IntPredicate jobHolds = shard -> true;
    private boolean orphansSettled;
    private long looked = System.nanoTime();

    Opening(
            Records records,
            ControlPort control,
            ShardWatch watch,
            Tenure tenure,
            Recovery recovery,
            Reaper reaper,
            Treasury treasury,
            SuspenseDesk suspense,
            Replay replay,
            Orphans orphans,
            Runnable reproject,
            Runnable markAgain) {
        this.records = records;
        this.control = control;
        this.watch = watch;
        this.tenure = tenure;
        this.recovery = recovery;
        this.reaper = reaper;
        this.treasury = treasury;
        this.suspense = suspense;
        this.replay = replay;
        this.orphans = orphans;
        this.reproject = reproject;
        this.markAgain = markAgain;
    }

    /** Who places the holds of open exchanges again, of these shards. */
    void onReopening(Function<Set<Integer>, CompletableFuture<Void>> reinstate) {
        reinstatement = reinstate;
    }

    /** Who places the holds of a shard's jobs again; false where that cannot be said of all of them right now. */
    void onAdmission(IntPredicate placed) {
        jobHolds = placed;
    }

    /** Why shards stay closed that only a person can open. */
    List<String> complaints() {
        return List.copyOf(complaints.values());
    }

    /** Takes each shard as far as it goes by now. */
    void round(List<Integer> used, EachShard each) throws IOException {
        if (System.nanoTime() - looked > LOOK_EVERY_NANOS) {
            looked = System.nanoTime();
            each.of(used, recovery::look);
        }
        leaveOldEpochs();
        List<Integer> prepared = new ArrayList<>();
        each.of(used, shard -> {
            if (prepared(shard)) {
                prepared.add(shard);
            }
        });
        if (!prepared.isEmpty()) {
            catchUp(prepared);
        }
        each.of(List.copyOf(told.keySet()), this::admit);
    }

    /** Another gateway opens a shard under a new epoch, or has found that Redis went back: nobody may have told us yet. */
    private void leaveOldEpochs() {
        records.shards().all().forEach((shard, known) -> {
            long epoch = watch.epoch(shard);
            if (watch.closed(shard) == null && (known.intended() > epoch || known.doubted() >= epoch)) {
                watch.close(shard, "epoch " + epoch + " is over");
            }
        });
    }

    /** Whether a closed shard could be prepared: opened by us, whose lease it is, or by another gateway. */
    private boolean prepared(int shard) {
        if (watch.closed(shard) == null || told.containsKey(shard)) {
            return false;
        }
        if (!recovery.follows(shard)) {
            if (!tenure.take(shard)) {
                complaints.remove(shard);
                watch.close(shard, "another gateway has its lease and opens it");
                return false;
            }
            RecoveryStep.LEASED.taken(shard);
            String why = recovery.prepare(shard);
            if (why != null) {
                if (!why.equals(complaints.put(shard, why))) {
                    LOG.error("shard {} stays closed: {}", shard, why);
                }
                return false;
            }
        }
        reaper.pause();
        complaints.remove(shard);
        return true;
    }

    /** What must come before anything new: money that was promised, settlements that were journalled, orphans. */
    private void catchUp(List<Integer> prepared) throws IOException {
        treasury.resend();
        RecoveryStep.POSTINGS_TOLD.taken();
        treasury.resendStates();
        markAgain.run();
        RecoveryStep.STATES_TOLD.taken();
        reproject.run();
        RecoveryStep.KEYS_PROJECTED.taken();
        if (!reinstated(Set.copyOf(prepared))) {
            // as if nothing had been told: the next round begins anew
            return;
        }
        RecoveryStep.HOLDS_PLACED_AGAIN.taken();
        replay.settleOlderThan(Duration.ZERO);
        RecoveryStep.JOURNAL_REPLAYED.taken();
        suspense.resend();
        RecoveryStep.DECISIONS_TOLD.taken();
        if (!orphansSettled) {
            orphans.settle();
            orphansSettled = true;
        }
        for (int shard : prepared) {
            long epoch = watch.epoch(shard);
            tenure.reinstated(shard, epoch);
            RecoveryStep.REINSTATED.taken(shard);
            told.put(shard, epoch);
        }
    }

    /** Lets new exchanges in, once every gateway that is alive has placed its holds again or had the time to (H34). */
    private void admit(int shard) {
        long epoch = told.getOrDefault(shard, 0L);
        Optional<ShardState> state = control.shard(shard);
        if (watch.fenced(shard) != null || state.isEmpty() || state.get().epoch() != epoch) {
            told.remove(shard);
            watch.close(shard, "epoch " + epoch + " is over");
            return;
        }
        boolean over = state.get().reinstatingMs() <= control.nowMs(shard);
        boolean everybody = over || tenure.allReinstated(shard, epoch);
        // whoever saw to a job may be dead by now: each gateway puts back what is missing before it lets anybody in
        if (!everybody || !jobHolds.test(shard)) {
            return;
        }
        if (!over) {
            over = control.endReinstating(shard, state.get().line(), epoch) instanceof FenceResult.Opened;
        }
        if (over) {
            told.remove(shard);
            watch.open(shard);
            RecoveryStep.ADMITTED.taken(shard);
        }
    }

    /** Whether every open exchange has its hold again: what is not there could be spent by somebody else. */
    private boolean reinstated(Set<Integer> shards) {
        try {
            reinstatement.apply(shards).get(REINSTATE_MS, TimeUnit.MILLISECONDS);
            return true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException late) {
            LOG.warn("not every open exchange has its hold again: nothing new is admitted before", late);
        }
        return false;
    }
}
