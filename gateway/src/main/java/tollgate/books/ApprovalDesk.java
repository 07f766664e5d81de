package tollgate.books;

import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.Usd;
import tollgate.records.Approvals;
import tollgate.records.Audit;
import tollgate.records.Postings;
import tollgate.records.Records;
import tollgate.records.Wallets;
import tollgate.wallet.EntryKind;
import tollgate.wallet.GrantMove;

/**
 * Money that moves by one person's word alone: corrections and promotional money. Above a limit somebody else has to agree
 * (H30): what one of them moved within a day counts together, so that nothing is gained by asking in parts. Thread-safe; blocks.
 */
public final class ApprovalDesk {
    private static final Duration LATELY = Duration.ofDays(1);

    private final Records records;
    private final Treasury treasury;
    private final @Nullable Usd above;
    private final Duration within;
    private final Clock clock;

    /**
     * A desk.
     *
     * @param above what one may move alone within a day; null: anything
     * @param within so long others have time to agree
     */
    public ApprovalDesk(Records records, Treasury treasury, @Nullable Usd above, Duration within, Clock clock) {
        this.records = records;
        this.treasury = treasury;
        this.above = above;
        this.within = within;
        this.clock = clock;
    }

    /** What came of asking. */
    public sealed interface Outcome {
        /** Nobody else was needed, or agreed: the treasury was told. */
        record Ordered(Treasury.Outcome outcome) implements Outcome {}

        /** Somebody else has to agree. */
        record Waits(Approvals.Approval approval) implements Outcome {}

        /** Nobody agrees to what they asked themselves. */
        record OwnWord() implements Outcome {}

        /** It was decided otherwise, or is over. */
        record Over(String state) implements Outcome {}

        /** There is none of the id. */
        record Unknown() implements Outcome {}
    }

    /**
     * A correction.
     *
     * @param entry id of the ledger entry: the same again is the same correction
     * @param id of the approval, should one be needed
     */
    public Outcome adjust(
            Wallets.Wallet wallet, String entry, Usd amount, boolean force, String reference, String actor, String id) {
        return ask(
                wallet,
                new Postings.Posting(
                        entry,
                        wallet.id(),
                        EntryKind.ADJUST.wireName(),
                        amount.nano(),
                        force,
                        reference,
                        actor,
                        clock.millis()),
                id);
    }

    /** Promotional money; as {@link #adjust}. */
    public Outcome grant(
            Wallets.Wallet wallet, String entry, GrantMove terms, String reference, String actor, String id) {
        return ask(wallet, treasury.granting(wallet, entry, terms, reference, actor), id);
    }

    private Outcome ask(Wallets.Wallet wallet, Postings.Posting wanted, String id) {
        if (above == null) {
            return new Outcome.Ordered(treasury.order(wallet, wanted));
        }
        long now = clock.millis();
        return switch (records.approvals()
                .ask(wanted, id, above.nano(), now - LATELY.toMillis(), now + within.toMillis())) {
            case Approvals.Asked.Kept(Postings.Posting kept) ->
                new Outcome.Ordered(treasury.send(wallet, wanted, kept));
            case Approvals.Asked.Waits(Approvals.Approval approval) ->
                Treasury.differs(wanted, approval.wanted())
                        ? new Outcome.Ordered(Treasury.conflict(wanted, approval.wanted()))
                        : new Outcome.Waits(approval);
        };
    }

    /** Somebody agrees; again: the same outcome. */
    public Outcome approve(String id, String actor, String note) {
        return switch (records.approvals().approve(id, new Audit.Word(actor, note, clock.millis()))) {
            case Approvals.Decision.Done(Approvals.Approval approval) -> {
                Postings.Posting posted = Approvals.posted(approval);
                Wallets.Wallet wallet = records.wallets().find(posted.wallet()).orElseThrow();
                yield new Outcome.Ordered(treasury.order(wallet, posted));
            }
            case Approvals.Decision.OwnWord() -> new Outcome.OwnWord();
            case Approvals.Decision.Over(String state) -> new Outcome.Over(state);
            case Approvals.Decision.Unknown() -> new Outcome.Unknown();
        };
    }

    /** Somebody says no, be it who asked; again: the same outcome. */
    public Outcome reject(String id, String actor, String note) {
        return switch (records.approvals().reject(id, new Audit.Word(actor, note, clock.millis()))) {
            case Approvals.Decision.Done(Approvals.Approval approval) -> new Outcome.Waits(approval);
            case Approvals.Decision.OwnWord() -> new Outcome.OwnWord();
            case Approvals.Decision.Over(String state) -> new Outcome.Over(state);
            case Approvals.Decision.Unknown() -> new Outcome.Unknown();
        };
    }
}
