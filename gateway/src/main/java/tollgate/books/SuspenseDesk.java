package tollgate.books;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.pricing.Usd;
import tollgate.records.Exchanges;
import tollgate.records.Ledger;
import tollgate.records.Records;
import tollgate.records.Suspense;
import tollgate.records.Suspense.Suspended;
import tollgate.records.Wallets;
import tollgate.wallet.ControlPort;
import tollgate.wallet.ExchangeState;
import tollgate.wallet.HeldCaps;
import tollgate.wallet.Settle;
import tollgate.wallet.SettleResult;
import tollgate.wallet.WalletAddress;

/**
 * What a person decides about a parked settlement: to post it, or not to. SQL hears of it first, so that it is neither
 * lost nor done twice: the wallet is told until the ledger has the entry. Thread-safe; blocks.
 */
public final class SuspenseDesk {
    private static final Logger LOG = LoggerFactory.getLogger(SuspenseDesk.class);

    private final Records records;
    private final ControlPort control;
    private final Clock clock;

    /** Works on these books and wallets. */
    public SuspenseDesk(Records records, ControlPort control, Clock clock) {
        this.records = records;
        this.control = control;
        this.clock = clock;
    }

    /** What came of a decision. */
    public sealed interface Outcome {
        /** In force, now or before. */
        record Decided(Suspended suspended) implements Outcome {}

        /** No settlement of this exchange was ever parked. */
        record Unknown() implements Outcome {}

        /** The contrary was decided before. */
        record Conflict(String what) implements Outcome {}

        /** The wallet refuses; it is parked as before. */
        record Refused(String why) implements Outcome {}

        /** Kept, and done as soon as the wallet can be asked. */
        record Pending(String why) implements Outcome {}
    }

    /** Posts the settlement to its wallet, whose balance may go below zero by it, and frees its hold. */
    public Outcome settle(String exchange, String note, String actor) {
        Optional<Suspended> decided =
                records.suspense().decide(exchange, Suspense.SETTLING, note, actor, clock.millis());
        if (decided.isEmpty()) {
            return new Outcome.Unknown();
        }
        return switch (decided.get().state()) {
            case Suspense.DROPPED -> new Outcome.Conflict("it was dropped");
            case Suspense.SETTLED -> new Outcome.Decided(decided.get());
            default -> send(decided.get());
        };
    }

    /** Decides that the settlement is not to be posted: what the ledger took so far stands, a hold is freed. */
    public Outcome drop(String exchange, String reason, String actor) {
        Optional<Suspended> decided =
                records.suspense().decide(exchange, Suspense.DROPPED, reason, actor, clock.millis());
        if (decided.isEmpty()) {
            return new Outcome.Unknown();
        }
        Suspended dropped = decided.get();
        return dropped.state().equals(Suspense.DROPPED) ? freed(dropped) : new Outcome.Conflict("it was settled");
    }

    /** Sends every decision that the ledger does not have yet. */
    void resend() {
        for (Suspended each : records.suspense().settling()) {
            if (send(each) instanceof Outcome.Refused(String why)) {
                LOG.error(
                        "what was decided about exchange {} is refused, a person has to look again: {}",
                        each.parked().exchange(),
                        why);
            }
        }
    }

    private Outcome send(Suspended decided) {
        Suspense.Parked parked = decided.parked();
        Optional<Wallets.Wallet> wallet = records.wallets().find(parked.wallet());
        if (wallet.isEmpty()) {
            return refused(parked, "there is no wallet '" + parked.wallet() + "'");
        }
        List<Ledger.Entry> entries = records.ledger().allOfExchange(parked.exchange());
        boolean hasFinal = entries.stream().anyMatch(entry -> entry.entry().equals(parked.exchange()));
        Usd captured = new Usd(-entries.stream().mapToLong(Ledger.Entry::amount).sum());
        boolean less = parked.total() < captured.nano() || parked.tokens() < CapMoves.bundle(entries);
        if (less && records.postings().refunded(parked.exchange())) {
            // refunds are of what was captured: less would give the same money, or the same tokens, back twice (H43)
            return refused(parked, "some of it was refunded already: refund the rest, and drop this");
        }
        charged(parked);
        SettleResult result = control.adjust(
                new ControlPort.Gone(
                        stated(
                                Treasury.address(wallet.get()),
                                parked,
                                new Usd(parked.total()),
                                parked.tokens(),
                                Suspense.FINGERPRINT),
                        captured,
                        CapMoves.tokens(entries),
                        CapMoves.bundle(entries),
                        CapMoves.burnt(entries)),
                hasFinal);
        return switch (result) {
            case SettleResult.Settled _ -> new Outcome.Decided(decided);
            case SettleResult.Rejected(String code, String _)
            when code.equals("UNKNOWN") && Relocation.carries(records, wallet.get()) ->
                new Outcome.Pending("its organization moves");
            case SettleResult.Rejected(String code, String detail) -> refused(parked, code + " " + detail);
            case SettleResult.Unavailable(String why, boolean _) -> new Outcome.Pending(why);
            case SettleResult.NoHold _, SettleResult.NotDue _, SettleResult.OtherCaps _ ->
                new Outcome.Pending(result.toString());
        };
    }

    private Outcome refused(Suspense.Parked parked, String why) {
        records.suspense().parkAgain(parked.exchange());
        return new Outcome.Refused(why);
    }

    /** Its usage record says what is posted: another gateway's, or one made from the ledger, may say something else. */
    private void charged(Suspense.Parked parked) {
        records.exchanges()
                .find(parked.exchange())
                .filter(row -> row.charge() != parked.total())
                .ifPresent(row -> {
                    Exchanges.Exchange right = ExchangeRow.charging(row, new Usd(parked.total()));
                    records.exchanges().charge(right.id(), right.charge(), right.record());
                });
    }

    /** What is held for a dropped one would else be charged with what had accrued, when it expires. */
    private Outcome freed(Suspended dropped) {
        Suspense.Parked parked = dropped.parked();
        Optional<Wallets.Wallet> wallet = records.wallets().find(parked.wallet());
        if (wallet.isEmpty()) {
            return new Outcome.Decided(dropped);
        }
        WalletAddress at = Treasury.address(wallet.get());
        boolean open = control.exchange(at.shard(), parked.exchange())
                .map(ExchangeState::state)
                .filter("OPEN"::equals)
                .isPresent();
        if (open
                && control.settle(stated(at, parked, Usd.ZERO, 0, "dropped"))
                        instanceof SettleResult.Unavailable(String why, boolean _)) {
            return new Outcome.Pending("its hold is not free yet: " + why);
        }
        return new Outcome.Decided(dropped);
    }

    /** Tokens alone may have paid for it: a total of nothing does not say that nothing was used. */
    private static Settle stated(WalletAddress at, Suspense.Parked parked, Usd total, long tokens, String fingerprint) {
        return new Settle(
                at,
                parked.exchange(),
                fingerprint,
                total,
                parked.estimated(),
                parked.reference(),
                false,
                new Settle.Counted(new HeldCaps(parked.caps()), tokens, parked.came()));
    }
}
