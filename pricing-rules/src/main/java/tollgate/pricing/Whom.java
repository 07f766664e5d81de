package tollgate.pricing;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whom and what a rule of a file is about; null matches anybody and anything. Immutable.
 *
 * @param customer id of a customer
 * @param plan name of a plan
 * @param model a model's own name, or the beginning of one and {@code *}
 */
public record Whom(
        @Nullable String customer,
        @Nullable String plan,
        @Nullable String model) {
    /** Whether a buyer's request for a model is meant. */
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

    /**
     * Whether it names more: customer before plan before model, a whole name before the beginning of one, a longer
     * beginning before a shorter.
     */
    boolean namesMoreThan(Whom other) {
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
