package tollgate.books;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tollgate.journal.Journal;
import tollgate.pricing.Usd;
import tollgate.records.Ledger;
import tollgate.records.Postings;
import tollgate.records.Records;
import tollgate.records.Suspense;
import tollgate.records.Wallets;
import tollgate.wallet.ControlPort;
import tollgate.wallet.WalletState;

/**
 * Sets Redis, the ledger and the usage records of a wallet side by side and says of each difference where it comes from:
 * what is on its way, what waits for a person, and what nothing explains. Changes nothing. Thread-safe; blocks.
 */
public final class Reconciliation {
    private static final Duration TIME_TO_SETTLE = Books.RECORD_AFTER.plusMinutes(2);
    private static final Duration TIME_FOR_ORPHANS = Duration.ofHours(24);

    private final Records records;
    private final ControlPort control;
    private final Journal journal;
    private final Clock clock;

    /** Compares these. */
    public Reconciliation(Records records, ControlPort control, Journal journal, Clock clock) {
        this.records = records;
        this.control = control;
        this.journal = journal;
        this.clock = clock;
    }

    /**
     * One thing in which two of the three differ, or soon will.
     *
     * @param kind {@code undrained}, {@code in_transit}, {@code order_pending}, {@code record_pending}, {@code settlement_pending}, {@code
     *     expired}, {@code suspense} or {@code unexplained}
     * @param between which two of {@code redis}, {@code ledger} and {@code records}
     * @param amount by how much the first has more than the second, in nano-USD
     * @param about the exchange or entry; null: of several
     * @param why in words
     */
    public record Difference(
            String kind,
            String between,
            long amount,
            @Nullable String about,
            String why) {
        Map<String, @Nullable Object> shown() {
            Map<String, @Nullable Object> shown = new LinkedHashMap<>();
            shown.put("kind", kind);
            shown.put("between", between);
            shown.put("amount", new Usd(amount).toString());
            shown.put("about", about);
            shown.put("why", why);
            return shown;
        }
    }

    /** The three figures of a wallet and what is between them. */
    public Map<String, @Nullable Object> of(Wallets.Wallet wallet) {
        List<Difference> differences = new ArrayList<>();
        List<String> broken = new ArrayList<>();
        // first: the drain goes on, and what it has drained once this was read is found in SQL or behind this
        String position = records.shards().get(wallet.shard()).streamId();
        WalletChain chain = new WalletChain(wallet, records, broken);
        long entry = chain.seq();
        long ledger = chain.sum();
        Optional<WalletState> state = control.wallet(Treasury.address(wallet));
        if (state.isPresent()) {
            balances(wallet, state.get(), chain, position, broken, differences);
        } else {
            boolean carried = Relocation.carries(records, wallet);
            differences.add(new Difference(
                    carried ? "in_transit" : "unexplained",
                    "redis, ledger",
                    -ledger,
                    wallet.id(),
                    carried
                            ? "its organization is on its way to another shard"
                            : "Redis has no such wallet: tollgate restore"));
        }
        broken.forEach(link -> differences.add(new Difference("unexplained", "ledger, ledger", 0, wallet.id(), link)));
        orders(wallet, chain, differences);
        exchanges(wallet, differences);
        suspended(wallet, differences);
        Map<String, @Nullable Object> shown = new LinkedHashMap<>();
        shown.put("wallet", wallet.id());
        shown.put("redis", state.map(Reconciliation::shown).orElse(null));
        shown.put("ledger", Map.of("balance", new Usd(ledger).toString(), "entries", entry));
        shown.put("records", Map.of("charges", new Usd(records.exchanges().charges(wallet.id())).toString()));
        shown.put("differences", differences.stream().map(Difference::shown).toList());
        shown.put(
                "unexplained",
                differences.stream()
                        .filter(each -> each.kind.equals("unexplained"))
                        .count());
        return shown;
    }

    private static Map<String, @Nullable Object> shown(WalletState state) {
        Map<String, @Nullable Object> shown = new LinkedHashMap<>();
        shown.put("balance", state.balance().toString());
        shown.put("held", state.held().toString());
        shown.put("entries", state.seq());
        shown.put("state", state.state());
        return shown;
    }

