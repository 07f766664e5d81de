package tollgate.pricing.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.Markup;

/**
 * Which markup is added for whom and what: of the rules that match, the one that names most, customer before plan before
 * model; of equals the first. Immutable.
 *
 * @param rules in their order
 * @param otherwise where none matches
 */
public record MarkupRules(List<Rule> rules, Markup otherwise) {
    /** Copies the rules. */
    public MarkupRules {
        rules = List.copyOf(rules);
    }

    /**
     * One rule; null matches anybody and anything.
     *
     * @param customer id of a customer
     * @param plan name of a plan
     * @param model a model's name, or the beginning of one and {@code *}
     * @param markup what is added
     */
    public record Rule(
            @Nullable String customer,
            @Nullable String plan,
            @Nullable String model,
            Markup markup) {
        boolean matches(String whose, String of, String what) {
            return (customer == null || customer.equals(whose))
                    && (plan == null || plan.equals(of))
                    && (model == null || modelMatches(model, what));
        }

        private static boolean modelMatches(String pattern, String what) {
            return pattern.endsWith("*")
                    ? what.startsWith(pattern.substring(0, pattern.length() - 1))
                    : pattern.equals(what);
        }

        private int weight() {
            int exact = model == null ? 0 : model.endsWith("*") ? 1 : 2;
            return (customer == null ? 0 : 8) + (plan == null ? 0 : 4) + exact;
        }
    }

    /** The markup of a customer's request under a plan. */
    public Markup of(String customer, String plan, String model) {
        Rule closest = null;
        for (Rule rule : rules) {
            if (rule.matches(customer, plan, model) && (closest == null || rule.weight() > closest.weight())) {
                closest = rule;
            }
        }
        return closest == null ? otherwise : closest.markup();
    }
}
