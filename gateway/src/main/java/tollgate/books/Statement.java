package tollgate.books;

import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.List;
import java.util.SortedMap;
import tollgate.records.Statements;

/**
 * A wallet's month, which adds up. Amounts are nano-USD, signed as the wallet sees them. Immutable once made.
 *
 * @param currency {@code USD}, or {@code TEST} of the sandbox
 * @param zone whose calendar it is
 * @param complete nothing can be added to it any more
 * @param opening balance before it
 * @param moved what came and went otherwise than by exchanges, by kind
 * @param days charges by day
 * @param models charges by model
 * @param projects charges by project
 * @param keys charges by key
 * @param charged all charges
 * @param closing balance after it
 * @param before exchanges that were begun before it and settled in it
 * @param after exchanges that were begun in it and settled after it
 */
public record Statement(
        String wallet,
        String currency,
        YearMonth month,
        ZoneId zone,
        boolean complete,
        long opening,
        SortedMap<String, Sum> moved,
        SortedMap<LocalDate, Sum> days,
        SortedMap<String, Sum> models,
        SortedMap<String, Sum> projects,
        SortedMap<String, Sum> keys,
        Sum charged,
        long closing,
        Statements.Straddlers before,
        Statements.Straddlers after) {
    /** What a part comes to, and of how many it is made. */
    public record Sum(long count, long amount) {
        /** Nothing. */
        public static final Sum NONE = new Sum(0, 0);

        Sum plus(Sum more) {
            return new Sum(count + more.count, Math.addExact(amount, more.amount));
        }

        /** All of them together. */
        public static Sum of(Iterable<Sum> parts) {
            Sum all = NONE;
            for (Sum each : parts) {
                all = all.plus(each);
            }
            return all;
        }
    }

    /** Why a statement cannot be made. */
    public static final class DoesNotAddUp extends Exception {
        private static final long serialVersionUID = 1;

        DoesNotAddUp(String what) {
            super(what);
        }
    }

    /**
     * Checks every sum that has to be another's: the balances and what moved between them, and the parts of the charges.
     *
     * @param charges what the ledger's kinds say that exchanges came to, asked for apart from the parts
     */
    void check(long charges) throws DoesNotAddUp {
        long all = Math.addExact(Math.addExact(opening, Sum.of(moved.values()).amount), charged.amount);
        require(all == closing, "opening balance, what moved and charges", all, "closing balance", closing);
        require(charged.amount == charges, "charges by model, project and key", charged.amount, "charges", charges);
        for (SortedMap<?, Sum> parts : List.of(days, models, projects, keys)) {
            require(Sum.of(parts.values()).equals(charged), "parts", Sum.of(parts.values()).amount, "charges", charges);
        }
    }

    private void require(boolean adds, String what, long found, String other, long expected) throws DoesNotAddUp {
        if (!adds) {
            throw new DoesNotAddUp(wallet + ": " + month + ": " + what + " come to " + found + " nano-USD (expected: "
                    + expected + ", the " + other + ")");
        }
    }
}
