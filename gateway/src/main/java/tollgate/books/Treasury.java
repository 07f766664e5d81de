package tollgate.books;

import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.pricing.Usd;
import tollgate.records.Audit;
import tollgate.records.Caps;
import tollgate.records.Ledger;
import tollgate.records.Organisations;
import tollgate.records.Page;
import tollgate.records.Postings;
import tollgate.records.Records;
import tollgate.records.Wallets;
import tollgate.wallet.ControlPort;
import tollgate.wallet.EntryKind;
import tollgate.wallet.GrantMove;
import tollgate.wallet.Post;
import tollgate.wallet.PostResult;
import tollgate.wallet.SetResult;
import tollgate.wallet.TokensBack;
import tollgate.wallet.WalletAddress;

/**
 * Money that comes in or goes out by a person's or a program's word. SQL hears of it first, so that it is neither lost
 * nor booked twice: the wallet is told until it says what became of it. Thread-safe; blocks.
 */
public final class Treasury {
    private static final Logger LOG = LoggerFactory.getLogger(Treasury.class);
    private static final int PAGE = 500;
    private static final long CAPS_RETOLD_MS = 3_600_000;

    private final Records records;
    private final ControlPort control;
    private final Clock clock;
    private final Queue<Supplier<SetResult>> owed = new ConcurrentLinkedQueue<>();

    /** Works on these books and wallets. */
    public Treasury(Records records, ControlPort control, Clock clock) {
        this.records = records;
        this.control = control;
        this.clock = clock;
    }

    /** What came of an order. */
    public sealed interface Outcome {
        /** Booked, now or before. */
        record Booked(Usd balance) implements Outcome {}

        /** The same id was used for something else. */
        record Conflict(String what) implements Outcome {}

        /** The wallet refuses. */
        record Refused(String why) implements Outcome {}

        /** Kept, and booked as soon as the wallet can be asked. */
        record Pending(String why) implements Outcome {}
    }

    /** Where a wallet's money is. */
    public static WalletAddress address(Wallets.Wallet wallet) {
        return new WalletAddress(wallet.shard(), wallet.organisation(), wallet.id());
    }

    /**
     * Moves money.
     *
     * @param entry id of the ledger entry: the same order again has the same id
     */
    public Outcome order(
            Wallets.Wallet wallet,
            String entry,
            EntryKind kind,
            Usd amount,
            boolean force,
            String reference,
            String actor) {
        Postings.Posting asked = new Postings.Posting(
                entry, wallet.id(), kind.wireName(), amount.nano(), force, reference, actor, clock.millis());
        return send(wallet, asked, records.postings().keep(asked));
    }

    /** Moves money as a posting says that may be kept already. */
    Outcome order(Wallets.Wallet wallet, Postings.Posting asked) {
        return send(wallet, asked, records.postings().keep(asked));
    }

    /**
     * Gives promotional money.
     *
     * @param entry id of the ledger entry: the same order again has the same id
     * @param terms id, priority and expiry, and the amount as what moves
     */
    public Outcome grant(Wallets.Wallet wallet, String entry, GrantMove terms, String reference, String actor) {
        return order(wallet, granting(wallet, entry, terms, reference, actor));
    }

    /** The posting of such a grant. */
    Postings.Posting granting(Wallets.Wallet wallet, String entry, GrantMove terms, String reference, String actor) {
        return new Postings.Posting(
                entry,
                wallet.id(),
                EntryKind.GRANT.wireName(),
                terms.moved(),
                false,
                reference,
                actor,
                clock.millis(),
                GrantMove.text(List.of(terms)),
                "");
    }

