package tollgate.books;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tollgate.records.Statements;

/** What the days of a statement come to, one after the other. Confined to one thread. */
final class StatementSums {
    /** Exchanges that are listed; of the others the number and the sum are told. */
    private static final int STRADDLERS = 1_000;

    final SortedMap<String, Statement.Sum> moved = new TreeMap<>();
    final SortedMap<LocalDate, Statement.Sum> days = new TreeMap<>();
    final SortedMap<String, Statement.Sum> models = new TreeMap<>();
    final SortedMap<String, Statement.Sum> projects = new TreeMap<>();
    final SortedMap<String, Statement.Sum> keys = new TreeMap<>();
    private Statement.Sum charged = Statement.Sum.NONE;
    private Statements.Straddlers before = Statements.Straddlers.NONE;
    private Statements.Straddlers after = Statements.Straddlers.NONE;
    private long charges;

    /** What exchanges came to on a day. */
    void charged(LocalDate day, List<Statements.Charged> groups) {
        for (Statements.Charged each : groups) {
            Statement.Sum sum = new Statement.Sum(each.exchanges(), each.amount());
            charged = charged.plus(sum);
            days.merge(day, sum, Statement.Sum::plus);
            models.merge(or(each.model(), "unrecorded"), sum, Statement.Sum::plus);
            projects.merge(or(each.project(), "none"), sum, Statement.Sum::plus);
            keys.merge(or(each.key(), "unknown"), sum, Statement.Sum::plus);
        }
    }

    private static String or(@Nullable String text, String otherwise) {
        return text == null || text.isEmpty() ? otherwise : text;
    }

    /** What a day's entries come to by kind, asked for apart. */
    void kinds(List<Statements.Kind> kinds) {
        for (Statements.Kind each : kinds) {
            if (each.ofExchanges()) {
                charges = Math.addExact(charges, each.amount());
            } else {
                moved.merge(each.kind(), new Statement.Sum(each.count(), each.amount()), Statement.Sum::plus);
            }
        }
    }

    /** Of a day: what was begun before the month, and what was settled after it. */
    void straddlers(Statements.Straddlers begunBefore, Statements.Straddlers settledAfter) {
        before = and(before, begunBefore);
        after = and(after, settledAfter);
    }

    private static Statements.Straddlers and(Statements.Straddlers some, Statements.Straddlers more) {
        List<Statements.Straddler> listed = new ArrayList<>(some.some());
        more.some().stream().limit(STRADDLERS - listed.size()).forEach(listed::add);
        return new Statements.Straddlers(
                some.count() + more.count(), Math.addExact(some.amount(), more.amount()), listed);
    }

    /** How many more can be listed that were begun before. */
    int roomBefore() {
        return STRADDLERS - before.some().size();
    }

    /** How many more can be listed that were settled after. */
    int roomAfter() {
        return STRADDLERS - after.some().size();
    }

    Statement.Sum charged() {
        return charged;
    }

    Statements.Straddlers before() {
        return before;
    }

    Statements.Straddlers after() {
        return after;
    }

    /** What the kinds say that exchanges came to. */
    long charges() {
        return charges;
    }
}
