package tollgate.books;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import tollgate.journal.ExchangeFacts;
import tollgate.journal.JournalEntry;
import tollgate.journal.Orphan;
import tollgate.journal.UsageRecord;
import tollgate.pricing.Charge;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usd;
import tollgate.wallet.Settle;

/**
 * The settlement of an exchange whose process died: what had left to the client is charged as its meter slot counted it,
 * and the record says so, class by class. Stateless.
 */
final class Recovered {
    /** How such an exchange ended, as its record says it. */
    static final String ENDED = "gateway_died";

    private Recovered() {}

    static JournalEntry settlement(Orphan orphan, Itemizer itemizer, Instant now) {
        ExchangeFacts facts = orphan.facts();
        Usd total = orphan.left() ? orphan.accrued() : Usd.ZERO;
        // what a bundle paid for is used, whatever it came to
        boolean pays = total.nano() > 0 || (orphan.left() && facts.caps().paidFor() > 0);
        Itemizer.Itemized itemized = itemizer.itemize(facts, orphan.units());
        Charge charge = itemized.charge();
        Usd cost = charge == null ? orphan.accrued() : charge.cost();
        UsageRecord usage = new UsageRecord(
                facts,
                null,
                ENDED,
                pays ? "wallet" : "operator",
                pays ? orphan.units() : Map.of(),
                0,
                true,
                total,
                cost,
                Usd.ZERO,
                Usd.ZERO,
                itemized.markup(),
                !pays || charge == null
                        ? List.of()
                        : charge.lines().stream().map(UsageRecord.Line::of).toList(),
                !pays || charge == null ? List.of() : UsageRecord.Adjustment.of(charge, total),
                List.of(new UsageRecord.Attempt(
                        1, facts.upstream(), false, orphan.left() ? 200 : 0, "the gateway's process died", cost, true)),
                orphan.left() ? 200 : 0,
                "the gateway's process died",
                orphan.timings(),
                now);
        Settle settle = new Settle(
                facts.at(),
                facts.exchange(),
                "orphan-" + total.nano(),
                total,
                true,
                facts.service() + " " + facts.model(),
                false,
                new Settle.Counted(facts.caps(), pays ? tokens(orphan.units()) : 0, orphan.left()));
        return new JournalEntry(settle, usage);
    }

    private static long tokens(Map<String, Long> units) {
        long tokens = 0;
        for (Map.Entry<String, Long> each : units.entrySet()) {
            UnitClass unit = UnitClass.of(each.getKey());
            if (unit != null && unit.isToken()) {
                tokens = Math.min(Usd.MAX_NANO, tokens + each.getValue());
            }
        }
        return tokens;
    }
}