    /**
     * Gives back what an exchange took, or a part of it: the wallet's own money first, then to the grants it came from, the
     * one that was taken last first; what comes back to a grant that is over expires again (H24, H43). Where nothing of the
     * charge is left by it, the tokens that were taken of a bundle go back to that, in the window that they were taken in; of
     * an exchange that tokens alone paid for, a refund of 0 does that.
     *
     * @param entry id of the ledger entry: the same order again has the same id
     */
    public Outcome refund(
            Wallets.Wallet wallet, String exchange, String entry, Usd amount, String reference, String actor) {
        Postings.Posting asked = new Postings.Posting(
                entry,
                wallet.id(),
                EntryKind.REFUND.wireName(),
                amount.nano(),
                false,
                reference,
                actor,
                clock.millis(),
                "",
                exchange);
        return switch (records.postings()
                .keepRefund(
                        asked,
                        (entries, before) -> GrantMove.text(restored(entries, before, amount.nano())),
                        (entries, before) -> returned(entries, before, amount.nano()))) {
            case Postings.Refund.Kept(Postings.Posting kept) -> send(wallet, asked, kept);
            case Postings.Refund.NotFinal _ ->
                new Outcome.Refused("exchange " + exchange + " is not final in the ledger yet; ask again");
            case Postings.Refund.Suspended _ ->
                new Outcome.Refused("a settlement of exchange " + exchange + " is in suspense: decide that first");
            case Postings.Refund.TooMuch(long left) ->
                new Outcome.Refused("only " + new Usd(left) + " USD of exchange " + exchange + " are left to refund");
        };
    }

    /** The refund that leaves nothing of what an exchange was charged gives back what it took of a bundle, too; once. */
    private static String returned(List<Ledger.Entry> entries, List<Postings.Posting> before, long amount) {
        long left = -entries.stream().mapToLong(Ledger.Entry::amount).sum()
                - before.stream().mapToLong(Postings.Posting::amount).sum();
        long tokens = CapMoves.bundle(entries);
        if (amount != left
                || tokens <= 0
                || before.stream().anyMatch(refund -> !refund.bundle().isEmpty())) {
            return "";
        }
        return entries.stream()
                .flatMap(entry -> CapMoves.of(entry.caps()).stream())
                .filter(CapMoves.Move::ofBundle)
                .findFirst()
                .map(move -> new TokensBack(move.counter(), move.start(), tokens).text())
                .orElse("");
    }

    /** What a refund gives back to grants, behind those before it. */
    private static List<GrantMove> restored(List<Ledger.Entry> entries, List<Postings.Posting> before, long amount) {
        List<GrantMove> moves = new ArrayList<>();
        long own = 0;
        for (Ledger.Entry entry : entries) {
            moves.addAll(GrantMove.of(entry.caps()));
            own -= entry.amount();
        }
        own += moves.stream().mapToLong(GrantMove::moved).sum();
        for (Postings.Posting refund : before) {
            List<GrantMove> back = GrantMove.parse(refund.grants());
            moves.addAll(back);
            own -= refund.amount() - back.stream().mapToLong(GrantMove::moved).sum();
        }
        long left = amount - Math.max(0, Math.min(own, amount));
        List<GrantMove> restored = new ArrayList<>();
        for (GrantMove taken : GrantMove.taken(moves).reversed()) {
            long part = Math.min(left, taken.moved());
            if (part > 0) {
                restored.add(taken.moving(part));
                left -= part;
            }
        }
        return restored;
    }

    /** Whether what is known under a name is something else. Of a refund the grants are known only once it is kept. */
    static boolean differs(Postings.Posting asked, Postings.Posting kept) {
        return !kept.wallet().equals(asked.wallet())
                || !kept.kind().equals(asked.kind())
                || kept.amount() != asked.amount()
                || (asked.exchange().isEmpty() && !kept.grants().equals(asked.grants()));
    }

    static Outcome conflict(Postings.Posting asked, Postings.Posting kept) {
        return new Outcome.Conflict(asked.entry() + " was used for " + kept.kind() + " of " + new Usd(kept.amount())
                + " USD"
                + (kept.amount() == asked.amount() && !kept.grants().equals(asked.grants()) ? ", of other terms" : ""));
    }

