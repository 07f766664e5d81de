package tollgate.pricing.check;

import static tollgate.pricing.check.Finding.Kind.GAP;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.UnitClass;

/** What a card leaves open: times without rates, and classes that a long prompt or a tier has no rate for. */
final class Gaps {
    private Gaps() {}

    /** Classes that a situation leaves to a fall-back. */
    static List<Finding> ofRates(WrittenCard card) {
        List<Finding> findings = new ArrayList<>();
        Map<String, Map<String, WrittenRate>> situations = card.situations();
        Map<String, WrittenRate> plain = situations.getOrDefault("", Map.of());
        situations.forEach((situation, rates) -> {
            boolean tokens = rates.values().stream().anyMatch(rate -> isToken(rate.unit()));
            if (situation.isEmpty() || !tokens || rates.containsKey(WrittenRate.FACTOR)) {
                return;
            }
            List<String> missing = plain.keySet().stream()
                    .filter(unit -> isToken(unit) && !covered(unit, rates.keySet()))
                    .toList();
            if (!missing.isEmpty()) {
                int line = rates.values().iterator().next().line();
                findings.add(card.finding(GAP, line, situation + " has no rate of " + String.join(", ", missing)));
            }
        });
        return findings;
    }

    /** The class is listed, or an ancestor below the outermost is. */
    private static boolean covered(String name, Set<String> listed) {
        if (listed.contains(name)) {
            return true;
        }
        UnitClass unit = UnitClass.of(name);
        if (unit == null) {
            return false;
        }
        UnitClass parent = unit.parent();
        return parent != null && parent != unit.root() && listed.contains(parent.wireName());
    }

    private static boolean isToken(String name) {
        UnitClass unit = UnitClass.of(name);
        return unit != null && unit.isToken();
    }

    /** Times between two periods of a model, and periods that ended with nothing after them. */
    static List<Finding> ofPeriods(List<WrittenCard> cards, Instant now) {
        Map<String, List<WrittenCard>> byModel = new LinkedHashMap<>();
        for (WrittenCard card : cards) {
            byModel.computeIfAbsent(card.provider() + "/" + card.model(), _ -> new ArrayList<>())
                    .add(card);
        }
        List<Finding> findings = new ArrayList<>();
        for (List<WrittenCard> periods : byModel.values()) {
            periods.sort(Comparator.comparing(WrittenCard::from, Comparator.nullsFirst(Comparator.naturalOrder())));
            for (int i = 0; i < periods.size(); i++) {
                WrittenCard card = periods.get(i);
                Instant until = card.until();
                Instant next = i + 1 < periods.size() ? periods.get(i + 1).from() : null;
                if (until != null && i + 1 < periods.size() && isAfter(next, until)) {
                    findings.add(card.finding(GAP, card.line(), "no rates from " + until + " until " + next));
                } else if (until != null && i + 1 == periods.size() && !until.isAfter(now)) {
                    findings.add(card.finding(GAP, card.line(), "no rates since " + until));
                }
            }
        }
        return findings;
    }

    private static boolean isAfter(@Nullable Instant moment, Instant other) {
        return moment != null && moment.isAfter(other);
    }
}
