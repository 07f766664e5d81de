package tollgate.books;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tollgate.journal.Journal;
import tollgate.pricing.Usd;
import tollgate.records.Ledger;
import tollgate.records.Page;
import tollgate.records.Records;
import tollgate.records.Wallets;
import tollgate.wallet.ControlPort;
import tollgate.wallet.WalletState;

/**
 * Checks that wallet and books say the same, to the nano-dollar. Thread-safe; blocks.
 *
 * <p>What is under way while it looks (entries not drained yet, settlements not booked yet) is told, not complained of.
 */
public final class Verification {
    private static final int BATCH = 500;

    private final Records records;
    private final ControlPort control;
    private final Books books;
    private final Journal journal;

    /** Checks these. */
    public Verification(Records records, ControlPort control, Books books, Journal journal) {
        this.records = records;
        this.control = control;
        this.books = books;
        this.journal = journal;
    }

    /** What was found: {@code ok}, {@code wallets} and {@code problems} by name. */
    public Map<String, @Nullable Object> run() {
        books.drainNow();
        List<String> problems = new ArrayList<>();
        List<Map<String, @Nullable Object>> wallets = new ArrayList<>();
        String after = "";
        while (true) {
            Page<Wallets.Wallet> page = records.wallets().list(after, BATCH);
            page.data().forEach(wallet -> wallets.add(check(wallet, problems)));
            String next = page.next();
            if (next == null) {
                break;
            }
            after = next;
        }
        records.suspense()
                .all()
                .forEach(parked -> problems.add("suspense: " + parked.exchange() + ": " + parked.reason()));
        Map<String, @Nullable Object> result = new LinkedHashMap<>();
        result.put("ok", problems.isEmpty());
        result.put("wallets", wallets);
        result.put("journal_pending", journal.pending());
        result.put("problems", problems);
        return result;
    }

    private Map<String, @Nullable Object> check(Wallets.Wallet wallet, List<String> problems) {
        long sum = 0;
        long seq = 0;
        long taken = 0;
        List<Ledger.Entry> entries = records.ledger().ofWallet(wallet.id(), 0, BATCH);
        while (!entries.isEmpty()) {
            for (Ledger.Entry entry : entries) {
                sum += entry.amount();
                seq++;
                taken -= entry.exchange().isEmpty() ? 0 : entry.amount();
                if (entry.seq() != seq) {
                    problems.add(wallet.id() + ": entry " + entry.seq() + " follows " + (seq - 1));
                    seq = entry.seq();
                }
                if (entry.balance() != sum) {
                    problems.add(wallet.id() + ": entry " + seq + " says " + new Usd(entry.balance()) + ", the sum is "
                            + new Usd(sum));
                }
            }
            entries = records.ledger().ofWallet(wallet.id(), seq, BATCH);
        }
        Optional<WalletState> state = control.wallet(Treasury.address(wallet));
        long charges = records.exchanges().charges(wallet.id());
        long unrecorded = records.ledger().unrecorded(wallet.id());
        Map<String, @Nullable Object> shown = new LinkedHashMap<>();
        shown.put("id", wallet.id());
        shown.put("entries", seq);
        shown.put("balance", new Usd(sum).toString());
        shown.put("charges", new Usd(charges).toString());
        shown.put("unrecorded", new Usd(unrecorded).toString());
        shown.put("held", state.map(each -> each.held().toString()).orElse(null));
        if (state.isEmpty()) {
            problems.add(wallet.id() + ": Redis has no such wallet");
        } else if (state.get().seq() == seq && state.get().balance().nano() != sum) {
            problems.add(wallet.id() + ": Redis has " + state.get().balance() + ", the ledger " + new Usd(sum));
        }
        if (state.isPresent()
                && state.get().held().nano() == 0
                && journal.pending() == 0
                && charges + unrecorded != taken) {
            problems.add(wallet.id() + ": the ledger took " + new Usd(taken) + ", the exchanges come to "
                    + new Usd(charges));
        }
        return shown;
    }
}