    /** Tells the wallet of what is kept, where that is what was asked. */
    Outcome send(Wallets.Wallet wallet, Postings.Posting asked, Postings.Posting kept) {
        if (differs(asked, kept)) {
            return conflict(asked, kept);
        }
        Optional<Ledger.Entry> booked = records.ledger().find(asked.entry());
        if (booked.isPresent()) {
            // an hour after SQL had it the wallet does not remember it any more
            return new Outcome.Booked(new Usd(booked.get().balance()));
        }
        return records.postings()
                .refusal(asked.entry())
                .<Outcome>map(Outcome.Refused::new)
                .orElseGet(() -> outcome(kept, control.postDurably(post(wallet, kept))));
    }

    /** Tells the wallet of a kept posting. */
    Outcome send(Wallets.Wallet wallet, Postings.Posting posting) {
        // the drain says when it is in SQL: nobody waits here
        return outcome(posting, control.post(post(wallet, posting)));
    }

    private Post post(Wallets.Wallet wallet, Postings.Posting posting) {
        EntryKind kind = EntryKind.valueOf(posting.kind().toUpperCase(Locale.ROOT));
        if (kind == EntryKind.GRANT) {
            // what is over makes room
            control.expireGrants(address(wallet), wallet.currency());
        }
        return new Post(
                address(wallet),
                posting.entry(),
                kind,
                new Usd(posting.amount()),
                posting.force(),
                wallet.currency(),
                posting.reference(),
                posting.actor(),
                GrantMove.parse(posting.grants()),
                TokensBack.parse(posting.bundle()).orElse(null));
    }

    private Outcome outcome(Postings.Posting posting, PostResult result) {
        return switch (result) {
            case PostResult.Posted posted -> new Outcome.Booked(posted.balance());
            case PostResult.NotOnDisk(Usd balance, String why) -> new Outcome.Pending("booked, but " + why);
            case PostResult.InsufficientFunds(Usd balance, Usd held) ->
                refused(posting, "only " + balance.minus(held) + " USD are available");
            case PostResult.Rejected(String code, String detail) -> rejected(posting, code, detail);
            case PostResult.Unavailable(String why, boolean may) -> new Outcome.Pending(why);
        };
    }

    /** Only what the order itself is at fault for is final: what a person can mend in the wallet must not lose money. */
    private Outcome rejected(Postings.Posting posting, String code, String detail) {
        return switch (code) {
            // its opening was lost: the next round opens it again
            case "UNKNOWN" -> new Outcome.Pending("the wallet is not open yet");
            case "CORRUPT", "VERSION" -> {
                LOG.error(
                        "posting {} of {} nano-USD to {} waits until the wallet is mended: {} {}",
                        posting.entry(),
                        posting.amount(),
                        posting.wallet(),
                        code,
                        detail);
                yield new Outcome.Pending("the wallet is damaged, a person has to look");
            }
            case "GRANTS_FULL" ->
                refused(posting, "the wallet has " + detail + " grants already, the most it may have");
            case "RANGE" ->
                refused(
                        posting,
                        detail.equals("grant") ? "the grant is over already" : "the balance would pass 9,000,000 USD");
            case "STATE" -> refused(posting, "the wallet is " + detail);
            default -> refused(posting, code + " " + detail);
        };
    }

    private Outcome refused(Postings.Posting posting, String why) {
        LOG.warn(
                "posting {} of {} nano-USD to {} is refused: {}",
                posting.entry(),
                posting.amount(),
                posting.wallet(),
                why);
        records.postings().refused(posting.entry(), why);
        return new Outcome.Refused(why);
    }

    /** Freezes a wallet or lifts that: nothing new is admitted while it is frozen. */
    public boolean setState(Wallets.Wallet wallet, String state, Audit.Word word) {
        long version = records.wallets().setState(wallet.id(), state, word);
        return told(() -> control.setState(address(wallet), version, state));
    }

