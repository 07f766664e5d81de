package tollgate.books;

import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import tollgate.pricing.Usd;
import tollgate.records.Ledger;
import tollgate.records.Records;
import tollgate.records.Statements;
import tollgate.records.Wallets;
import tollgate.wallet.ControlPort;
import tollgate.wallet.WalletState;

/**
 * Makes statements of wallets from the ledger that SQL has, and refuses those that do not add up (H51). By when a thing was
 * booked; what was begun in one month and booked in another is listed in both. Each query adds up a day at most, so that
 * others get at SQL in between, and memory goes with how many models, keys and days there are, not with entries. Thread-safe;
 * blocks.
 */
public final class Bookkeeper {
    private static final Duration UNDER_WAY = Duration.ofMinutes(10);

    private final Records records;
    private final ControlPort control;
    private final Clock clock;

    /** Works on these books. */
    public Bookkeeper(Records records, ControlPort control, Clock clock) {
        this.records = records;
        this.control = control;
        this.clock = clock;
    }

    /**
     * The statement of a wallet and month.
     *
     * @param zone of its organisation
     * @throws Statement.DoesNotAddUp where a sum is not what it has to be
     */
    public Statement statement(Wallets.Wallet wallet, YearMonth month, ZoneId zone) throws Statement.DoesNotAddUp {
        Statements ledger = records.statements();
        long from = start(month.atDay(1), zone);
        long until = start(month.plusMonths(1).atDay(1), zone);
        String id = wallet.id();
        // asked first: what Redis has then and SQL has too is complete
        long seq =
                control.wallet(Treasury.address(wallet)).map(WalletState::seq).orElse(Long.MAX_VALUE);
        long last = ledger.last(id);
        long before = ledger.before(id, from);
        long to = ledger.before(id, until);
        long kept = ledger.count(id, before, to);
        if (kept != to - before) {
            throw new Statement.DoesNotAddUp(id + ": " + month + ": " + kept + " entries are kept behind number "
                    + before + " (expected: " + (to - before) + ", up to " + to + ")");
        }
        StatementSums sums = new StatementSums();
        long after = before;
        for (LocalDate day = month.atDay(1); !day.isAfter(month.atEndOfMonth()); day = day.plusDays(1)) {
            long begins = start(day, zone);
            long ends = start(day.plusDays(1), zone);
            // what was drained since the end was looked up is for another time
            long upTo = Math.max(after, Math.min(to, ledger.before(id, ends)));
            explained(id, month, after, upTo);
            sums.charged(day, ledger.charged(id, after, upTo));
            sums.kinds(ledger.kinds(id, after, upTo));
            sums.straddlers(
                    ledger.begunBefore(id, after, upTo, from, sums.roomBefore()),
                    ledger.settledBehind(id, to, begins, ends, sums.roomAfter()));
            after = upTo;
        }
        Statement statement = new Statement(
                id,
                wallet.currency(),
                month,
                zone,
                until <= clock.millis() && (seq <= last || to < last),
                balance(id, month, before),
                sums.moved,
                sums.days,
                sums.models,
                sums.projects,
                sums.keys,
                sums.charged(),
                balance(id, month, to),
                sums.before(),
                sums.after());
        statement.check(sums.charges());
        return statement;
    }

    private long balance(String wallet, YearMonth month, long seq) throws Statement.DoesNotAddUp {
        return records.statements()
                .balance(wallet, seq)
                .orElseThrow(() -> new Statement.DoesNotAddUp(
                        wallet + ": " + month + ": entry " + seq + " is not kept (expected: every number)"));
    }

    /** What the exchanges of a day took is what their records say. */
    private void explained(String wallet, YearMonth month, long after, long to) throws Statement.DoesNotAddUp {
        Ledger.Difference wrong = records.statements()
                .difference(wallet, after, to, clock.millis() - UNDER_WAY.toMillis())
                .orElse(null);
        if (wrong != null) {
            Long charge = wrong.charge();
            throw new Statement.DoesNotAddUp(wallet + ": " + month + ": exchange " + wrong.exchange() + " took "
                    + new Usd(wrong.taken()) + " USD (expected: " + new Usd(charge == null ? 0 : charge)
                    + ", as its record says)");
        }
    }

    private static long start(LocalDate day, ZoneId zone) {
        return day.atStartOfDay(zone).toInstant().toEpochMilli();
    }
}
