package tollgate.books;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tollgate.journal.Journal;
import tollgate.pricing.Usd;
import tollgate.records.Ledger;
import tollgate.records.Page;
import tollgate.records.Records;
import tollgate.records.Shards;
import tollgate.records.Wallets;
import tollgate.wallet.ControlPort;
import tollgate.wallet.WalletAddress;
import tollgate.wallet.WalletState;

/**
 * Checks that wallet and books say the same, to the nano-dollar. Thread-safe; blocks.
 *
 * <p>Nothing is left out because something is under way: entries that SQL does not have yet are read from Redis, and what
 * can only be told when it has come to rest (an exchange without its ledger entry, a sum of holds that moves) is a problem
 * once it has had the time to.
 */
public final class Verification {
    private static final int BATCH = 500;
    private static final int LOOKS = 5;

    /** Missing records are made from the ledger within a minute of their time. */
    private static final Duration TIME_TO_SETTLE = Books.RECORD_AFTER.plusMinutes(2);

    private final Records records;
    private final ControlPort control;
    private final Books books;
    private final Journal journal;
    private final Clock clock;

    /** Checks these. */
    public Verification(Records records, ControlPort control, Books books, Journal journal, Clock clock) {
        this.records = records;
        this.control = control;
        this.books = books;
        this.journal = journal;
        this.clock = clock;
    }

    /** What was found: {@code ok}, {@code wallets}, {@code journal_pending} and {@code problems} in words. */
    public Map<String, @Nullable Object> run() {
        books.drainSettled();
        List<String> problems = new ArrayList<>(books.complaints());
        Map<Integer, Map<String, Usd>> held = new HashMap<>();
        for (int shard : records.shards().used()) {
            dense(shard, problems);
            held.put(shard, control.held(shard));
            problems.addAll(new CapVerification(records, control).problems(shard));
        }
        List<Map<String, @Nullable Object>> wallets = new ArrayList<>();
        String after = "";
        while (true) {
            Page<Wallets.Wallet> page = records.wallets().list(after, BATCH);
            page.data().forEach(wallet -> wallets.add(check(wallet, held, problems)));
            String next = page.next();
            if (next == null) {
                break;
            }
            after = next;
        }
        problems.addAll(new Accounts(records).problems());
        records.suspense()
                .parked()
                .forEach(parked -> problems.add("suspense: " + parked.exchange() + ": " + parked.reason()));
        long settledBefore = clock.millis() - TIME_TO_SETTLE.toMillis();
        records.suspense().settling().stream()
                .filter(each -> each.decidedMs() == null || each.decidedMs() < settledBefore)
                .forEach(each ->
                        problems.add("suspense: " + each.parked().exchange() + ": decided, and not in the ledger"));
        Map<String, @Nullable Object> result = new LinkedHashMap<>();
        result.put("ok", problems.isEmpty());
        result.put("wallets", wallets);
        result.put("journal_pending", journal.pending());
        result.put("problems", problems);
        return result;
    }

    /** Every number of a shard up to the last is there once: a row that was taken away at the end shows here alone. */
    private void dense(int shard, List<String> problems) {
        long last = records.shards().find(shard).map(Shards.Shard::n).orElse(0L);
        long kept = records.ledger().count(shard, last);
        if (kept != last) {
            problems.add("shard " + shard + ": " + kept + " entries are kept, " + last + " were drained");
        }
    }

    private Map<String, @Nullable Object> check(
            Wallets.Wallet wallet, Map<Integer, Map<String, Usd>> held, List<String> problems) {
        // first: the drain goes on, and what it has drained once this was read is found in SQL or behind this
        String position = records.shards().get(wallet.shard()).streamId();
        WalletChain chain = new WalletChain(wallet, records, problems);
        Optional<WalletState> state = control.wallet(Treasury.address(wallet));
        if (state.isEmpty()) {
            if (!Relocation.carries(records, wallet)) {
                problems.add(wallet.id() + ": Redis has no such wallet");
            }
        } else {
            compare(wallet, state.get(), chain, position, problems);
            grants(wallet, chain, position, problems);
            Usd sum = held.getOrDefault(wallet.shard(), Map.of()).getOrDefault(wallet.id(), Usd.ZERO);
            if (!sum.equals(state.get().held())) {
                lookAgain(wallet, problems);
            }
        }
        exchanges(wallet, problems);
        Map<String, @Nullable Object> shown = new LinkedHashMap<>();
        shown.put("id", wallet.id());
        shown.put("entries", chain.seq());
        shown.put("balance", new Usd(chain.sum()).toString());
        shown.put("charges", new Usd(records.exchanges().charges(wallet.id())).toString());
        shown.put("unrecorded", new Usd(records.ledger().unrecorded(wallet.id())).toString());
        shown.put("held", state.map(each -> each.held().toString()).orElse(null));
        return shown;
    }

