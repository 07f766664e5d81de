package tollgate.books;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.Telemetry;
import tollgate.journal.Journal;
import tollgate.journal.JournalEntry;
import tollgate.pricing.Usd;
import tollgate.records.Ledger;
import tollgate.records.Records;
import tollgate.records.Suspense;
import tollgate.records.Wallets;
import tollgate.wallet.ControlPort;
import tollgate.wallet.IdempotencyMark;
import tollgate.wallet.Post;
import tollgate.wallet.Settle;
import tollgate.wallet.SettleResult;
import tollgate.wallet.WalletAddress;

/**
 * Brings what the journal holds to its end: usage records into SQL, settlements to the wallet for as long as the ledger
 * does not have them. Confined to the books' thread.
 */
final class Replay {
    private static final Logger LOG = LoggerFactory.getLogger(Replay.class);
    private static final int BATCH = 2_000;
    private static final int AT_ONCE = 250;

    /** Begins the fingerprint of what was made final since its gateway never came back. */
    static final String UNSEEN = "unseen-";

    private final Journal journal;
    private final Records records;
    private final ControlPort control;
    private final Treasury treasury;
    private final Telemetry telemetry;
    private final Clock clock;
    /** Taken from the journal, not known to be in SQL: a failed attempt is made again. */
    private final List<JournalEntry> kept = new ArrayList<>();

    /** Works on this journal. */
    Replay(Journal journal, Records records, ControlPort control, Treasury treasury, Telemetry telemetry, Clock clock) {
        this.journal = journal;
        this.records = records;
        this.control = control;
        this.treasury = treasury;
        this.telemetry = telemetry;
        this.clock = clock;
    }

    /** Keeps the usage records of what was settled since the last call. */
    void keep() {
        do {
            kept.addAll(journal.fresh(BATCH));
            records.exchanges().add(kept.stream().map(ExchangeRow::of).toList());
            kept.clear();
        } while (journal.hasFresh());
    }

    /** SQL has these entries of one shard from us, at least one. */
    void booked(List<Ledger.Entry> entries) {
        heard(entries);
        List<String> exchanges = new ArrayList<>();
        List<String> postings = new ArrayList<>();
        for (Ledger.Entry entry : entries) {
            if (entry.exchange().isEmpty()) {
                postings.add(entry.entry());
            } else if (entry.entry().equals(entry.exchange())) {
                exchanges.add(entry.exchange());
            }
        }
        control.tick(entries.getFirst().shard(), exchanges, postings);
    }

    /** SQL has these: the journal's are not needed any more where they are their exchange's last word. */
    void heard(List<Ledger.Entry> entries) {
        // an entry is let go of only when SQL has its usage record too
        keep();
        for (Ledger.Entry entry : entries) {
            if (entry.entry().equals(entry.exchange())) {
                journal.find(entry.exchange()).ifPresent(mine -> retire(mine, entry));
            }
        }
    }

    private void retire(JournalEntry entry, Ledger.Entry booked) {
        if (booked.fingerprint().equals(entry.settle().fingerprint())) {
            giveBackIfUnseen(entry);
        } else {
            park(entry, "CONFLICT: the ledger has " + booked.fingerprint());
        }
        journal.retire(entry.exchange());
    }

    /** Tells the wallet again of settlements that have been here for so long and that the ledger does not have. */
    void settleOlderThan(Duration age) {
        keep();
        List<JournalEntry> some = new ArrayList<>();
        journal.unretired(age, entry -> {
            some.add(entry);
            if (some.size() == AT_ONCE) {
                settle(some);
                some.clear();
            }
        });
        settle(some);
    }

    /** Tells the wallet of these, in their order, unless the ledger has them; in parts that neither SQL nor Redis feels. */
    void settle(List<JournalEntry> entries) {
        for (int from = 0; from < entries.size(); from += AT_ONCE) {
            settleSome(entries.subList(from, Math.min(from + AT_ONCE, entries.size())));
        }
    }