    /** Tells the organisation of a wallet that its keys have changed: what a gateway remembers of them is not enough. */
    public boolean setPolicy(Wallets.Wallet wallet) {
        return told(() -> control.setPolicy(address(wallet), wallet.policy()));
    }

    /** The same of an organisation, whatever wallets it has. */
    public boolean setPolicy(Organisations.Organisation of) {
        return told(() -> control.setPolicy(new WalletAddress(of.shard(), of.id(), ""), of.policy()));
    }

    /** The same of every organisation. */
    public boolean setPolicies() {
        boolean told = true;
        String after = "";
        while (true) {
            Page<Organisations.Organisation> page = records.organisations().list(after, PAGE);
            for (Organisations.Organisation each : page.data()) {
                told &= setPolicy(each);
            }
            String next = page.next();
            if (next == null) {
                return told;
            }
            after = next;
        }
    }

    /** Tells a cap's counters that they were reset, or that the cap is no more; of an organisation on its way once it arrives. */
    public boolean setCap(Caps.Cap cap) {
        boolean told = true;
        for (String subject : records.caps().subjects(cap)) {
            told &= told(() -> tellCap(cap, subject, false));
        }
        return told;
    }

    /** The same of an organisation that has just come into its shard; false where that cannot be told now. */
    boolean setArrivedCap(Caps.Cap cap) {
        return records.caps().subjects(cap).stream()
                .allMatch(subject -> tellCap(cap, subject, true) instanceof SetResult.Done);
    }

    private SetResult tellCap(Caps.Cap cap, String subject, boolean arrived) {
        Organisations.Organisation of =
                records.organisations().find(cap.organisation()).orElseThrow();
        if (of.moving() && !arrived) {
            // where it has just left, an entry would have the name of the one that is to come
            return new SetResult.Done();
        }
        WalletAddress at = new WalletAddress(of.shard(), of.id(), "");
        return cap.removedMs() != null
                ? control.removeCap(at, cap.id(), subject, cap.version())
                : control.resetCap(at, cap.id(), subject, cap.reset());
    }

    private boolean told(Supplier<SetResult> telling) {
        boolean told = telling.get() instanceof SetResult.Done;
        if (!told) {
            owed.add(telling);
        }
        return told;
    }

    /** Tells again what Redis could not be told; a newer word that came meanwhile wins. */
    void tellOwed() {
        for (Supplier<SetResult> telling = owed.poll(); telling != null; telling = owed.poll()) {
            SetResult result = telling.get();
            if (result instanceof SetResult.Unavailable) {
                owed.add(telling);
                return;
            }
            if (result instanceof SetResult.Rejected) {
                LOG.error("a state or policy is refused: {}", result);
            }
        }
    }

    /** Sends every order that the ledger does not have yet, in the order they were given. */
    void resend() {
        for (Postings.Posting posting : records.postings().open()) {
            records.wallets()
                    .find(posting.wallet())
                    // asked behind where the wallet is: had it moved, SQL has by then what was booked where it was
                    .filter(wallet -> records.ledger().find(posting.entry()).isEmpty())
                    .ifPresent(wallet -> send(wallet, posting));
        }
    }

    /** Tells every wallet of its state and policy again: a freeze that a lost second took along must come back. */
    void resendStates() {
        records.caps().told(clock.millis() - CAPS_RETOLD_MS).forEach(this::setCap);
        Set<String> organisations = new HashSet<>();
        String after = "";
        while (true) {
            Page<Wallets.Wallet> page = records.wallets().list(after, PAGE);
            for (Wallets.Wallet wallet : page.data()) {
                if (wallet.version() > 0) {
                    control.setState(address(wallet), wallet.version(), wallet.state());
                }
                if (wallet.policy() > 0 && organisations.add(wallet.organisation())) {
                    control.setPolicy(address(wallet), wallet.policy());
                }
            }
            String next = page.next();
            if (next == null) {
                return;
            }
            after = next;
        }
    }
}
