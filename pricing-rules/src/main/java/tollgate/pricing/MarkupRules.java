package tollgate.pricing;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which markup is added for whom and what: of the rules that match, the one that names most, customer before plan before
 * model, a whole name before the beginning of one, a longer beginning before a shorter; of equals the first. Immutable.
 *
 * @param rules in their order
 * @param otherwise where none matches
 */
public record MarkupRules(List<Rule> rules, Markup otherwise) {
    /** Charge everybody what it costs. */
    public static final MarkupRules NONE = new MarkupRules(List.of(), Markup.NONE);

    /** Copies the rules. */
    public MarkupRules {
        rules = List.copyOf(rules);
    }

    /**
     * One rule.
     *
     * @param whom and what it is about
     * @param markup what is added
     * @param written where it is written, for complaints: {@code own.yaml:12}
     */
    public record Rule(Whom whom, Markup markup, String written) {}

    /** The markup of a buyer's request; allocates nothing. */
    public Markup of(Buyer buyer, String model) {
        Rule closest = null;
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i);
            if (rule.whom.matches(buyer.customer(), buyer.plan(), model)
                    && (closest == null || rule.whom.namesMoreThan(closest.whom))) {
                closest = rule;
            }
        }
        return closest == null ? otherwise : closest.markup();
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
