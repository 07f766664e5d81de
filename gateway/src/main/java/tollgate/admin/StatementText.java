package tollgate.admin;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tollgate.books.Statement;
import tollgate.records.Statements;

/** Statements, as JSON and as a table. Stateless. */
final class StatementText {
    private StatementText() {}

    /** An amount as people read it: sums may be above what one amount can be. */
    static String usd(long nano) {
        BigDecimal dollars = BigDecimal.valueOf(nano, 9).stripTrailingZeros();
        return (dollars.scale() < 2 ? dollars.setScale(2, RoundingMode.UNNECESSARY) : dollars).toPlainString();
    }

    static Map<String, @Nullable Object> json(Statement each) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("wallet", each.wallet());
        json.put("currency", each.currency());
        json.put("complete", each.complete());
        json.put("opening", usd(each.opening()));
        json.put("moved", parts("kind", each.moved()));
        json.put("charges", usd(each.charged().amount()));
        json.put("exchanges", each.charged().count());
        json.put("by_day", parts("day", each.days()));
        json.put("by_model", parts("model", each.models()));
        json.put("by_project", parts("project", each.projects()));
        json.put("by_key", parts("key", each.keys()));
        json.put("closing", usd(each.closing()));
        json.put("begun_before", straddlers(each.before()));
        json.put("settled_after", straddlers(each.after()));
        return json;
    }

    /** What wallets come to together, by currency: real and test money never mix. */
    static List<Object> totals(List<Statement> statements) {
        List<Object> totals = new ArrayList<>();
        for (String currency :
                new TreeSet<>(statements.stream().map(Statement::currency).toList())) {
            long opening = 0;
            long moved = 0;
            long charges = 0;
            long closing = 0;
            for (Statement each : statements) {
                if (each.currency().equals(currency)) {
                    opening = Math.addExact(opening, each.opening());
                    moved = Math.addExact(
                            moved, Statement.Sum.of(each.moved().values()).amount());
                    charges = Math.addExact(charges, each.charged().amount());
                    closing = Math.addExact(closing, each.closing());
                }
            }
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("currency", currency);
            json.put("opening", usd(opening));
            json.put("moved", usd(moved));
            json.put("charges", usd(charges));
            json.put("closing", usd(closing));
            totals.add(json);
        }
        return totals;
    }

    private static List<Object> parts(String name, Map<?, Statement.Sum> parts) {
        List<Object> all = new ArrayList<>();
        parts.forEach((part, sum) -> {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put(name, part.toString());
            json.put("count", sum.count());
            json.put("amount", usd(sum.amount()));
            all.add(json);
        });
        return all;
    }

    private static Map<String, Object> straddlers(Statements.Straddlers of) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("count", of.count());
        json.put("amount", usd(of.amount()));
        List<Object> some = new ArrayList<>();
        for (Statements.Straddler each : of.some()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("exchange", each.exchange());
            one.put("begun", Json.moment(each.begunMs()));
            one.put("settled", Json.moment(each.settledMs()));
            one.put("amount", usd(each.amount()));
            some.add(one);
        }
        json.put("exchanges", some);
        return json;
    }

    /** One line for each part; the amounts of {@code opening}, {@code moved} and {@code day} add up to {@code closing}. */
    static String csv(List<Statement> statements) {
        StringBuilder text = new StringBuilder("wallet,currency,month,part,item,count,amount\r\n");
        for (Statement each : statements) {
            line(text, each, "opening", "", null, each.opening());
            lines(text, each, "moved", each.moved());
            lines(text, each, "day", each.days());
            lines(text, each, "model", each.models());
            lines(text, each, "project", each.projects());
            lines(text, each, "key", each.keys());
            line(text, each, "closing", "", null, each.closing());
            each.before().some().forEach(one -> line(text, each, "begun_before", one.exchange(), null, one.amount()));
            each.after().some().forEach(one -> line(text, each, "settled_after", one.exchange(), null, one.amount()));
        }
        return text.toString();
    }

    private static void lines(StringBuilder text, Statement of, String part, Map<?, Statement.Sum> sums) {
        sums.forEach((item, sum) -> line(text, of, part, item.toString(), sum.count(), sum.amount()));
    }

    private static void line(
            StringBuilder text, Statement of, String part, String item, @Nullable Long count, long amount) {
        text.append(of.wallet())
                .append(',')
                .append(of.currency())
                .append(',')
                .append(of.month())
                .append(',')
                .append(part)
                .append(',')
                .append(quoted(item))
                .append(',')
                .append(count == null ? "" : count)
                .append(',')
                .append(usd(amount))
                .append("\r\n");
    }

    /** A model's name comes from a request: no spreadsheet is to take it for a formula. */
    private static String quoted(String item) {
        String safe = item.isEmpty() || "=+-@\t\r".indexOf(item.charAt(0)) < 0 ? item : "'" + item;
        return safe.matches("[\\w .:/@'*-]*") ? safe : '"' + safe.replace("\"", "\"\"") + '"';
    }
}
