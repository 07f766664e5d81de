package tollgate.books;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.pricing.Usd;
import tollgate.records.Exchanges;
import tollgate.records.Ledger;
import tollgate.records.Records;
import tollgate.records.Wallets;
import tollgate.wallet.ControlPort;
import tollgate.wallet.GrantMove;
import tollgate.wallet.IdempotencyMark;
import tollgate.wallet.LedgerEntry;
import tollgate.wallet.Reapply;
import tollgate.wallet.ReapplyResult;
import tollgate.wallet.WalletAddress;

/**
 * Books again in Redis what SQL has and Redis lost, entry by entry under its old numbers (step 6 of the ledger's order).
 * Interrupted at any point it goes on where it was: Redis's own number says where. Confined to the books' thread.
 */
final class RollForward {
    private static final Logger LOG = LoggerFactory.getLogger(RollForward.class);
    private static final int BATCH = 200;

    /** Somebody may ask for the same again for so long after it was booked; later, SQL is asked. */
    private static final Duration REMEMBERED = Duration.ofHours(1);

    private final Records records;
    private final ControlPort control;
    private final Clock clock;
    private final Map<String, Optional<Wallets.Wallet>> wallets = new HashMap<>();

    RollForward(Records records, ControlPort control, Clock clock) {
        this.records = records;
        this.control = control;
        this.clock = clock;
    }

    /**
     * Books the entries after a number, up to the last that SQL has.
     *
     * @param line the history that the shard is to belong to
     * @param epoch the shard's, as SQL knows
     * @param after number of the last entry that Redis has; 0 for none
     * @param last number of the last entry that SQL has
     * @param forbidden asked before each batch: why there may be no further one; null where there may
     * @return null where all are booked; otherwise why not
     */
    @Nullable
    String run(int shard, String line, long epoch, long after, long last, Supplier<@Nullable String> forbidden) {
        wallets.clear();
        long n = after;
        while (n < last) {
            String no = forbidden.get();
            if (no != null) {
                return no;
            }
            List<Ledger.Entry> rows = records.ledger().ofShard(shard, n, Long.MAX_VALUE, BATCH);
            if (rows.isEmpty() || rows.getFirst().n() != n + 1) {
                return "LOST: entry " + (n + 1) + " is in neither Redis nor SQL";
            }
            Map<String, Exchanges.Marked> marks = marks(rows);
            List<Reapply> entries = new ArrayList<>();
            for (Ledger.Entry row : rows) {
                entries.add(again(shard, line, epoch, row, marks.get(row.exchange())));
            }
            String refused = booked(entries);
            if (refused != null) {
                return refused;
            }
            RecoveryStep.PART_BOOKED_AGAIN.taken(shard);
            n = rows.getLast().n();
        }
        LOG.warn("shard {}: entries {} to {} were lost in Redis and are booked again", shard, after + 1, last);
        return null;
    }

    private @Nullable String booked(List<Reapply> entries) {
        List<Reapply> left = entries;
        while (!left.isEmpty()) {
            List<ReapplyResult> results = control.reapply(left);
            int done = 0;
            while (done < results.size() && results.get(done) instanceof ReapplyResult.Booked(boolean differs)) {
                differs(left.get(done), differs);
                done++;
            }
            if (done == results.size()) {
                return null;
            }
            Reapply refused = left.get(done);
            ReapplyResult why = results.get(done) instanceof ReapplyResult.OtherCaps(var caps)
                    ? control.reapply(refused, caps)
                    : results.get(done);
            if (!(why instanceof ReapplyResult.Booked(boolean differs))) {
                return "LOST: entry " + refused.entry().n() + " cannot be booked again: " + why;
            }
            differs(refused, differs);
            left = left.subList(done + 1, left.size());
        }
        return null;
    }

    private static void differs(Reapply entry, boolean differs) {
        if (differs) {
            LOG.error(
                    "wallet {}: the balance before entry {} is not what the ledger says: frozen, a person has to look",
                    entry.entry().wallet(),
                    entry.entry().seq());
        }
    }