    /** What Redis has beyond SQL has to be in its stream, to the nano-dollar. */
    private void balances(
            Wallets.Wallet wallet,
            WalletState state,
            WalletChain chain,
            String position,
            List<String> broken,
            List<Difference> differences) {
        long entries = chain.seq();
        long sum = chain.sum();
        if (state.seq() > entries) {
            chain.follow(control, state.seq(), position);
        }
        if (chain.seq() > entries) {
            differences.add(new Difference(
                    "undrained",
                    "redis, ledger",
                    chain.sum() - sum,
                    null,
                    "entries " + (entries + 1) + " to " + chain.seq()
                            + " are in Redis and not in SQL yet: the drain takes them once they are on Redis's disk"));
        }
        if (chain.seq() != state.seq()) {
            broken.add(wallet.id() + ": Redis is at entry " + state.seq() + ", " + chain.seq() + " were found");
        }
        long rest = state.balance().nano() - chain.sum();
        if (rest != 0) {
            differences.add(new Difference(
                    "unexplained",
                    "redis, ledger",
                    rest,
                    wallet.id(),
                    "no entry says why: the balance in Redis was changed by other than a script, or entries are lost"));
        }
    }

    private void orders(Wallets.Wallet wallet, WalletChain chain, List<Difference> differences) {
        for (Postings.Posting order : records.postings().open()) {
            if (order.wallet().equals(wallet.id()) && !chain.followed(order.entry())) {
                differences.add(new Difference(
                        "order_pending",
                        "redis, ledger",
                        0,
                        order.entry(),
                        order.kind() + " of " + new Usd(order.amount()) + " was ordered " + ago(order.askedMs())
                                + " and is not in the ledger yet; it is sent until it is"));
            }
        }
    }

    private void exchanges(Wallets.Wallet wallet, List<Difference> differences) {
        for (Ledger.Difference each : records.ledger().differences(wallet.id())) {
            Long charge = each.charge();
            long more = each.taken() - (charge == null ? 0 : charge);
            long age = clock.millis() - each.atMs();
            String kind;
            String why;
            if (charge == null && journal.find(each.exchange()).isPresent()) {
                kind = "record_pending";
                why = "its usage record is in this gateway's journal and not in SQL yet";
            } else if (charge == null && age < TIME_TO_SETTLE.toMillis()) {
                kind = "record_pending";
                why = "its usage record has not come from its gateway; 10 minutes after the entry, which was made "
                        + ago(each.atMs()) + ", it is made from the ledger";
            } else if (charge != null
                    && !each.settled()
                    && journal.find(each.exchange()).isPresent()) {
                kind = "settlement_pending";
                why = "it is settled in this gateway's journal; the wallet is told until the ledger has it";
            } else if (charge != null && !each.settled() && each.taken() == 0 && age < TIME_TO_SETTLE.toMillis()) {
                kind = "settlement_pending";
                why = "its gateway told of it " + ago(each.atMs()) + "; its entry is on its way to the ledger";
            } else if (!each.settled() && each.taken() != 0 && age < TIME_FOR_ORPHANS.toMillis()) {
                kind = "expired";
                why = "its hold expired " + ago(each.atMs()) + " before it was settled: what had accrued is taken; its"
                        + " gateway's journal says the rest, or after 24 hours nothing does";
            } else {
                kind = "unexplained";
                why = "the ledger took " + new Usd(each.taken()) + ", its record "
                        + (charge == null ? "is missing" : "says " + new Usd(charge));
            }
            differences.add(new Difference(kind, "ledger, records", more, each.exchange(), why));
        }
    }

    private void suspended(Wallets.Wallet wallet, List<Difference> differences) {
        for (Suspense.Suspended each : records.suspense().undecided(wallet.id())) {
            Suspense.Parked parked = each.parked();
            differences.add(new Difference(
                    "suspense",
                    "ledger, records",
                    taken(parked.exchange()),
                    parked.exchange(),
                    new Usd(parked.total()) + " wait "
                            + (each.state().equals(Suspense.PARKED) ? "for a person" : "to be posted") + " since "
                            + ago(parked.atMs()) + " and are in no charge: " + parked.reason()));
        }
    }

    private long taken(String exchange) {
        return records.ledger().allOfExchange(exchange).stream()
                .mapToLong(entry -> -entry.amount())
                .sum();
    }

    private String ago(long ms) {
        return Duration.ofSeconds(Math.max(0, (clock.millis() - ms) / 1000)) + " ago";
    }
}
