package tollgate.pricing;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who pays less in a month in which much was charged: of the rules that match a buyer, the one that names most, as of markups; of
 * equals the first. What is counted is the whole month's, whatever the models, so no rule names one. Immutable.
 *
 * @param rules in their order
 */
public record VolumeRules(List<Rule> rules) {
    /** Nobody does. */
    public static final VolumeRules NONE = new VolumeRules(List.of());

    /** Copies the rules. */
    public VolumeRules {
        rules = List.copyOf(rules);
    }

    /**
     * One rule.
     *
     * @param whom it is about: never a model
     * @param tiers what they have
     * @param written where it is written, for complaints: {@code own.yaml:12}
     */
    public record Rule(Whom whom, VolumeTiers tiers, String written) {}

    /** What a buyer has; {@link VolumeTiers#NONE}: nothing. Allocates nothing. */
    public VolumeTiers of(Buyer buyer) {
        Rule closest = null;
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i);
            if (rule.whom.matches(buyer.customer(), buyer.plan(), "")
                    && (closest == null || rule.whom.namesMoreThan(closest.whom))) {
                closest = rule;
            }
        }
        return closest == null ? VolumeTiers.NONE : closest.tiers;
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
    Set<String> plans() {
        return rules.stream()
                .flatMap(rule -> Stream.ofNullable(rule.whom.plan()))
                .collect(Collectors.toUnmodifiableSet());
    }
}