    /** What Redis has beyond SQL must be in its stream, whole: only then may it differ. */
    private void compare(
            Wallets.Wallet wallet, WalletState state, WalletChain chain, String position, List<String> problems) {
        boolean underWay = state.seq() > chain.seq();
        if (underWay) {
            chain.follow(control, state.seq(), position);
        }
        if (state.seq() != chain.seq()) {
            problems.add(wallet.id() + ": Redis is at entry " + state.seq() + ", the ledger at " + chain.seq());
        } else if (state.balance().nano() != chain.sum()) {
            problems.add(wallet.id() + ": Redis has " + state.balance() + ", the ledger " + new Usd(chain.sum()));
        }
        String kept = records.wallets().find(wallet.id()).orElse(wallet).state();
        if (!underWay && !state.state().equals(kept)) {
            problems.add(wallet.id() + ": Redis says it is " + state.state() + ", the books say " + kept);
        }
    }

    /** What is left of each grant is the sum of its entries. */
    private void grants(Wallets.Wallet wallet, WalletChain chain, String position, List<String> problems) {
        WalletAddress at = Treasury.address(wallet);
        for (int look = 0; look < LOOKS; look++) {
            long before = control.wallet(at).map(WalletState::seq).orElse(0L);
            Map<String, Long> kept = new TreeMap<>();
            try {
                control.grants(at)
                        .forEach(grant -> kept.put(grant.id(), grant.rest().nano()));
            } catch (IllegalArgumentException damaged) {
                problems.add(wallet.id() + ": " + damaged.getMessage());
                return;
            }
            long seq = control.wallet(at).map(WalletState::seq).orElse(0L);
            if (before == seq) {
                chain.follow(control, seq, position);
            }
            if (before == seq && chain.seq() == seq) {
                Map<String, Long> left = chain.grants();
                if (!kept.equals(left)) {
                    problems.add(wallet.id() + ": Redis has grants " + kept + " in nano-USD, the ledger " + left);
                }
                return;
            }
        }
    }

    /** What a wallet's open holds come to may have moved while they were added up. */
    private void lookAgain(Wallets.Wallet wallet, List<String> problems) {
        Optional<WalletState> before = control.wallet(Treasury.address(wallet));
        for (int look = 0; look < LOOKS && before.isPresent(); look++) {
            Usd sum = control.held(wallet.shard()).getOrDefault(wallet.id(), Usd.ZERO);
            Optional<WalletState> after = control.wallet(Treasury.address(wallet));
            if (before.equals(after)) {
                if (!sum.equals(before.get().held())) {
                    problems.add(wallet.id() + ": Redis says that "
                            + before.get().held() + " is held, its open exchanges come to " + sum);
                }
                return;
            }
            before = after;
        }
    }

    /** Every exchange took what its record says. */
    private void exchanges(Wallets.Wallet wallet, List<String> problems) {
        long settledBefore = clock.millis() - TIME_TO_SETTLE.toMillis();
        for (Ledger.Difference each : records.ledger().differences(wallet.id())) {
            boolean underWay = journal.find(each.exchange()).isPresent()
                    || ((each.charge() == null || !each.settled()) && each.atMs() > settledBefore);
            if (!underWay) {
                problems.add(wallet.id() + ": exchange " + each.exchange() + " took " + new Usd(each.taken())
                        + ", its record " + (each.charge() == null ? "is missing" : "says " + new Usd(each.charge())));
            }
        }
    }
}