    private void settleSome(List<JournalEntry> entries) {
        // before the entries: of what is elsewhere by now SQL has all that was taken where it was
        Map<String, Wallets.Home> homes = records.wallets()
                .homes(entries.stream()
                        .map(entry -> entry.settle().at().wallet())
                        .toList());
        Map<String, List<Ledger.Entry>> known = records.ledger()
                .allOfExchanges(entries.stream().map(JournalEntry::exchange).toList());
        Map<Integer, List<String>> ticked = new TreeMap<>();
        List<JournalEntry> left = new ArrayList<>();
        for (JournalEntry entry : entries) {
            Optional<Ledger.Entry> booked = known.getOrDefault(entry.exchange(), List.of()).stream()
                    .filter(each -> each.entry().equals(entry.exchange()))
                    .findFirst();
            if (booked.isPresent()) {
                ticked.computeIfAbsent(entry.settle().at().shard(), shard -> new ArrayList<>())
                        .add(entry.exchange());
                remember(entry, at(entry, homes).at());
                retire(entry, booked.get());
            } else {
                left.add(entry);
            }
        }
        ticked.forEach((shard, exchanges) -> control.tick(shard, exchanges, List.of()));
        if (left.isEmpty()) {
            return;
        }
        // the record is gone: an hour after SQL had it, or with a Redis that lost its last second; or SQL
        // made it, which does not know what caps it held
        List<JournalEntry> gone = new ArrayList<>();
        List<ControlPort.Gone> asked = new ArrayList<>();
        List<String> waiting = new ArrayList<>();
        List<JournalEntry> here = new ArrayList<>();
        for (JournalEntry entry : left) {
            List<Ledger.Entry> before = known.getOrDefault(entry.exchange(), List.of());
            switch (whereabouts(entry, homes, !before.isEmpty())) {
                case HERE -> here.add(entry);
                case ELSEWHERE -> gone(entry, before, homes, gone, asked);
                case NOWHERE -> waiting.add(entry.exchange() + ": its organization moves");
            }
        }
        List<SettleResult> results =
                control.settleAll(here.stream().map(JournalEntry::settle).toList());
        for (int i = 0; i < here.size(); i++) {
            JournalEntry entry = here.get(i);
            if (results.get(i) instanceof SettleResult.NoHold || results.get(i) instanceof SettleResult.OtherCaps) {
                gone(entry, known.getOrDefault(entry.exchange(), List.of()), homes, gone, asked);
            } else if (results.get(i) instanceof SettleResult.Rejected(String code, String _)
                    && code.equals("UNKNOWN")
                    && moves(entry)) {
                waiting.add(entry.exchange() + ": its organization moves");
            } else {
                settled(entry, results.get(i), waiting);
            }
        }
        if (!gone.isEmpty()) {
            results = control.replayAll(asked);
            for (int i = 0; i < gone.size(); i++) {
                if (results.get(i) instanceof SettleResult.Rejected(String code, String _)
                        && code.equals("UNKNOWN")
                        && moves(gone.get(i))) {
                    waiting.add(gone.get(i).exchange() + ": its organization moves");
                } else {
                    settled(gone.get(i), results.get(i), waiting);
                }
            }
        }
        if (!waiting.isEmpty()) {
            LOG.info("{} settlements wait, of {} the first: {}", waiting.size(), entries.size(), waiting.getFirst());
        }
    }

    /** Where the record of an exchange is to be sought. */
    private enum Whereabouts {
        HERE,
        ELSEWHERE,
        NOWHERE
    }

    /**
     * What was placed before its organisation moved is settled where that is now, by what SQL knows was taken: its record stayed
     * behind, or went as its wallet left (H18).
     */
    private static Whereabouts whereabouts(JournalEntry entry, Map<String, Wallets.Home> homes, boolean hasEntries) {
        Wallets.Home home = homes.get(entry.settle().at().wallet());
        if (home == null || (home.shard() == entry.settle().at().shard() && !(home.moved() && hasEntries))) {
            return Whereabouts.HERE;
        }
        return home.moving() ? Whereabouts.NOWHERE : Whereabouts.ELSEWHERE;
    }

