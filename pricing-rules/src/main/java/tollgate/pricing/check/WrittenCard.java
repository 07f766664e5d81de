package tollgate.pricing.check;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One card as it is written.
 *
 * @param file as it was named
 * @param line of the model's name
 * @param provider empty where none is said
 * @param names its own first
 * @param scoped found as {@code provider/name} only
 * @param service {@code chat} where none is said
 * @param from the first moment; null: ever
 * @param until the first moment at which it applies no more; null: for ever
 * @param seen the day of its figures
 * @param rates every figure, in order
 * @param free classes said to cost nothing
 * @param noted a note says something about it
 */
record WrittenCard(
        String file,
        int line,
        String provider,
        List<String> names,
        boolean scoped,
        String service,
        @Nullable Instant from,
        @Nullable Instant until,
        Seen seen,
        List<WrittenRate> rates,
        Set<String> free,
        boolean noted) {
    /** A day and the line that says it. */
    record Seen(String day, int line) {}

    WrittenCard {
        names = List.copyOf(names);
        rates = List.copyOf(rates);
        free = Set.copyOf(free);
    }

    String model() {
        return names.getFirst();
    }

    /** Who and what, for comparing files. */
    String key() {
        return provider + "/" + model() + (from == null ? "" : " from " + from);
    }

    /** The figures by situation, in order. */
    Map<String, Map<String, WrittenRate>> situations() {
        Map<String, Map<String, WrittenRate>> situations = new LinkedHashMap<>();
        situations.put("", new LinkedHashMap<>());
        for (WrittenRate rate : rates) {
            situations
                    .computeIfAbsent(rate.situation(), _ -> new LinkedHashMap<>())
                    .put(rate.unit(), rate);
        }
        return situations;
    }

    /** The plain rate of a class; null where there is none or it is 0. */
    @Nullable
    BigDecimal plain(String unit) {
        for (WrittenRate rate : rates) {
            if (rate.situation().isEmpty()
                    && rate.unit().equals(unit)
                    && rate.perMillion().signum() > 0) {
                return rate.perMillion();
            }
        }
        return null;
    }

    /** A finding about this card. */
    Finding finding(Finding.Kind kind, int at, String message) {
        return new Finding(kind, file, at, model(), message);
    }

    /** All names as they are looked up. */
    List<String> lookedUp() {
        List<String> all = new ArrayList<>();
        for (String name : names) {
            all.add(scoped ? provider + "/" + name : name);
        }
        return all;
    }

    boolean overlaps(WrittenCard other) {
        return (from == null || other.until == null || from.isBefore(other.until))
                && (other.from == null || until == null || other.from.isBefore(until));
    }
}
