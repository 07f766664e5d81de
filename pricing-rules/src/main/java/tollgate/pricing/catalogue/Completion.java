package tollgate.pricing.catalogue;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Makes of what a catalogue says of a model what a card must say, and reports each step. Used once. */
final class Completion {
    private final CardDraft card;
    private final ImportReport report;

    Completion(CardDraft card, ImportReport report) {
        this.card = card;
        this.report = report;
    }

    /** Fills in; false: it prices answers alone, and as a card its prompts would be free by accident. */
    boolean complete() {
        if (pricesAnswersAlone()) {
            return false;
        }
        sides();
        tiersOfLongPromptsAlone();
        return true;
    }

    private boolean pricesAnswersAlone() {
        Map<String, BigDecimal> usd = card.base.usd;
        return card.variants.isEmpty()
                && LiteLlmNames.OUTPUTS.containsAll(usd.keySet())
                && usd.values().stream().anyMatch(each -> each.signum() > 0);
    }

    /**
     * A card that prices tokens of a side prices plain ones, too: what a catalogue leaves open costs what the dearest
     * class of the side does, or nothing where something else of the entry is what is billed.
     */
    private void sides() {
        Map<String, BigDecimal> usd = card.base.usd;
        BigDecimal dearest = LiteLlmNames.OUTPUTS.stream()
                .map(usd::get)
                .filter(Objects::nonNull)
                .max(BigDecimal::compareTo)
                .orElse(null);
        if (dearest != null && !usd.containsKey("output")) {
            usd.put("output", dearest);
            report.said(card.key, card.line, "no rate of output: taken as the dearest of the answer's tokens");
        }
        boolean prompts = dearest != null || LiteLlmNames.INPUTS.stream().anyMatch(usd::containsKey);
        if (prompts && !usd.containsKey("input")) {
            BigDecimal most = LiteLlmNames.INPUTS.stream()
                    .map(usd::get)
                    .filter(Objects::nonNull)
                    .max(BigDecimal::compareTo)
                    .orElse(BigDecimal.ZERO);
            usd.put("input", most);
            report.said(
                    card.key,
                    card.line,
                    most.signum() == 0
                            ? "no rate of input: taken as 0, since other units of the entry are what is billed"
                            : "no rate of input: taken as the dearest of the prompt's tokens");
        }
    }

    private void tiersOfLongPromptsAlone() {
        card.above.forEach((above, rates) -> {
            for (String tier : List.copyOf(rates.tiers.keySet())) {
                if (!card.base.tiers.containsKey(tier)) {
                    rates.tiers.remove(tier);
                    report.said(
                            card.key,
                            card.line,
                            tier + " above " + above + " tokens: the model has no such tier for shorter prompts");
                }
            }
        });
        card.above.values().removeIf(CardDraft.Rates::isEmpty);
    }
}