    private static Settle at(JournalEntry entry, Map<String, Wallets.Home> homes) {
        Wallets.Home home = homes.get(entry.settle().at().wallet());
        return home == null ? entry.settle() : entry.settle().in(home.shard());
    }

    private void gone(
            JournalEntry entry,
            List<Ledger.Entry> before,
            Map<String, Wallets.Home> homes,
            List<JournalEntry> gone,
            List<ControlPort.Gone> asked) {
        Settle settle = at(entry, homes);
        remember(entry, settle.at());
        gone.add(entry);
        asked.add(new ControlPort.Gone(
                settle, captured(before), CapMoves.tokens(before), CapMoves.bundle(before), CapMoves.burnt(before)));
    }

    /** Whether a wallet that Redis does not know may be on its way, or elsewhere by now. */
    private boolean moves(JournalEntry entry) {
        return records.wallets()
                .find(entry.settle().at().wallet())
                .filter(wallet -> wallet.shard() != entry.settle().at().shard() || Relocation.carries(records, wallet))
                .isPresent();
    }

    /** It took money, or tokens of a bundle. */
    private static boolean used(JournalEntry entry) {
        Settle.Counted counted = entry.settle().counted();
        return entry.settle().total().nano() > 0
                || (counted.tokens() > 0 && counted.caps().paidFor() > 0);
    }

    /** With the record the name of its request may be gone: the client may send again only what came to nothing. */
    private void remember(JournalEntry entry, WalletAddress at) {
        IdempotencyMark mark = entry.usage().facts().mark();
        boolean paid = used(entry) && !journal.unseen(entry.exchange());
        if (mark != null && paid) {
            control.setMark(at, mark, entry.exchange(), IdempotencyMark.LIFE);
        }
    }

    private void settled(JournalEntry entry, SettleResult result, List<String> waiting) {
        switch (result) {
            // retired when the drain has seen its entry
            case SettleResult.Settled _ -> {}
            case SettleResult.Rejected(String code, String detail) -> {
                park(entry, code + ": " + detail);
                journal.retire(entry.exchange());
            }
            case SettleResult.NoHold _, SettleResult.NotDue _, SettleResult.OtherCaps _, SettleResult.Unavailable _ ->
                waiting.add(entry.exchange() + ": " + result);
        }
    }

    private static Usd captured(List<Ledger.Entry> entries) {
        long captured = 0;
        for (Ledger.Entry entry : entries) {
            captured -= entry.amount();
        }
        return new Usd(captured);
    }

    /** Settled, but the process died before a byte left: the charge stands as written, and is given back. */
    private void giveBackIfUnseen(JournalEntry entry) {
        if (!journal.unseen(entry.exchange()) || !used(entry)) {
            return;
        }
        records.wallets()
                .find(entry.settle().at().wallet())
                .ifPresent(wallet -> treasury.refund(
                        wallet,
                        entry.exchange(),
                        Post.unseen(entry.exchange()),
                        entry.settle().total(),
                        entry.exchange(),
                        "gateway"));
    }

    /** A person has to look. */
    void park(JournalEntry entry, String why) {
        LOG.error(
                "settlement of {} at {} USD is refused for good, a person has to look: {}",
                entry.exchange(),
                entry.settle().total(),
                why);
        telemetry.count("tollgate_suspense_total", 1);
        records.suspense()
                .park(new Suspense.Parked(
                        entry.exchange(),
                        entry.settle().at().wallet(),
                        entry.settle().total().nano(),
                        why,
                        clock.millis(),
                        entry.settle().counted().tokens(),
                        entry.settle().counted().came(),
                        entry.settle().counted().caps().text(),
                        entry.settle().estimated(),
                        entry.settle().reference()));
    }
}
