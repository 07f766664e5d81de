package tollgate.books;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tollgate.pricing.Usd;
import tollgate.records.Ledger;
import tollgate.records.Records;
import tollgate.records.Wallets;
import tollgate.wallet.ControlPort;
import tollgate.wallet.GrantMove;
import tollgate.wallet.LedgerEntry;

/**
 * The entries of a wallet as far as they have been followed: from SQL first, then those that are still in Redis alone.
 * Confined to one thread; blocks.
 */
final class WalletChain {
    private static final int BATCH = 500;

    private final Wallets.Wallet wallet;
    private final List<String> problems;
    private final Map<String, Long> grants = new TreeMap<>();
    private final Set<String> fresh = new HashSet<>();
    private long seq;
    private long sum;

    /**
     * Follows what SQL has.
     *
     * @param problems where broken links are told
     */
    WalletChain(Wallets.Wallet wallet, Records records, List<String> problems) {
        this.wallet = wallet;
        this.problems = problems;
        List<Ledger.Entry> entries = records.ledger().ofWallet(wallet.id(), 0, BATCH);
        while (!entries.isEmpty()) {
            entries.forEach(entry -> add(entry.seq(), entry.amount(), entry.balance(), entry.caps()));
            entries = records.ledger().ofWallet(wallet.id(), seq, BATCH);
        }
    }

    private void add(long number, long amount, long balance, String moved) {
        GrantMove.of(moved).forEach(move -> grants.merge(move.grant(), move.moved(), Long::sum));
        sum += amount;
        seq++;
        if (number != seq) {
            problems.add(wallet.id() + ": entry " + number + " follows " + (seq - 1));
            seq = number;
        }
        if (balance != sum) {
            problems.add(wallet.id() + ": entry " + seq + " says " + new Usd(balance) + ", the sum is " + new Usd(sum));
        }
    }

    /**
     * Follows what Redis has beyond that.
     *
     * @param last number to stop at
     * @param from position in the shard's stream, read before SQL was
     */
    void follow(ControlPort control, long last, String from) {
        String position = from;
        while (seq < last) {
            List<LedgerEntry> entries = control.entries(wallet.shard(), position, BATCH);
            if (entries.isEmpty()) {
                return;
            }
            for (LedgerEntry entry : entries) {
                if (entry.wallet().equals(wallet.id()) && entry.seq() > seq && entry.seq() <= last) {
                    fresh.add(entry.entry());
                    add(entry.seq(), entry.amount().nano(), entry.balance().nano(), entry.caps());
                }
            }
            position = entries.getLast().streamId();
        }
    }

    /** Whether Redis has this entry and SQL had not. */
    boolean followed(String entry) {
        return fresh.contains(entry);
    }

    /** What is left of promotional money by grant, in nano-USD; those of which nothing is left are not there. */
    Map<String, Long> grants() {
        Map<String, Long> left = new TreeMap<>(grants);
        left.values().removeIf(rest -> rest == 0);
        return left;
    }

    /** Number of the last entry. */
    long seq() {
        return seq;
    }

    /** What they come to, in nano-USD. */
    long sum() {
        return sum;
    }
}