    private Reapply again(int shard, String line, long epoch, Ledger.Entry row, Exchanges.@Nullable Marked marked) {
        Optional<Wallets.Wallet> wallet =
                wallets.computeIfAbsent(row.wallet(), id -> records.wallets().find(id));
        // a cap's reset is of no wallet
        String organisation = wallet.map(Wallets.Wallet::organisation).orElse("");
        LedgerEntry entry = new LedgerEntry(
                "",
                row.entry(),
                organisation,
                row.wallet(),
                row.exchange(),
                row.seq(),
                row.n(),
                row.epoch(),
                row.kind(),
                new Usd(row.amount()),
                new Usd(row.balance()),
                Usd.ZERO,
                new Usd(row.shortfall()),
                row.atMs(),
                row.fingerprint(),
                row.estimated(),
                row.froze(),
                row.caps(),
                row.reference(),
                row.actor());
        return new Reapply(
                new WalletAddress(shard, organisation, row.wallet()),
                line,
                epoch,
                entry,
                wallet.map(Wallets.Wallet::currency).orElse(""),
                taken(row),
                isKept(row),
                CapMoves.of(row.caps()).stream()
                        .map(move -> new Reapply.Move(move.counter(), move.start(), move.moved()))
                        .toList(),
                GrantMove.of(row.caps()),
                burnt(row),
                CapMoves.overruns(row.caps()),
                gone(row),
                named(row, marked));
    }

    /** Names of requests that clients may still send again. */
    private Map<String, Exchanges.Marked> marks(List<Ledger.Entry> rows) {
        long since = clock.millis() - IdempotencyMark.LIFE.toMillis();
        return records.exchanges()
                .marks(rows.stream()
                        .filter(row -> row.atMs() > since && used(row))
                        .map(Ledger.Entry::exchange)
                        .filter(exchange -> !exchange.isEmpty())
                        .toList());
    }

    /** Whether it took money, or tokens of a bundle. */
    private static boolean used(Ledger.Entry row) {
        return row.amount() < 0 || CapMoves.bundle(List.of(row)) > 0;
    }

    /** Whether it is not the first of its exchange. */
    private static boolean corrects(Ledger.Entry row) {
        return !row.exchange().isEmpty()
                && (row.kind().equals("late") || row.kind().equals("adjust"));
    }

    /** What expired of a wallet that leaves, and was not final: it is settled elsewhere. */
    private List<String> gone(Ledger.Entry row) {
        return row.kind().equals("move_out")
                ? records.ledger().expiredOf(row.wallet(), row.seq()).stream()
                        .map(Ledger.Entry::exchange)
                        .toList()
                : List.of();
    }

    private List<GrantMove> burnt(Ledger.Entry row) {
        return corrects(row) ? CapMoves.burnt(upTo(row)) : CapMoves.burnt(List.of(row));
    }

    private List<Ledger.Entry> upTo(Ledger.Entry row) {
        return records.ledger().allOfExchange(row.exchange()).stream()
                .filter(entry -> entry.n() <= row.n())
                .toList();
    }

    private Reapply.@Nullable Named named(Ledger.Entry row, Exchanges.@Nullable Marked marked) {
        long left = row.atMs() + IdempotencyMark.LIFE.toMillis() - clock.millis();
        return marked == null || left <= 0 || !used(row)
                ? null
                : new Reapply.Named(IdempotencyMark.of(marked.key(), marked.mark()), Duration.ofMillis(left));
    }

    private long taken(Ledger.Entry row) {
        return !corrects(row)
                ? -row.amount()
                : upTo(row).stream().mapToLong(entry -> -entry.amount()).sum();
    }

    private boolean isKept(Ledger.Entry row) {
        return row.atMs() > clock.millis() - REMEMBERED.toMillis()
                || (row.kind().equals("expiry")
                        && records.ledger().ofExchange(row.exchange()).isEmpty());
    }
}
