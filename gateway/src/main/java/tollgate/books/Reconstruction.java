package tollgate.books;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.pricing.Usd;
import tollgate.records.Ledger;
import tollgate.records.Records;
import tollgate.records.Wallets;
import tollgate.wallet.ControlPort;
import tollgate.wallet.ExchangeState;
import tollgate.wallet.HeldCaps;
import tollgate.wallet.Settle;
import tollgate.wallet.SettleResult;

/**
 * Makes good what a lost machine took along: usage records that never came are made from the ledger, and exchanges whose
 * hold expired under a gateway that is not seen again become final. Confined to the books' thread.
 */
final class Reconstruction {
    private static final Logger LOG = LoggerFactory.getLogger(Reconstruction.class);
    private static final int BATCH = 500;

    private final Records records;
    private final ControlPort control;
    private final Clock clock;
    private final long recordMs;
    private final long finalMs;

    /**
     * Waits before it believes that something is lost.
     *
     * @param recordAfter for a usage record, since its ledger entry
     * @param finalAfter for a settlement, since its hold expired
     */
    Reconstruction(Records records, ControlPort control, Clock clock, Duration recordAfter, Duration finalAfter) {
        this.records = records;
        this.control = control;
        this.clock = clock;
        this.recordMs = recordAfter.toMillis();
        this.finalMs = finalAfter.toMillis();
    }

    /**
     * Sees to it that the ledger entries of a shard that are old enough have their usage records, some hundred of them.
     *
     * @return whether there may be more
     */
    boolean record(int shard) {
        long after = records.shards().get(shard).recordedN();
        List<Ledger.Entry> entries = records.ledger().ofShard(shard, after, clock.millis() - recordMs, BATCH);
        Set<String> told = records.exchanges()
                .told(entries.stream()
                        .map(Ledger.Entry::exchange)
                        .filter(exchange -> !exchange.isEmpty())
                        .toList());
        for (Ledger.Entry entry : entries) {
            if (!entry.exchange().isEmpty() && !told.contains(entry.exchange())) {
                reconstruct(entry);
            }
        }
        if (!entries.isEmpty()) {
            records.shards().recorded(shard, entries.getLast().n());
        }
        return entries.size() == BATCH;
    }

    private void reconstruct(Ledger.Entry entry) {
        Wallets.Wallet wallet = records.wallets().find(entry.wallet()).orElseThrow();
        LOG.warn("no gateway told of exchange {}: its usage record is made from the ledger", entry.exchange());
        records.exchanges()
                .add(List.of(
                        ExchangeRow.reconstructed(records.ledger().allOfExchange(entry.exchange()), wallet.live())));
    }

    /** Makes exchanges final, in the shards that are ours, whose hold expired so long ago that their gateway will hardly come back. */
    void finish(IntPredicate ours) {
        for (Ledger.Entry expired : records.ledger().expired(clock.millis() - finalMs, BATCH)) {
            Wallets.Wallet wallet = records.wallets().find(expired.wallet()).orElseThrow();
            if (!ours.test(wallet.shard()) || records.jobs().isOpen(expired.exchange())) {
                continue;
            }
            List<Ledger.Entry> entries = records.ledger().allOfExchange(expired.exchange());
            if (entries.stream().anyMatch(entry -> entry.entry().equals(entry.exchange()))) {
                continue;
            }
            Usd captured =
                    new Usd(-entries.stream().mapToLong(Ledger.Entry::amount).sum());
            Settle last = new Settle(
                    Treasury.address(wallet),
                    expired.exchange(),
                    Replay.UNSEEN + captured.nano(),
                    captured,
                    true,
                    expired.reference(),
                    false,
                    new Settle.Counted(HeldCaps.NONE, counted(expired), false));
            // what it counted stays counted, and what a bundle had set aside beyond that is given back
            // of a wallet that has moved since, SQL alone knows it; what a bundle had set aside stays used there
            SettleResult result = expired.shard() == wallet.shard()
                    ? control.settle(last)
                    : control.replay(new ControlPort.Gone(last, captured, -1, CapMoves.burnt(entries)));
            if (!(result instanceof SettleResult.Settled)) {
                LOG.warn("expired exchange {} cannot be made final: {}", expired.exchange(), result);
            }
        }
    }

    private long counted(Ledger.Entry expired) {
        return control.exchange(expired.shard(), expired.exchange())
                .map(ExchangeState::tokens)
                .orElse(0L);
    }
}
