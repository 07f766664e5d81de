package tollgate.pricing;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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
     * One rule; null matches anybody and anything.
     *
     * @param customer id of a customer
     * @param plan name of a plan
     * @param model a model's own name, or the beginning of one and {@code *}
     * @param markup what is added
     * @param written where it is written, for complaints: {@code own.yaml:12}
     */
    public record Rule(
            @Nullable String customer,
            @Nullable String plan,
            @Nullable String model,
            Markup markup,
            String written) {
        boolean matches(String whose, @Nullable String of, String what) {
            return (customer == null || customer.equals(whose))
                    && (plan == null || plan.equals(of))
                    && (model == null || modelMatches(what));
        }

        /** Whether it is about a model of this name. */
        boolean modelMatches(String what) {
            String pattern = Objects.requireNonNull(model);
            int beginning = pattern.length() - 1;
            return pattern.endsWith("*") ? what.regionMatches(0, pattern, 0, beginning) : pattern.equals(what);
        }

        /** Whether both are about the very same. */
        boolean sameAs(Rule other) {
            return Objects.equals(customer, other.customer)
                    && Objects.equals(plan, other.plan)
                    && Objects.equals(model, other.model);
        }

        private boolean namesMoreThan(Rule other) {
            int more = weight() - other.weight();
            return more > 0 || (more == 0 && length(model) > length(other.model));
        }

        private int weight() {
            int exact = model == null ? 0 : model.endsWith("*") ? 1 : 2;
            return (customer == null ? 0 : 8) + (plan == null ? 0 : 4) + exact;
        }

        private static int length(@Nullable String text) {
            return text == null ? 0 : text.length();
        }
    }

    /** The markup of a buyer's request; allocates nothing. */
    public Markup of(Buyer buyer, String model) {
        Rule closest = null;
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i);
            if (rule.matches(buyer.customer(), buyer.plan(), model)
                    && (closest == null || rule.namesMoreThan(closest))) {
                closest = rule;
            }
        }
        return closest == null ? otherwise : closest.markup();
    }

    /** Whether any rule names a plan; allocates nothing. */
    boolean names(String plan) {
        for (int i = 0; i < rules.size(); i++) {
            if (plan.equals(rules.get(i).plan())) {
                return true;
            }
        }
        return false;
    }

    /** The plans that any rule names. */
    public Set<String> plans() {
        return rules.stream().flatMap(rule -> Stream.ofNullable(rule.plan())).collect(Collectors.toUnmodifiableSet());
    }
}
