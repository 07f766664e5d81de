package tollgate.pricing.check;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What changed between two rate card files. Stateless. */
public final class PriceDiff {
    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

    private PriceDiff() {}

    /**
     * The changes from one file to another, models in the order of the first, new ones after them.
     *
     * @throws tollgate.pricing.InvalidRateCard where a text is no rate card file
     */
    public static List<Change> of(String fileBefore, String before, String fileAfter, String after) {
        Map<String, WrittenCard> old = byKey(WrittenFile.read(fileBefore, before));
        Map<String, WrittenCard> current = byKey(WrittenFile.read(fileAfter, after));
        Set<String> keys = new LinkedHashSet<>(old.keySet());
        keys.addAll(current.keySet());
        List<Change> changes = new ArrayList<>();
        for (String key : keys) {
            compare(key, old.get(key), current.get(key), changes);
        }
        return changes;
    }

    private static void compare(
            String key, @Nullable WrittenCard old, @Nullable WrittenCard current, List<Change> changes) {
        if (old == null || current == null) {
            changes.add(new Change(
                    old == null ? Change.Kind.ADDED : Change.Kind.REMOVED,
                    key,
                    "model",
                    summary(old),
                    summary(current),
                    line(old),
                    line(current),
                    null));
            return;
        }
        if (!Set.copyOf(old.names()).equals(Set.copyOf(current.names()))) {
            changes.add(new Change(
                    Change.Kind.CHANGED,
                    key,
                    "names",
                    String.join(", ", old.names()),
                    String.join(", ", current.names()),
                    old.line(),
                    current.line(),
                    null));
        }
        Map<String, WrittenRate> rates = rates(old);
        Map<String, WrittenRate> others = rates(current);
        Set<String> labels = new LinkedHashSet<>(rates.keySet());
        labels.addAll(others.keySet());
        for (String label : labels) {
            rate(key, label, rates.get(label), others.get(label), changes);
        }
    }

    private static void rate(
            String key, String label, @Nullable WrittenRate old, @Nullable WrittenRate current, List<Change> changes) {
        if (old != null && current != null && old.perMillion().compareTo(current.perMillion()) == 0) {
            return;
        }
        changes.add(new Change(
                old == null ? Change.Kind.ADDED : current == null ? Change.Kind.REMOVED : Change.Kind.CHANGED,
                key,
                label,
                old == null ? "" : old.written(),
                current == null ? "" : current.written(),
                old == null ? 0 : old.line(),
                current == null ? 0 : current.line(),
                old == null || current == null ? null : percent(old.perMillion(), current.perMillion())));
    }

    private static @Nullable BigDecimal percent(BigDecimal before, BigDecimal after) {
        return before.signum() == 0
                ? null
                : after.subtract(before).multiply(HUNDRED).divide(before, 1, RoundingMode.HALF_UP);
    }

    private static Map<String, WrittenCard> byKey(List<WrittenCard> cards) {
        Map<String, WrittenCard> byKey = new LinkedHashMap<>();
        cards.forEach(card -> byKey.put(card.key(), card));
        return byKey;
    }

    private static Map<String, WrittenRate> rates(WrittenCard card) {
        Map<String, WrittenRate> rates = new LinkedHashMap<>();
        card.rates().forEach(rate -> rates.put(rate.label(), rate));
        return rates;
    }

    private static String summary(@Nullable WrittenCard card) {
        return card == null ? "" : card.rates().size() + " rates";
    }

    private static int line(@Nullable WrittenCard card) {
        return card == null ? 0 : card.line();
    }
}
