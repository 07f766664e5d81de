package tollgate.dialect.usage;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.Attribute;
import tollgate.pricing.Terms;
import tollgate.pricing.Usage;

/**
 * What one usage object says. Immutable.
 *
 * @param parts what was used, apart where models or calls are priced apart; at least one
 * @param tier the service tier or speed, as said; null: not said
 * @param region where it ran, as said; null: not said
 * @param attributes what else prices depend on
 * @param costUsd what the provider says that it costs; null: not said
 * @param doubts contradictions, made sense of as well as possible; and what is not priced here
 */
public record Reported(
        List<Part> parts,
        @Nullable String tier,
        @Nullable String region,
        Map<Attribute, String> attributes,
        @Nullable BigDecimal costUsd,
        List<String> doubts) {
    /** Copies what could change. */
    public Reported {
        parts = List.copyOf(parts);
        attributes = Map.copyOf(attributes);
        doubts = List.copyOf(doubts);
    }

    /**
     * One generation. Long prompts are judged part by part.
     *
     * @param model which model it was, where it is not the answer's; else null
     * @param usage what it used
     */
    public record Part(@Nullable String model, Usage usage) {}

    /** All parts together. */
    public Usage total() {
        return parts.stream().map(Part::usage).reduce(Usage.NONE, Usage::plus);
    }

    /** Terms with what is said here; what is not said stays. */
    public Terms terms(Terms known) {
        Terms terms = tier == null ? known : known.tier(tier);
        terms = region == null ? terms : terms.region(region);
        for (Map.Entry<Attribute, String> attribute : attributes.entrySet()) {
            terms = terms.with(attribute.getKey(), attribute.getValue());
        }
        return terms;
    }
}
