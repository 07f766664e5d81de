package tollgate.pricing;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens are paid for already, for whom and what: of the rules that match, the one that names most, as of markups; of
 * equals the first. Immutable.
 *
 * @param rules in their order
 */
public record BundleRules(List<Rule> rules) {
    /** Nobody has any. */
    public static final BundleRules NONE = new BundleRules(List.of());

    /** Copies the rules. */
    public BundleRules {
        rules = List.copyOf(rules);
    }

    /**
     * One rule.
     *
     * @param whom and what it is about
     * @param bundle what they have
     * @param written where it is written, for complaints: {@code own.yaml:12}
     */
    public record Rule(Whom whom, TokenBundle bundle, String written) {}

    /** What covers a buyer's request; null: nothing. Allocates nothing. */
    public @Nullable TokenBundle of(Buyer buyer, String model) {
        Rule closest = null;
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i);
            if (rule.whom.matches(buyer.customer(), buyer.plan(), model)
                    && (closest == null || rule.whom.namesMoreThan(closest.whom))) {
                closest = rule;
            }
        }
        return closest == null ? null : closest.bundle();
    }

    /** What a buyer has of any model: of each name and period the one that names the buyer most. */
    public Collection<Rule> had(Buyer buyer) {
        Map<String, Rule> byCount = new LinkedHashMap<>();
        List<Rule> ordered = new ArrayList<>(rules);
        for (Rule rule : ordered) {
            Whom whom = rule.whom;
            if (new Whom(whom.customer(), whom.plan(), null).matches(buyer.customer(), buyer.plan(), "")) {
                byCount.merge(
                        rule.bundle.per() + " " + rule.bundle.name(),
                        rule,
                        (first, next) -> next.whom.namesMoreThan(first.whom) ? next : first);
            }
        }
        return byCount.values();
    }

    /** Whether any rule names a plan; allocates nothing. */
    boolean names(String plan) {
        for (int i = 0; i < rules.size(); i++) {
            if (plan.equals(rules.get(i).whom.plan())) {
                return true;
            }
        }
        return false;
    }

    /** The plans that any rule names. */
    public Set<String> plans() {
        return rules.stream()
                .flatMap(rule -> Stream.ofNullable(rule.whom.plan()))
                .collect(Collectors.toUnmodifiableSet());
    }
}
